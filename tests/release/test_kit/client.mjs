// Every member of the client, and the errors of bad use; node --test runs it.

import assert from 'node:assert'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ControlError, ExpectationError, MockServer, startServer } from '@emporix-mockserver/test'
import { addMockTasks } from '@emporix-mockserver/test/cypress'

const SEGMENTS = '/customer-segment/acme/segments'
const LIST = 'GET-customer-segment-retrieve-segments'
delete process.env.MOCKSERVER_URL
const server = await startServer()
after(() => server.stop())
let worlds = 0
const open = () => server.inWorld(`client-${++worlds}`, { test: 'client' })
const count = async mock => (await (await mock.fetch(SEGMENTS)).json()).length

test('tokens and callers', async () => {
  const mock = open()
  assert.equal(await mock.token('read'), 'read-token')
  assert.equal(await mock.token('customer:98029737'), 'customer:98029737')
  const limited = await mock.token('admin', { scopes: [] })
  const statuses = []
  for (const init of [{}, { as: null }, { as: 'no-scope' }, { headers: { Authorization: `Bearer ${limited}` } }]) {
    statuses.push((await mock.fetch(SEGMENTS, init)).status)
  }
  assert.deepEqual(statuses, [200, 401, 403, 403])
  await assert.rejects(mock.token('boss'), /unknown persona 'boss'; the tokens are admin-token, manage-token/)
})

test('state', async () => {
  const mock = open()
  const before = await mock.snapshot()
  for (const [world, rows] of [['empty', 0], ['default', 13], [{ sites: [{ code: 'main' }], segments: [{ id: 'a', status: 'ACTIVE' }] }, 1],
    [{ seed: 1, counts: { segments: 3 } }, 3]]) {
    await mock.seed(world)
    assert.equal(await count(mock), rows, JSON.stringify(world))
  }
  writeFileSync('shop.yaml', 'sites: [{code: main}]\nsegments: [{id: b, status: ACTIVE}]\n')
  await mock.seed('shop.yaml')
  assert.equal(await count(mock), 1)
  assert.ok('segments' in await before.diff())
  await before.restore()
  assert.equal(await count(mock), 13)
  await mock.reset('empty')
  assert.equal(await count(mock), 0)
  assert.equal(await count(open()), 13)
  assert.match((await mock.changes(0)).at(-1).sentence, /./)
  await assert.rejects(mock.seed('nowhere'), /Unknown world 'nowhere'; available: /)
  await assert.rejects(mock.seed({ segment: [] }), /did you mean/)
})

test('clock, faults and scenarios', async () => {
  const mock = open()
  await mock.freeze(new Date('2026-12-24T18:00:00Z'))
  await mock.advance(3600)
  assert.equal((await mock.control('GET', '/clock')).now, '2026-12-24T19:00:00.000Z')
  const outage = await mock.fail(LIST, 503, { times: 1 })
  assert.deepEqual([(await mock.fetch(SEGMENTS)).status, (await mock.fetch(SEGMENTS)).status], [503, 200])
  assert.equal(await outage.hits(), 1)
  await outage.remove()
  await mock.scenario('flaky')
  await assert.rejects(mock.fail('nothing', 503), /Unknown operation 'nothing'/)
  await assert.rejects(mock.scenario('nothing'), /Unknown scenario 'nothing'/)
  await assert.rejects(mock.advance(-1), ControlError)
})

