// For Vitest: a globalSetup that starts the simulator once, and a fixture with a world for each test.

import { inject, test as base } from 'vitest'
import { startServer } from './lib/start-server.js'
import { MockServer } from './lib/mock-server.js'
import { nameWorld } from './lib/world-name.js'

const NAME = 'emporix-mockserver'

/** Return a globalSetup. options: those of `startServer`. */
export function createSetup (options = {}) {
  return async project => {
    const server = await startServer(options)
    project.provide('mockUrl', server.url)
    project.provide('mockAdminToken', server.adminToken ?? '')
    process.env.MOCKSERVER_URL = server.url // for code under test that reads it
    return () => server.stop()
  }
}

export default createSetup()

/** Return the simulator in a world; without a name, in one of the worker's own. */
export function connect (world = `vitest-${process.env.VITEST_POOL_ID}`, { test } = {}) {
  const url = inject('mockUrl')
  if (!url) throw new Error("set globalSetup: '@emporix-mockserver/test/vitest' in the configuration of Vitest")
  return new MockServer(url, { adminToken: inject('mockAdminToken') || undefined }).inWorld(world, { test })
}

// The globalSetup runs outside of the workers, where Vitest has no tests.
export const test = process.env.VITEST_POOL_ID === undefined ? undefined : base.extend({
  mock: async ({ task, onTestFailed }, use) => {
    const names = []
    for (let part = task; part && part !== task.file; part = part.suite) names.unshift(part.name)
    const title = names.join(' ')
    const mock = connect(nameWorld(title, `${task.file.projectName ?? ''} ${task.id}`), { test: title })
    await mock.dropWorld()
    onTestFailed(async () => {
      const calls = await mock.describeCalls().catch(error => error.message)
      console.error(`${NAME}: ${title}\n${calls || 'The test made no calls.'}`)
    })
    await use(mock)
  }
})
