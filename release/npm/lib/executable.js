'use strict'

const { dirname, join } = require('node:path')
const { name: ownName, optionalDependencies } = require('../package.json')

const ELSEWHERE = 'With Python 3.11 or newer, "pipx install emporix-mockserver" works everywhere; or build the image.'

function usesMusl () {
  return process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime
}

/** Return the path of the program for this platform. Throws an Error that says what to do if no package has one. */
function findExecutable () {
  const platform = `${process.platform}-${process.arch}`
  const packageName = `${ownName}-${platform}`
  if (!(packageName in optionalDependencies)) {
    const platforms = Object.keys(optionalDependencies).map(name => name.slice(ownName.length + 1))
    throw new Error(`There is no package for ${platform}; there are ${platforms.join(', ')}. ${ELSEWHERE}`)
  }
  if (usesMusl()) {
    throw new Error(`The package for ${platform} needs glibc, and this system has another C library. ${ELSEWHERE}`)
  }
  let manifest
  try {
    manifest = require.resolve(`${packageName}/package.json`)
  } catch {
    throw new Error(`The package ${packageName} is not installed. Install ${ownName} again, with its optional ` +
      'dependencies (without --omit=optional), and on the platform that it runs on.')
  }
  return join(dirname(manifest), 'program', process.platform === 'win32' ? 'mockserver.exe' : 'mockserver')
}

module.exports = { findExecutable }
