// Tests that fail, for their reports.

import { expect, test } from '@emporix-mockserver/test/playwright'

test('an invalid page', async ({ page, mock }) => {
  await page.goto('/')
  const reply = await mock.fetch('/customer-segment/acme/segments?pageSize=0')
  expect(reply.status).toBe(200)
})

test('a call that never comes', async ({ mock }) => {
  await mock.fetch('/customer-segment/acme/segments')
  await mock.waitFor({ method: 'PUT' }, { timeout: 0.1 })
})

test.describe('forbidden', () => {
  test.use({ mockFailOn: ['findings', 'unmatched'] })

  test('an undeclared parameter, and a path without an operation', async ({ mock }) => {
    await mock.fetch('/customer-segment/acme/segments?pagesize=5', { as: 'read' })
    await mock.fetch('/fee/acme/fees')
  })
})

test.describe('wrong', () => {
  test.use({ mockWorldPer: 'file' })

  test('an unknown kind of world', async ({ mock }) => {
    expect(mock).toBeDefined()
  })
})
