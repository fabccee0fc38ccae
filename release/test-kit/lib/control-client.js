// Calls the control plane of a running simulator.

export const CONTROL_PREFIX = '/__admin'
const EXPECTATION_FAILED = 417
const SECONDS_PER_CALL = 30

/** The control plane refused a call, or cannot be reached; the message says why. */
export class ControlError extends Error {
  constructor (message, status) {
    super(message)
    this.name = 'ControlError'
    this.status = status
  }
}

/** An expectation about requests is not met; the message lists the nearest ones. */
export class ExpectationError extends Error {
  constructor (message) {
    super(message)
    this.name = 'ExpectationError'
  }
}

export class ControlClient {
  constructor (url, world, adminToken) {
    this.url = url
    this.world = world
    this.adminToken = adminToken
  }

  /** Return the JSON of a reply, or its text; null without content. Throws a ControlError if it is not a success. */
  async call (method, path, body, query = {}, seconds = SECONDS_PER_CALL) {
    const given = Object.entries({ world: this.world, ...query }).filter(([, value]) => value != null)
    const target = new URL(this.url + CONTROL_PREFIX + path)
    for (const [name, value] of given) target.searchParams.set(name, String(value))
    const isText = typeof body === 'string'
    let response, text
    try {
      response = await fetch(target, {
        method,
        body: body === undefined || isText ? body : JSON.stringify(body),
        headers: {
          ...(this.adminToken ? { Authorization: `Bearer ${this.adminToken}` } : {}),
          ...(body === undefined ? {} : { 'Content-Type': isText ? 'application/yaml' : 'application/json' })
        },
        signal: AbortSignal.timeout(seconds * 1000)
      })
      text = await response.text()
    } catch (error) {
      throw new ControlError(`no answer from ${this.url}: ${error.cause?.message || error.cause?.code || error.message}`)
    }
    if (!response.ok) throw describeError(method, path, response, text)
    const isJson = response.headers.get('Content-Type')?.startsWith('application/json')
    return text === '' ? null : isJson ? JSON.parse(text) : text
  }
}

function describeError (method, path, response, text) {
  let reply = {}
  try {
    reply = JSON.parse(text) ?? {}
  } catch {} // not one of ours, such as the page of a proxy
  if (response.status === EXPECTATION_FAILED) return new ExpectationError(describeExpectation(reply))
  const { field, message } = reply.details ?? {}
  const words = [reply.message ?? response.statusText, field, message].filter(Boolean).join(' ')
  const hint = response.status === 401 ? ' Set adminToken, or the variable MOCKSERVER_ADMIN_TOKEN.' : ''
  return new ControlError(`${method} ${CONTROL_PREFIX}${path}: ${response.status} ${words}${hint}`, response.status)
}

/** Return what was expected and what came, with the nearest requests. */
function describeExpectation (reply) {
  const lines = [reply.message]
  const list = (title, requests) => {
    if (requests?.length) lines.push(title, ...requests.map(({ method, url }) => `    ${method} ${url}`))
  }
  list('Requests that match:', reply.requests)
  list('The nearest requests:', reply.nearMisses?.map(miss => miss.request))
  const latest = reply.journal?.latest ?? []
  if (latest.length && !reply.nearMisses?.length) list('The latest requests:', latest)
  return lines.join('\n')
}
