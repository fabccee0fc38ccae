// For Cypress: starts the simulator, and adds a task for each thing that a test does with it.

import { startServer } from './lib/start-server.js'

/** Start the simulator and add the tasks; return the configuration with `env.mockUrl`. options: those of `startServer`. */
export async function addMockTasks (on, config, options = {}) {
  const server = await startServer({ cwd: config.projectRoot, ...options })
  on('task', createTasks(server))
  on('after:run', () => server.stop())
  return { ...config, env: { ...config.env, mockUrl: server.url } }
}

function createTasks (mock) {
  const faults = new Map()
  const snapshots = new Map()
  const verbs = {
    reset: to => mock.reset(to),
    seed: world => mock.seed(world),
    snapshot: async name => {
      const saved = await mock.snapshot(name)
      snapshots.set(saved.name, saved)
      return saved.name
    },
    restore: (name = 'test') => find(snapshots, name, 'snapshot').restore(),
    freeze: at => mock.freeze(at),
    advance: seconds => mock.advance(seconds),
    fail: async (operation, status, options) => {
      const fault = await mock.fail(operation, status, options)
      faults.set(fault.id, fault)
      return fault.id
    },
    hits: id => find(faults, id, 'fault').hits(),
    remove: id => find(faults, id, 'fault').remove(),
    scenario: name => mock.scenario(name),
    token: (persona, options) => mock.token(persona, options),
    requests: pattern => mock.requests(pattern),
    waitFor: (pattern, options) => mock.waitFor(pattern, options),
    never: (pattern, options) => mock.never(pattern, options),
    listUnmatched: () => mock.listUnmatched(),
    findings: () => mock.findings(),
    changes: since => mock.changes(since),
    exportHar: () => mock.exportHar(),
    describeCalls: () => mock.describeCalls()
  }
  const tasks = Object.entries(verbs).map(([name, verb]) => [`mock:${name}`, async given => {
    const parameters = given === null || given === undefined ? [] : Array.isArray(given) ? given : [given]
    return await verb(...parameters.map(value => value === null ? undefined : value)) ?? null // never undefined
  }])
  return Object.fromEntries(tasks)
}

function find (things, name, kind) {
  const thing = things.get(name)
  if (!thing) throw new Error(`there is no ${kind} '${name}'; there are ${[...things.keys()].join(', ') || 'none'}`)
  return thing
}
