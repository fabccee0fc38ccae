export { ControlError, ExpectationError } from './lib/control-client.js'
export { InjectedFault, MockServer, Snapshot } from './lib/mock-server.js'
export { RunningServer, startServer } from './lib/start-server.js'
