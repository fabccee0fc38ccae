// What the fixtures do with worlds, other hosts and recorded calls.

import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
import { expect, routeWorld, test } from '@emporix-mockserver/test/playwright'

const SEGMENTS = '/customer-segment/acme/segments'
test.describe.configure({ mode: 'parallel' })

for (const number of [1, 2, 3]) {
  test(`parallel test ${number} has a world of its own`, async ({ page, mock }) => {
    const rows = await (await mock.fetch(SEGMENTS)).json()
    for (const { id } of rows.slice(0, number)) await mock.fetch(`${SEGMENTS}/${id}?forceDelete=true`, { method: 'DELETE' })
    await page.goto('/')
    await expect(page.getByRole('listitem')).toHaveCount(13 - number)
    expect((await mock.requests({ method: 'DELETE' })).length).toBe(number)
  })
}

test('the world reaches a page that is rendered on the server', async ({ page, mock }) => {
  await page.goto('/rendered')
  await expect(page.locator('body')).toHaveText('13')
  await mock.seed('empty')
  await page.goto('/rendered')
  await expect(page.locator('body')).toHaveText('0')
})

test('a front end with the address of the vendor is answered by the simulator', async ({ page, mock }) => {
  await page.goto('/vendor')
  await expect(page.getByRole('listitem')).toHaveCount(13)
  const [call] = await mock.waitFor({ method: 'GET', urlPath: SEGMENTS })
  expect(call.absoluteUrl).toContain(mock.url)
  await mock.fail('GET-customer-segment-retrieve-segments', undefined, { fault: 'EMPTY_RESPONSE' })
  await page.goto('/vendor')
  await expect(page.getByRole('alert')).toBeVisible()
})

test.describe('without a replacement', () => {
  test.use({ mockInsteadOf: [] })

  test('the vendor is another host', async ({ page, mock }) => {
    await page.route('https://api.emporix.io/**', route => route.abort())
    await page.goto('/vendor')
    await expect(page.getByRole('alert')).toBeVisible()
    await mock.never()
  })
})

test('another host sees no header of ours', async ({ page, mock }) => {
  const seen = []
  const other = createServer((request, response) => {
    seen.push(request.headers)
    response.setHeader('Access-Control-Allow-Origin', '*').end('{}')
  })
  await new Promise(resolve => other.listen(0, '127.0.0.1', resolve))
  await page.goto('/headers')
  const own = JSON.parse(await page.locator('body').innerText())
  expect(own['x-mock-world']).toBe(mock.world)
  expect(own.baggage).toBe(`mock-world=${mock.world}`)
  await page.evaluate(url => fetch(url), `http://127.0.0.1:${other.address().port}/`)
  other.close()
  expect(seen).toHaveLength(1)
  expect(Object.keys(seen[0]).filter(name => name.startsWith('x-mock') || name === 'baggage')).toEqual([])
})

test('a context of your own', async ({ browser, mock, baseURL }) => {
  await mock.seed('empty')
  const context = await browser.newContext({ baseURL })
  await routeWorld(context, mock)
  const page = await context.newPage()
  await page.goto('/')
  await mock.waitFor({ urlPath: SEGMENTS })
  await expect(page.getByRole('listitem')).toHaveCount(0)
  await context.close()
})

test('exported calls are replayed by routeFromHAR', async ({ browser, mock, baseURL }, testInfo) => {
  await mock.fetch(SEGMENTS, { as: 'read' })
  const path = testInfo.outputPath('segments.har')
  writeFileSync(path, JSON.stringify(await mock.exportHar({ origin: 'https://api.emporix.io' })))
  const calls = (await mock.journal()).length
  const context = await browser.newContext({ baseURL })
  const page = await context.newPage()
  await page.routeFromHAR(path, { url: 'https://api.emporix.io/**' })
  await page.goto('/vendor')
  await expect(page.getByRole('listitem')).toHaveCount(13)
  const type = await page.evaluate(async url => (await fetch(url, { headers: { Authorization: 'Bearer read-token' } })).headers.get('Content-Type'), 'https://api.emporix.io/customer-segment/acme/segments')
  expect(type).toBe('application/json')
  expect((await mock.journal()).length).toBe(calls)
  await context.close()
})

test.describe('a world for each worker', () => {
  test.describe.configure({ mode: 'serial' })
  test.use({ mockWorldPer: 'worker' })

  test('one test writes', async ({ mock }) => {
    expect(mock.world).toMatch(/^worker-\d+$/)
    await mock.seed('empty')
  })

  test('the next one reads', async ({ mock }) => {
    expect(await (await mock.fetch(SEGMENTS)).json()).toEqual([])
  })
})
