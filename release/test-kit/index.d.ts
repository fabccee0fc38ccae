/// <reference lib="esnext.disposable" />

/** A pattern for requests, as WireMock has them: `{ method: 'PUT', urlPathPattern: '.*\/items\/.*' }`. */
export interface RequestPattern {
  method?: string
  url?: string
  urlPattern?: string
  urlPath?: string
  urlPathPattern?: string
  urlPathTemplate?: string
  headers?: Record<string, Matcher>
  queryParameters?: Record<string, Matcher>
  bodyPatterns?: Matcher[]
  /** The operation. */
  operationId?: string
  /** The value of `X-Mock-Test`. */
  test?: string
  [member: string]: unknown
}

/** A matcher, as WireMock has them: `{ equalTo: 'ACTIVE' }`, `{ matchesJsonPath: '$.items' }`. */
export type Matcher = Record<string, unknown>

/** A request that the simulator has answered. */
export interface LoggedRequest {
  method: string
  /** Path and query. */
  url: string
  absoluteUrl: string
  headers: Record<string, string>
  body: string
  loggedDateString: string
  [member: string]: unknown
}

/** A request with its response, and what the simulator knows about both. */
export interface JournalEntry {
  id: string
  request: LoggedRequest
  response: { status: number, headers?: Record<string, string>, body?: string }
  mock: { tenant?: string, operationId?: string, persona?: string, [member: string]: unknown }
  [member: string]: unknown
}

/** What the vendor tolerates but the contract does not allow. */
export interface Finding {
  kind: string
  operationId: string
  place: string
  message: string
  count: number
  [member: string]: unknown
}

/** A change of the state. */
export interface Change {
  version: number
  sentence: string
  kind: string
  collection?: string
  key?: string
  [member: string]: unknown
}

/** Why a request was answered as it was. */
export interface Explanation {
  id: string
  status: number
  pointer?: string
  detail?: string
  rule?: { id: string, text: string, [member: string]: unknown }
  nearest?: { curl: string, why: string, [member: string]: unknown }
  [member: string]: unknown
}

/** An HTTP Archive. */
export interface Har {
  log: { version: string, creator: { name: string, version: string }, entries: any[] }
}

/** A world: the name of a shipped one, a world file (.yaml, .yml, .json), its content, or counts for the generator. */
export type World = string | { seed?: number, counts?: Record<string, number> } | Record<string, unknown>

export interface MockServerOptions {
  /** The world of all calls; without it, that of requests that name none. */
  world?: string
  /** `acme` if left out. */
  tenant?: string
  /** The token of the control plane, if it needs one; MOCKSERVER_ADMIN_TOKEN if left out. */
  adminToken?: string
  /** A name that the journal shows with each request that has `headers`. */
  test?: string
}