test('requests', async () => {
  const mock = open()
  const waiting = mock.waitFor({ urlPath: SEGMENTS }, { count: 2 })
  await mock.fetch(SEGMENTS)
  await mock.fetch(`${SEGMENTS}?pageSize=0`)
  assert.equal((await waiting).length, 2)
  await mock.fetch('/fee/acme/fees')
  assert.equal((await mock.requests()).length, 3)
  assert.equal((await mock.requests({ test: 'client' })).length, 3)
  assert.equal((await mock.listUnmatched()).length, 1)
  assert.ok(Array.isArray(await mock.findings()))
  assert.equal((await mock.explain((await mock.journal())[1].id)).pointer, 'pageSize')
  assert.match(await mock.describeCalls(), /pageSize=0 as admin-token: 400\n    pageSize: .*\n.* This works: curl .*\n    rule C1: /)
  await mock.never({ method: 'DELETE' })
  await assert.rejects(mock.never({ urlPath: SEGMENTS }), ExpectationError)
  await assert.rejects(mock.waitFor({ method: 'PUT' }, { timeout: 0 }), error => {
    assert.ok(error instanceof ExpectationError)
    assert.match(error.message, /^0 requests match the pattern; at least 1 expected.*\nThe nearest requests:\n    GET /)
    return true
  })
  await assert.rejects(mock.waitFor({}, { timeout: 5000 }), /timeout is in seconds, from 0 to 60, not 5000/)
  const har = await mock.exportHar({ origin: 'https://api.emporix.io/' })
  assert.equal(har.log.entries.at(0).request.url, `https://api.emporix.io${SEGMENTS}`)
  assert.deepEqual(har.log.entries[0].response.headers.filter(({ name }) => /content-type/i.test(name)).map(({ value }) => value), ['application/json'])
  assert.ok((await mock.exportHar()).log.entries[0].request.url.startsWith(mock.url))
  await mock.dropWorld()
  assert.deepEqual(await mock.requests(), [])
})

test('without a world, calls are about the tenant', async () => {
  const mock = new MockServer(server.url, { tenant: 'shop' })
  await mock.seed('empty')
  assert.deepEqual(await (await mock.fetch('/customer-segment/shop/segments')).json(), [])
  assert.equal((await mock.waitFor({}, { timeout: 0 })).length, 1)
  assert.equal(await count(server), 13)
})

describe('bad use', () => {
  const refused = (options, pattern) => assert.rejects(startServer({ seconds: 120, ...options }), error => {
    assert.ok(error instanceof ControlError, error.stack)
    assert.match(error.message, pattern)
    return true
  })

  test('a wrong argument, with what the server prints', () =>
    refused({ args: ['--prot', '1'] }, /mockserver has ended before it was ready, with exit code 2:\n[^]*--port/))
  test('a world that does not exist', () => refused({ args: ['--fixture', 'nowhere'] }, /exit code \d:\n[^]*Unknown world 'nowhere'/))
  test('a port in use', () => refused({ args: ['--port', new URL(server.url).port] }, /exit code \d:\n[^]*in use/))
  test('a command that does not exist', () => refused({ command: 'mokserver' }, /^mokserver cannot be started: there is no such command/))
  test('another command', () => refused({ command: [process.execPath, '-e', 'console.log("hello")'] }, /exit code 0:\nhello/))
  test('a command that never gets ready', () =>
    refused({ command: [process.execPath, '-e', 'setInterval(() => {}, 1000)', 'x'], seconds: 1 }, /was not ready after 1 seconds/))
  test('an address without a server', () => refused({ url: 'http://127.0.0.1:9' }, /^no answer from http:\/\/127\.0\.0\.1:9: /))
  test('no address', () => assert.throws(() => new MockServer('localhost:8080'), /a URL such as http:\/\/127\.0\.0\.1:8080 is needed/))
  test('a world with a wrong name', () => assert.rejects(server.inWorld('a b').findings(), /'a b' is not the name of a world/))
  test('an empty name of a world, and none', () => {
    assert.throws(() => server.inWorld(''), /the name of a world is empty/)
    assert.deepEqual(server.inWorld(null).headers, {})
    assert.deepEqual(server.inWorld(5).headers, { 'X-Mock-World': '5' })
  })
  test('without a package and a command', () => {
    const script = `import { startServer } from ${JSON.stringify(fileURLToPath(import.meta.resolve('@emporix-mockserver/test')))}
      const { Module } = await import('node:module')
      const load = Module._load
      Module._load = (name, ...others) => {
        if (name === 'emporix-mockserver') throw Object.assign(new Error(), { code: 'MODULE_NOT_FOUND' })
        return load(name, ...others)
      }
      await startServer().catch(error => console.log(error.message))`
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env: { PATH: '' }, encoding: 'utf8' })
    assert.match(run.stdout, /^no simulator is installed\. Run `npm install --save-dev emporix-mockserver`/, run.stderr)
  })

  const answers = {
    'an old server': ['{"name":"emporix-mockserver","version":"0.0.1"}', 404, /has version 0\.0\.1, which is too old/],
    'another server': ['{"name":"other"}', 200, /is not an emporix-mockserver/],
    'a page': ['<html>', 404, /is not an emporix-mockserver/],
    'a server without this path': [undefined, 404, /^http:\S+ is not an emporix-mockserver$/]
  }
  for (const [name, [version, status, pattern]] of Object.entries(answers)) {
    test(name, async () => {
      const other = createServer((request, response) => {
        const known = version !== undefined && request.url.includes('version')
        response.writeHead(known ? 200 : status, { 'Content-Type': version?.startsWith('<') ? 'text/html' : 'application/json' })
        response.end(known ? version : '{"message":"No endpoint"}')
      })
      await new Promise(resolve => other.listen(0, '127.0.0.1', resolve))
      await refused({ url: `http://127.0.0.1:${other.address().port}` }, pattern)
      other.close()
    })
  }

  test('a control plane with a token', async () => {
    const guarded = await startServer({ args: ['--admin-token', 's3cret'] })
    assert.equal(guarded.adminToken, 's3cret')
    await guarded.inWorld('a').reset()
    await refused({ url: guarded.url }, /401 .*Set adminToken, or the variable MOCKSERVER_ADMIN_TOKEN\.$/)
    await startServer({ url: guarded.url, adminToken: 's3cret' })
    await guarded.stop()
    await guarded.stop()
    await refused({ url: guarded.url, adminToken: 's3cret' }, /no answer/)
  })
})

