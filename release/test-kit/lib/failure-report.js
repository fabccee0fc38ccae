// What a failing test shows: the calls it made, why they failed, and what the contract does not allow.

const MAX_SHOWN_CALLS = 50
const FIRST_ERROR = 400

/** Return lines about the calls of a test, the first call first; '' without calls. */
export async function describeCalls (mock) {
  const entries = (await mock.journal()).filter(entry => mock.test === undefined || isOfTest(entry, mock.test))
  const lines = entries.length > MAX_SHOWN_CALLS ? [`(only the last ${MAX_SHOWN_CALLS} of ${entries.length} calls)`] : []
  for (const entry of entries.slice(0, MAX_SHOWN_CALLS).reverse()) lines.push(...await describeCall(mock, entry))
  lines.push(...describeFindings(await mock.findings()))
  return lines.join('\n')
}

/** Return the findings that are about the calls, not about the tokens of the tests. */
export function findingsOfCalls (findings) {
  return findings.filter(({ kind }) => kind !== 'scope')
}

/** Return the line that tells a finding. */
export function describeFinding ({ operationId, kind, place, message }) {
  return `${operationId} ${kind} ${place}: ${message}`
}

function isOfTest ({ request }, test) {
  const sent = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'x-mock-test')
  return sent === undefined || sent[1] === test
}

async function describeCall (mock, { id, request, response, mock: facts }) {
  const persona = facts.persona ? ` as ${facts.persona}` : ''
  const lines = [`${request.method} ${request.url}${persona}: ${response.status}`]
  if (response.status < FIRST_ERROR) return lines
  const { pointer, detail, rule, nearest } = await mock.explain(id)
  lines.push(`    ${[pointer, detail].filter(Boolean).join(': ')}`)
  if (nearest) lines.push(`    ${nearest.why} This works: ${nearest.curl}`) // first: reporters cut long texts off
  if (rule) lines.push(`    rule ${rule.id}: ${rule.text}`)
  return lines
}

function describeFindings (findings) {
  const told = findingsOfCalls(findings).map(finding => `    ${describeFinding(finding)}`)
  return told.length ? ['Not allowed by the contract, although the vendor tolerates it:', ...told] : []
}