/** A running simulator, for one tenant in one world. Methods throw a ControlError if the simulator refuses. */
export class MockServer {
  constructor (url: string, options?: MockServerOptions)
  /** Without a final slash. */
  readonly url: string
  readonly world: string | undefined
  readonly tenant: string
  readonly adminToken: string | undefined
  readonly test: string | undefined
  /** What each request of the code under test must send to be in this world. */
  readonly headers: Record<string, string>
  /** Return the same server in another world. */
  inWorld (world: string, options?: { test?: string }): MockServer
  /** Check that the URL is that of a simulator which this package can use. */
  check (): Promise<void>
  /** Call any operation of the control plane. path: below /__admin. body: JSON, or YAML as a text. */
  control (method: string, path: string, body?: unknown, query?: Record<string, unknown>): Promise<any>
  /** Return a token of the world (with or without `-token`), or a new one like it. seconds: how long it is valid. */
  token (persona?: string, options?: { scopes?: string[], seconds?: number }): Promise<string>
  /** Call the API in this world. path: `/customer-segment/acme/segments`. as: a persona, null for nobody; `admin` if left out. */
  fetch (path: string, init?: RequestInit & { as?: string | null }): Promise<Response>
  /** Drop the world, which the next request creates again. */
  dropWorld (): Promise<void>
  /** Reset state, clock, settings, revoked tokens and faults. to: `world`, `empty` or `snapshot:NAME`. */
  reset (to?: string): Promise<void>
  /** Load another world. */
  seed (world: World): Promise<void>
  /** Save the state under a name (`test`), and return what restores it. */
  snapshot (name?: string): Promise<Snapshot>
  /** Stop the clock, at a time or now. */
  freeze (at?: Date | string): Promise<void>
  /** Set the clock forward. */
  advance (seconds: number): Promise<void>
  /** Inject a fault into an operation. times: how often; every call if left out. Other options are fields of a fault's response. */
  fail (operation: string, status?: number, options?: { times?: number, [field: string]: unknown }): Promise<InjectedFault>
  /** Start a scenario. */
  scenario (name: string): Promise<void>
  /** Return the requests that match, the latest first. */
  requests (pattern?: RequestPattern): Promise<LoggedRequest[]>
  /** Return the requests with their responses, the latest first. */
  journal (): Promise<JournalEntry[]>
  /** Wait until so many requests match, also those so far; an ExpectationError after `timeout` seconds (5, at most 60). */
  waitFor (pattern?: RequestPattern, options?: { count?: number, timeout?: number }): Promise<LoggedRequest[]>
  /** Check that no request matches, so far and for `timeout` seconds (0) more; an ExpectationError if one does. */
  never (pattern?: RequestPattern, options?: { timeout?: number }): Promise<void>
  /** Return the requests that no operation answers. */
  listUnmatched (): Promise<LoggedRequest[]>
  /** Return what the vendor tolerates but the contract does not allow. */
  findings (): Promise<Finding[]>
  /** Return the changes of the state, the earliest first. since: a version, or the name of a snapshot. */
  changes (since?: number | string): Promise<Change[]>
  /** Return why a request was answered as it was. */
  explain (requestId: string): Promise<Explanation>
  /** Return the requests and responses as an HTTP Archive. origin: what their URLs begin with, instead of the simulator's. */
  exportHar (options?: { origin?: string }): Promise<Har>
  /** Return the calls as text: why some failed, and what the contract does not allow. */
  describeCalls (): Promise<string>
}

/** A saved state of a tenant. */
export class Snapshot {
  private constructor ()
  readonly name: string
  /** Save the state again, as it is now. */
  save (): Promise<void>
  /** Return to the saved state. */
  restore (): Promise<void>
  /** Return what has changed since, by collection. */
  diff (): Promise<Record<string, any>>
}

/** An injected fault. With `await using`, it ends with the block. */
export class InjectedFault {
  private constructor ()
  readonly id: string
  /** Return how many calls it has hit. */
  hits (): Promise<number>
  remove (): Promise<void>
  [Symbol.asyncDispose] (): Promise<void>
}

/** A simulator that this process has started, or that MOCKSERVER_URL names. With `await using`, it ends with the block. */
export class RunningServer extends MockServer {
  /** Stop it, if this process has started it. */
  stop (): Promise<void>
  [Symbol.asyncDispose] (): Promise<void>
}

export interface StartOptions extends MockServerOptions {
  /** Use the simulator at this address and start none; MOCKSERVER_URL if left out. */
  url?: string
  /** More arguments for `mockserver serve`, such as `['--fixture', 'empty']`. */
  args?: string[]
  /** What starts it, such as `npx emporix-mockserver`; if left out, the npm package or else the command on the PATH. */
  command?: string | string[]
  /** More environment variables. */
  env?: Record<string, string>
  /** The folder to start it in. */
  cwd?: string
  /** How long to wait until it is ready (60). */
  seconds?: number
}

/** Start a simulator on a free port, or use the one at `url` or MOCKSERVER_URL. */
export function startServer (options?: StartOptions): Promise<RunningServer>

/** The simulator refused a call, cannot be reached, or did not start; the message says why. */
export class ControlError extends Error {
  /** Of the reply, if there is one. */
  readonly status: number | undefined
}

/** An expectation about requests is not met; the message lists the nearest ones. */
export class ExpectationError extends Error {}
