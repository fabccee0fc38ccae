import type {
  BrowserContext, PlaywrightTestArgs, PlaywrightTestOptions, PlaywrightWorkerArgs, PlaywrightWorkerOptions, TestType
} from '@playwright/test'
import type { MockServer, RunningServer, World } from './index.js'

export { expect } from '@playwright/test'

export interface MockOptions {
  /** Whether each test (`test`) or each worker (`worker`) has a world of its own. */
  mockWorldPer: 'test' | 'worker'
  /** The world that tests start from; that of the server if left out. */
  mockWorld: World | undefined
  /** Origins that the simulator answers instead of; `https://api.emporix.io`. */
  mockInsteadOf: string[]
  /** Origins of front ends besides `baseURL` whose requests name the world too. */
  mockOrigins: string[]
  /** What fails a test: `findings`, calls that violate the contract; `unmatched`, calls without an operation. */
  mockFailOn: Array<'findings' | 'unmatched'>
}

export interface MockWorkerOptions {
  /** A running simulator; MOCKSERVER_URL if left out. Without both, each worker starts one. */
  mockUrl: string | undefined
  /** More arguments for `mockserver serve`, if a worker starts it. */
  mockArgs: string[]
  /** What starts it. */
  mockCommand: string | string[] | undefined
}

export interface MockFixtures {
  /** The simulator, in the world of this test. */
  mock: MockServer
}

export interface MockWorkerFixtures {
  /** The simulator, in the world of requests that name none. */
  mockServer: RunningServer
}

export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & MockOptions & MockFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & MockWorkerOptions & MockWorkerFixtures
>

/** The address of the vendor's API. */
export const VENDOR: string

/** Send the requests of a browser context that you have made to the world of `mock`. */
export function routeWorld (
  context: BrowserContext, mock: MockServer, options?: { origins?: string[], insteadOf?: string[] }
): Promise<void>
