// The simulator as a test sees it: its URL, tokens, state, clock, faults and requests, in a world of the test's own.

import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { ControlClient, ControlError } from './control-client.js'
import { describeCalls } from './failure-report.js'

const DEFAULT_TENANT = 'acme'
const MAX_WAIT_SECONDS = 60
const SECONDS_PER_CALL = 30
const WORLD_FILES = new Set(['.yaml', '.yml', '.json'])
const NOT_FOUND = 404
const UNAUTHORIZED = 401

export class MockServer {
  #client
  #tokens = new Map()

  constructor (url, { world, tenant = DEFAULT_TENANT, adminToken = process.env.MOCKSERVER_ADMIN_TOKEN, test } = {}) {
    if (!/^https?:\/\//.test(url ?? '')) throw new TypeError(`a URL such as http://127.0.0.1:8080 is needed, not ${url}`)
    if (world === '') throw new TypeError('the name of a world is empty; without a world, leave it out')
    this.url = url.replace(/\/+$/, '')
    this.world = world == null ? undefined : String(world)
    this.tenant = tenant
    this.adminToken = adminToken
    this.test = test === undefined ? undefined : asHeaderValue(test)
    this.headers = {
      ...(this.world === undefined ? {} : { 'X-Mock-World': this.world }),
      ...(test === undefined ? {} : { 'X-Mock-Test': this.test })
    }
    this.#client = new ControlClient(this.url, this.world, adminToken)
  }

  inWorld (world, { test } = {}) {
    return new MockServer(this.url, { world, tenant: this.tenant, adminToken: this.adminToken, test })
  }

  async check () {
    const { name, version } = await this.control('GET', '/version').catch(error => {
      if (error.status === undefined || error.status === UNAUTHORIZED) throw error
    }) ?? {}
    if (name !== 'emporix-mockserver') throw new ControlError(`${this.url} is not an emporix-mockserver`)
    try {
      await this.control('GET', '/worlds')
    } catch (error) {
      if (error.status !== NOT_FOUND) throw error
      throw new ControlError(`the simulator at ${this.url} has version ${version}, which is too old: it has no worlds`)
    }
  }

  control (method, path, body, query) {
    return this.#client.call(method, path, body, query)
  }

  async token (persona = 'admin', { scopes, seconds } = {}) {
    const tokens = new Map((await this.#call('GET', '/tokens')).tokens.map(token => [token.token, token]))
    const name = [persona, `${persona}-token`].find(candidate => tokens.has(candidate))
    if (name === undefined) {
      throw new ControlError(`unknown persona '${persona}'; the tokens are ${[...tokens.keys()].join(', ')}`)
    }
    if (scopes === undefined && seconds === undefined) return name
    const { scopes: own, customerId } = tokens.get(name)
    return (await this.#call('POST', '/tokens', { scopes: scopes ?? own, lifetimeSeconds: seconds, customerId })).token
  }

  async fetch (path, { as = 'admin', headers, ...init } = {}) {
    const sent = new Headers(headers)
    for (const [name, value] of Object.entries(this.headers)) sent.set(name, value)
    if (as !== null && !sent.has('Authorization')) sent.set('Authorization', `Bearer ${await this.#tokenOf(as)}`)
    return fetch(this.url + (path.startsWith('/') ? path : `/${path}`), { ...init, headers: sent })
  }

  async dropWorld () {
    const { worlds } = await this.control('GET', '/worlds')
    if (worlds.some(({ name }) => name === this.world?.toLowerCase())) {
      await this.control('DELETE', `/worlds/${this.world}`)
    }
  }

  async reset (to = 'world') {
    this.#tokens.clear()
    await this.#call('POST', '/reset', { to })
  }

  async seed (world) {
    this.#tokens.clear()
    if (typeof world === 'string' && WORLD_FILES.has(extname(world))) {
      await this.#call('POST', '/seed', await readFile(world, 'utf8')) // JSON is YAML
    } else if (typeof world === 'string') {
      await this.#call('POST', '/seed', { world })
    } else if (isGenerated(world)) {
      await this.#call('POST', '/seed', world)
    } else {
      await this.#call('POST', '/seed', { inline: world })
    }
  }

  async snapshot (name = 'test') {
    const saved = new Snapshot(this, name)
    await saved.save()
    return saved
  }

  async freeze (at) {
    const time = at instanceof Date ? at.toISOString() : at
    await this.#call('PUT', '/clock', { mode: 'frozen', at: time })
  }

  async advance (seconds) {
    await this.#call('POST', '/clock/advance', { seconds })
  }

  async fail (operation, status, { times, ...response } = {}) {
    const { id } = await this.#call('POST', '/faults', { operation, times, response: { status, ...response } })
    return new InjectedFault(this, id)
  }

  async scenario (name) {
    await this.#call('POST', `/scenarios/${encodeURIComponent(name)}`, {})
  }

  async requests (pattern = {}) {
    return (await this.#call('POST', '/requests/find', { method: 'ANY', ...pattern })).requests
  }

  async journal () {
    return (await this.#call('GET', '/requests')).requests
  }

  async waitFor (pattern = {}, { count = 1, timeout = 5 } = {}) {
    return this.#expect('/requests/wait', { pattern: { method: 'ANY', ...pattern }, count, timeout })
  }

  async never (pattern = {}, { timeout = 0 } = {}) {
    await this.#expect('/requests/never', { pattern: { method: 'ANY', ...pattern }, timeout })
  }

  async listUnmatched () {
    return (await this.#call('GET', '/requests/unmatched')).requests
  }

  async findings () {
    return (await this.#call('GET', '/findings')).findings
  }

  async changes (since) {
    return (await this.#call('GET', '/changes', undefined, { since })).changes
  }

  async explain (requestId) {
    return this.#call('GET', `/explain/${encodeURIComponent(requestId)}`)
  }

  async exportHar ({ origin } = {}) {
    const har = await this.#call('GET', '/requests/export', undefined, { format: 'har' })
    if (origin === undefined) return har
    const base = origin.replace(/\/+$/, '')
    for (const { request } of har.log.entries) request.url = replaceOrigin(request.url, this.url, base)
    return har
  }

  async describeCalls () {
    return describeCalls(this)
  }

  async #tokenOf (persona) {
    if (!this.#tokens.has(persona)) this.#tokens.set(persona, await this.token(persona))
    return this.#tokens.get(persona)
  }

  async #expect (path, body) {
    if (!(body.timeout >= 0 && body.timeout <= MAX_WAIT_SECONDS)) {
      throw new RangeError(`timeout is in seconds, from 0 to ${MAX_WAIT_SECONDS}, not ${body.timeout}`)
    }
    const query = this.world === undefined ? { tenant: this.tenant } : {}
    return (await this.#client.call('POST', path, body, query, body.timeout + SECONDS_PER_CALL)).requests ?? []
  }

  /** Call the control plane for this world, or for this tenant if the world is that of everybody. */
  #call (method, path, body, query) {
    return this.control(method, path, body, { tenant: this.world === undefined ? this.tenant : undefined, ...query })
  }
}

export class Snapshot {
  #mock
  #path

  constructor (mock, name) {
    this.#mock = mock
    this.#path = `/snapshots/${encodeURIComponent(name)}`
    this.name = name
  }

  async save () {
    await this.#call('PUT', '')
  }

  async restore () {
    await this.#call('POST', '/restore')
  }

  async diff () {
    return (await this.#call('GET', '/diff')).changes
  }

  #call (method, path) {
    return this.#mock.control(method, this.#path + path, undefined, { tenant: this.#mock.tenant })
  }
}

export class InjectedFault {
  #mock
  #path

  constructor (mock, id) {
    this.#mock = mock
    this.#path = `/faults/${encodeURIComponent(id)}`
    this.id = id
  }

  async hits () {
    return (await this.#mock.control('GET', this.#path)).hits
  }

  async remove () {
    await this.#mock.control('DELETE', this.#path)
  }
}

if (Symbol.asyncDispose) { // for `await using`
  InjectedFault.prototype[Symbol.asyncDispose] = function () { return this.remove() }
}

/** Whether this is what the generator takes, such as `{ seed: 42, counts: { products: 500 } }`, not a world. */
function isGenerated (world) {
  const names = Object.keys(world ?? {})
  return names.length > 0 && names.every(name => name === 'seed' || name === 'counts')
}

/** Return a URL of the simulator, under whatever name it was called, as one of another origin. */
function replaceOrigin (url, own, origin) {
  const { pathname, search } = new URL(url)
  const prefix = new URL(own).pathname.replace(/\/$/, '')
  return origin + (pathname.startsWith(prefix) ? pathname.slice(prefix.length) : pathname) + search
}

/** Return a text that can be sent in a header: other characters than those of ASCII become question marks. */
function asHeaderValue (text) {
  return text.replace(/[^\x20-\x7e]/g, '?').trim().slice(0, 200)
}
