// Starts a simulator on a free port, or finds the one that MOCKSERVER_URL names.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join, resolve as resolvePath } from 'node:path'
import { createInterface } from 'node:readline'
import { ControlError } from './control-client.js'
import { MockServer } from './mock-server.js'

const COMMANDS = ['emporix-mockserver', 'mockserver']
const START_SECONDS = 60
const STOP_SECONDS = 10
const MAX_SHOWN_ERRORS = 20_000
const READY_TEXT = /is ready at (\S+)/
const running = new Set()

process.on('exit', stopAll)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stopWithProcess)

function stopAll () {
  for (const child of running) child.kill()
}

/** Stop all before a signal ends this process, unless others handle it: their `process.exit` stops all too. */
function stopWithProcess (signal) {
  if (process.listenerCount(signal) > 1) return
  stopAll()
  process.off(signal, stopWithProcess)
  process.kill(process.pid, signal)
}

/** A simulator that `stop` ends, if this process has started it. */
export class RunningServer extends MockServer {
  #child

  constructor (url, options, child) {
    super(url, options)
    this.#child = child
  }

  async stop () {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    const patience = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000)
    child.ref() // so that this process lasts until it has ended
    child.kill()
    await ended
    clearTimeout(patience)
  }
}

if (Symbol.asyncDispose) { // for `await using`
  RunningServer.prototype[Symbol.asyncDispose] = function () { return this.stop() }
}

export async function startServer ({ url, args = [], command, env, cwd, seconds = START_SECONDS, ...options } = {}) {
  const given = url ?? process.env.MOCKSERVER_URL
  if (given) return connect(new RunningServer(given, options))
  const [program, ...first] = typeof command === 'string' ? command.trim().split(/\s+/) : command ?? findCommand(cwd)
  const child = spawn(program, [...first, 'serve', '--port', '0', '--log-format', 'json', ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32' && typeof command === 'string' // npx is a script there
  })
  running.add(child)
  for (const event of ['exit', 'error']) child.once(event, () => running.delete(child))
  const ready = await waitUntilReady(child, [program, ...first].join(' '), seconds)
  for (const part of [child, child.stdout, child.stderr]) part.unref() // a forgotten server must not keep this process
  return connect(new RunningServer(ready.url, { tenant: ready.tenant, adminToken: ready.adminToken, ...options }, child))
}

async function connect (server) {
  try {
    await server.check()
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

/** Return the facts of the ready line. Throws a ControlError with what the program printed if it prints no such line. */
function waitUntilReady (child, name, seconds) {
  let printed = ''
  const remember = text => { printed = (printed + text).slice(-MAX_SHOWN_ERRORS) }
  child.stderr.setEncoding('utf8').on('data', remember)
  return new Promise((resolve, reject) => {
    const giveUp = reason => {
      clearTimeout(patience)
      reject(new ControlError(`${name} ${reason}${printed.trim() ? `:\n${printed.trim()}` : ''}`))
    }
    const patience = setTimeout(() => {
      child.kill('SIGKILL')
      giveUp(`was not ready after ${seconds} seconds`)
    }, seconds * 1000)
    child.once('error', error => giveUp(`cannot be started: ${explainStart(error)}`))
    child.once('close', (code, signal) => giveUp(`has ended before it was ready, with ${signal ?? `exit code ${code}`}`))
    createInterface({ input: child.stdout }).on('line', line => {
      const facts = readReadyLine(line)
      if (!facts) return remember(`${line}\n`)
      clearTimeout(patience)
      resolve(facts)
    })
  })
}

function explainStart (error) {
  return error.code === 'ENOENT' ? 'there is no such command, or no such folder' : error.message
}

function readReadyLine (line) {
  try {
    const facts = JSON.parse(line)
    return facts.event === 'ready' ? facts : undefined
  } catch {
    const found = READY_TEXT.exec(line) // with --log-format text
    return found ? { url: found[1] } : undefined
  }
}

/** Return the command of the npm package emporix-mockserver, or else of the Python package. Throws without both. */
function findCommand (cwd = process.cwd()) {
  for (const place of [resolvePath(cwd, 'package.json'), import.meta.url]) {
    try {
      return [createRequire(place)('emporix-mockserver').findExecutable()]
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw new ControlError(error.message)
    }
  }
  const names = process.platform === 'win32' ? COMMANDS.map(name => `${name}.exe`) : COMMANDS
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const found = names.flatMap(name => folders.map(folder => join(folder, name))).find(existsSync)
  if (found) return [found]
  throw new ControlError('no simulator is installed. Run `npm install --save-dev emporix-mockserver` or ' +
    '`pip install emporix-mockserver`, or set MOCKSERVER_URL to the address of a running one.')
}
