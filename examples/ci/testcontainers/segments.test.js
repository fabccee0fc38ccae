// Testcontainers for Node.js: npm install --save-dev testcontainers, then node --test
'use strict'

const assert = require('node:assert')
const { after, before, beforeEach, test } = require('node:test')
const { GenericContainer, Wait } = require('testcontainers')

const IMAGE = 'emporix-mockserver'
const PORT = 8080

let container
let url

before(async () => {
  container = await new GenericContainer(IMAGE)
    .withExposedPorts(PORT)
    .withEnvironment({ MOCKSERVER_ADMIN_TOKEN: 'only-for-these-tests' })
    .withWaitStrategy(Wait.forHttp('/__admin/health', PORT).forStatusCode(200))
    .start()
  url = `http://${container.getHost()}:${container.getMappedPort(PORT)}`
})

after(() => container.stop())

beforeEach(async () => {
  const headers = { Authorization: 'Bearer only-for-these-tests' }
  const response = await fetch(`${url}/__admin/reset?tenant=acme`, { method: 'POST', headers })
  assert.strictEqual(response.status, 200)
})

test('there are segments', async () => {
  const headers = { Authorization: 'Bearer admin-token' }
  const response = await fetch(`${url}/customer-segment/acme/segments`, { headers })
  assert.strictEqual(response.status, 200)
  assert.ok((await response.json()).length > 0)
})
