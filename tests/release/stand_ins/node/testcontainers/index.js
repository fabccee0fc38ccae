// Has the part of Testcontainers that the example uses. A container is a process; STAND_IN_COMMAND starts it.
'use strict'

const { spawn } = require('node:child_process')
const { createInterface } = require('node:readline')

class GenericContainer {
  constructor (image) { this.image = image }
  withExposedPorts (port) { this.port = port; return this }
  withEnvironment (variables) { this.variables = variables; return this }
  withWaitStrategy (strategy) { this.strategy = strategy; return this }

  async start () {
    const [command, ...options] = JSON.parse(process.env.STAND_IN_COMMAND)
    const env = { ...process.env, ...this.variables }
    const server = spawn(command, options, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await new Promise(resolve => createInterface(server.stdout).once('line', (...lines) => resolve(lines)))
    const url = new URL(JSON.parse(line).url)
    const { path, port, status } = this.strategy
    const response = await fetch(new URL(path, url))
    if (port !== this.port || response.status !== status) throw new Error(`not healthy: ${response.status}`)
    return { getHost: () => url.hostname, getMappedPort: () => Number(url.port), stop: async () => server.kill() }
  }
}

const Wait = { forHttp: (path, port) => ({ forStatusCode: status => ({ path, port, status }) }) }

module.exports = { GenericContainer, Wait }
