import type { TestAPI } from 'vitest'
import type { TestProject } from 'vitest/node'
import type { MockServer, StartOptions } from './index.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the simulator. */
    mockUrl: string
    /** The token of its control plane, or ''. */
    mockAdminToken: string
  }
}

type Setup = (project: TestProject) => Promise<() => Promise<void>>

/** A globalSetup that starts the simulator, or uses the one that MOCKSERVER_URL names. */
declare const setup: Setup
export default setup

/** Return such a globalSetup with options. */
export function createSetup (options?: StartOptions): Setup

/** Return the simulator in a world; without a name, in one that the tests of this worker share. */
export function connect (world?: string, options?: { test?: string }): MockServer

/** Vitest's `test` with the fixture `mock`: the simulator, in a world of the test's own. */
export const test: TestAPI<{ mock: MockServer }>