/** Wait until the server at this address is gone. */
async function waitUntilGone (url) {
  const answers = () => fetch(`${url}/__admin/health`).then(() => true, () => false)
  while (await answers()) await new Promise(resolve => setTimeout(resolve, 50))
}

const START = "const { startServer } = await import('@emporix-mockserver/test'); console.log((await startServer()).url);"

test('a script that forgets its server ends, and so does the server', async () => {
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', START], { encoding: 'utf8', timeout: 60_000 })
  assert.equal(run.status, 0, run.stderr)
  await waitUntilGone(run.stdout.trim())
})

for (const [own, ending] of [['', [null, 'SIGTERM']], ["process.on('SIGTERM', () => process.exit(5));", [5, null]]]) {
  test(`a signal that ends a script ends the server ${own && 'of a script that handles it'}`, { skip: process.platform === 'win32' }, async () => {
    const script = spawn(process.execPath, ['--input-type=module', '-e', `${own} ${START} setInterval(() => {}, 1000)`])
    const [url] = await once(script.stdout.setEncoding('utf8'), 'data')
    script.kill('SIGTERM')
    assert.deepEqual(await once(script, 'exit'), ending)
    await waitUntilGone(url.trim())
  })
}

test('tasks of Cypress', async () => {
  const handlers = {}
  const config = await addMockTasks((event, handler) => { handlers[event] = handler }, { projectRoot: '.', env: { own: 1 } })
  assert.deepEqual(config.env, { own: 1, mockUrl: config.env.mockUrl })
  const run = (name, given) => handlers.task[`mock:${name}`](given)
  const mock = new MockServer(config.env.mockUrl)
  assert.equal(await run('reset'), null)
  assert.equal(await run('seed', 'empty'), null)
  assert.equal(await count(mock), 0)
  assert.equal(await run('snapshot', null), 'test')
  await run('seed', 'default')
  await run('restore')
  assert.equal(await count(mock), 0)
  const id = await run('fail', [LIST, 503, { times: 1 }])
  assert.equal((await mock.fetch(SEGMENTS)).status, 503)
  assert.equal(await run('hits', id), 1)
  await run('remove', id)
  assert.equal((await run('waitFor', [{ method: 'GET' }, { count: 2 }])).length, 3)
  await run('never', { method: 'DELETE' })
  assert.equal(await run('token', 'read'), 'read-token')
  for (const [name, given] of [['freeze', '2026-01-01T00:00:00Z'], ['advance', 5], ['scenario', 'flaky'], ['requests'], ['listUnmatched'],
    ['findings'], ['changes'], ['exportHar'], ['describeCalls']]) {
    assert.notStrictEqual(await run(name, given), undefined, name)
  }
  await assert.rejects(run('restore', 'lost'), /there is no snapshot 'lost'; there are test/)
  await handlers['after:run']()
  await assert.rejects(mock.reset(), /no answer/)
})
