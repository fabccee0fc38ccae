// Fixtures for Playwright: a world for each test or each worker, for its page and for the test itself.

import { writeFile } from 'node:fs/promises'
import { expect, test as base } from '@playwright/test'
import { describeFinding, findingsOfCalls } from './lib/failure-report.js'
import { startServer } from './lib/start-server.js'
import { nameWorld } from './lib/world-name.js'

export { expect }

export const VENDOR = 'https://api.emporix.io'
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
const NAME = 'emporix-mockserver'
const worldsOfWorker = new Set()

export const test = base.extend({
  mockUrl: [undefined, { option: true, scope: 'worker' }],
  mockArgs: [[], { option: true, scope: 'worker' }],
  mockCommand: [undefined, { option: true, scope: 'worker' }],
  mockWorldPer: ['test', { option: true }],
  mockWorld: [undefined, { option: true }],
  mockInsteadOf: [[VENDOR], { option: true }],
  mockOrigins: [[], { option: true }],
  mockFailOn: [[], { option: true }],

  mockServer: [async ({ mockUrl, mockArgs, mockCommand }, use) => {
    const server = await startServer({ url: mockUrl, args: mockArgs, command: mockCommand })
    await use(server)
    await server.stop()
  }, { scope: 'worker', timeout: 90_000 }],

  mock: async ({ mockServer, mockWorldPer, mockWorld, mockFailOn }, use, testInfo) => {
    const title = testInfo.titlePath.slice(1).join(' ')
    const mock = mockServer.inWorld(nameOf(mockWorldPer, title, testInfo), { test: title })
    if (mockWorldPer === 'test' || !worldsOfWorker.has(mock.world)) await mock.dropWorld()
    worldsOfWorker.add(mock.world)
    if (mockWorld !== undefined) await mock.seed(mockWorld)
    await use(mock)
    const problems = await findProblems(mock, mockFailOn)
    if (testInfo.status !== testInfo.expectedStatus || problems.length) await attachCalls(mock, testInfo)
    if (problems.length) throw new Error(['The test made calls that mockFailOn forbids:', ...problems].join('\n'))
  },

  context: async ({ context, mock, baseURL, mockInsteadOf, mockOrigins }, use) => {
    const origins = [...(baseURL ? [baseURL] : []), ...mockOrigins]
    await routeWorld(context, mock, { origins, insteadOf: mockInsteadOf })
    await use(context)
  }
})

/** Send the requests of a browser context to the world of `mock`; other hosts see no header of ours. */
export async function routeWorld (context, mock, { origins = [], insteadOf = [VENDOR] } = {}) {
  const frontEnds = new Set(origins.map(toOrigin))
  const replaced = new Set(insteadOf.map(toOrigin))
  const isSimulator = url => isSameServer(url, new URL(mock.url))
  const baggage = { baggage: `mock-world=${mock.world}` } // server-side rendering may forward it
  await context.route(url => isSimulator(url) || frontEnds.has(url.origin), async route => {
    const isOwn = isSimulator(new URL(route.request().url()))
    await route.fallback({ headers: { ...route.request().headers(), ...(isOwn ? {} : baggage), ...mock.headers } })
  })
  await context.route(url => replaced.has(url.origin), async route => {
    const { pathname, search } = new URL(route.request().url())
    const headers = { ...route.request().headers(), ...mock.headers }
    let response
    try {
      response = await route.fetch({ url: mock.url + pathname + search, headers, maxRedirects: 0 })
    } catch {
      return route.abort('connectionfailed').catch(() => {}) // as a fault of the simulator wants, or the test has ended
    }
    await route.fulfill({ response })
  })
}

function nameOf (per, title, testInfo) {
  if (per === 'worker') return `worker-${testInfo.parallelIndex}`
  if (per === 'test') return nameWorld(title, `${testInfo.project.name} ${testInfo.testId} ${testInfo.repeatEachIndex}`)
  throw new TypeError(`mockWorldPer is 'test' or 'worker', not '${per}'`)
}

async function findProblems (mock, forbidden) {
  const problems = []
  for (const kind of forbidden) {
    if (kind === 'unmatched') {
      const calls = await mock.listUnmatched()
      problems.push(...calls.map(({ method, url }) => `no operation answers ${method} ${url}`))
    } else if (kind === 'findings') {
      problems.push(...findingsOfCalls(await mock.findings()).map(describeFinding))
    } else {
      throw new TypeError(`mockFailOn takes 'findings' and 'unmatched', not '${kind}'`)
    }
  }
  return problems
}

async function attachCalls (mock, testInfo) {
  try {
    const calls = await mock.describeCalls()
    await testInfo.attach(NAME, { body: calls || 'The test made no calls.', contentType: 'text/plain' })
    if (!calls) return
    const path = testInfo.outputPath(`${NAME}.har`)
    await writeFile(path, JSON.stringify(await mock.exportHar()))
    await testInfo.attach(`${NAME}.har`, { path, contentType: 'application/json' })
  } catch (error) { // the simulator may be why the test has failed
    await testInfo.attach(NAME, { body: error.message, contentType: 'text/plain' })
  }
}

function toOrigin (url) {
  try {
    return new URL(url).origin
  } catch {
    throw new TypeError(`'${url}' is not an origin, such as http://localhost:3000`)
  }
}

/** Whether two URLs are of one server; all names of this machine are the same. */
function isSameServer (url, other) {
  return url.port === other.port && url.protocol === other.protocol &&
    (url.hostname === other.hostname || (LOOPBACK.has(url.hostname) && LOOPBACK.has(other.hostname)))
}
