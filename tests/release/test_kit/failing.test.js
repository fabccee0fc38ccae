// A test that fails, for its report, and code under test that reads the address from the environment.

import { expect, inject } from 'vitest'
import { connect, test } from '@emporix-mockserver/test/vitest'

test('an invalid page', async ({ mock }) => {
  expect(process.env.MOCKSERVER_URL).toBe(inject('mockUrl'))
  expect(connect().world).toMatch(/^vitest-\d+$/)
  expect((await mock.fetch('/customer-segment/acme/segments?pageSize=0')).status).toBe(200)
})
