// The type declarations, as a strict compiler sees them; tsc checks it, nothing runs it.

import { ExpectationError, MockServer, startServer } from '@emporix-mockserver/test'
import type { Finding, Har, RunningServer } from '@emporix-mockserver/test'
import { expect, routeWorld, test } from '@emporix-mockserver/test/playwright'
import setup, { connect, createSetup, test as unitTest } from '@emporix-mockserver/test/vitest'
import { addMockTasks } from '@emporix-mockserver/test/cypress'

const server: RunningServer = await startServer({ args: ['--fixture', 'empty'], command: ['npx', 'mockserver'], seconds: 5 })
const mock: MockServer = server.inWorld('a', { test: 'b' })
await using outage = await mock.fail('operation', 503, { times: 1, headers: { 'Retry-After': '5' } })
const hits: number = await outage.hits()
const findings: Finding[] = await mock.findings()
const har: Har = await mock.exportHar({ origin: 'https://api.emporix.io' })
const reply: Response = await mock.fetch('/', { method: 'POST', as: null, body: String(hits + findings.length + har.log.entries.length) })
await mock.seed({ seed: 42, counts: { products: 5 } })
await mock.freeze(new Date())
await mock.waitFor({ urlPath: '/', headers: { a: { equalTo: String(reply.status) } } }, { count: 2, timeout: 1 })
  .catch((error: unknown) => { if (error instanceof ExpectationError) console.log(error.message) })
// @ts-expect-error: a URL is needed
new MockServer()
// @ts-expect-error: seconds, not a text
await mock.advance('5')

test.use({ mockWorldPer: 'worker', mockWorld: 'empty', mockFailOn: ['findings'], mockInsteadOf: [], mockOrigins: [] })
// @ts-expect-error: findings or unmatched
test.use({ mockFailOn: ['everything'] })
test('a page', async ({ page, context, mock, mockServer }) => {
  await routeWorld(context, mock.inWorld('other'), { origins: [mockServer.url] })
  await expect(page.getByRole('alert')).toHaveText(mock.world ?? '')
})

unitTest('a unit', async ({ mock }) => { await mock.reset('empty') })
export const name: string | undefined = connect().world
export const setups = [setup, createSetup({ args: ['--fixture', 'empty'] })]
export const nodeEvents = (on: Cypress.PluginEvents, config: Cypress.PluginConfigOptions) => addMockTasks(on, config, { cwd: '.' })
