#!/usr/bin/env node
'use strict'

// Start the program of the platform's package: pass on signals, and end as it ends.

const { spawn } = require('node:child_process')
const { constants } = require('node:os')
const { findExecutable } = require('../lib/executable.js')

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const USAGE_ERROR = 2 // the exit code of `mockserver` for what its user can put right

function fail (reason) {
  console.error(`mockserver: ${reason}`)
  process.exit(USAGE_ERROR)
}

function run (executable) {
  let program
  for (const signal of SIGNALS) { // first: the program could be ready, and be told to stop, before the next lines run
    process.on(signal, () => program.kill(signal))
  }
  program = spawn(executable, process.argv.slice(2), { stdio: 'inherit' })
  program.on('error', error => fail(`cannot start ${executable}: ${error.message}`))
  program.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

try {
  run(findExecutable())
} catch (error) {
  fail(error.message)
}
