// The front end of the tests: `npm run dev` starts it. Its pages call the simulator from the browser, or on the server.

import { createServer } from 'node:http'

const SEGMENTS = '/customer-segment/acme/segments'
const headers = { Authorization: 'Bearer read-token' }

const page = api => `<!doctype html><ul></ul><script>
fetch('${api}${SEGMENTS}', { headers: ${JSON.stringify(headers)} })
  .then(reply => { if (!reply.ok) throw new Error(); return reply.json() })
  .then(rows => { for (const row of rows) document.querySelector('ul').append(
    Object.assign(document.createElement('li'), { textContent: row.id })) })
  .catch(() => document.body.append(Object.assign(document.createElement('p'), { role: 'alert', textContent: 'Please try again later' })))
</script>`

createServer(async (request, response) => {
  if (request.url === '/headers') { // what another host, or this one, is sent
    return response.setHeader('Access-Control-Allow-Origin', '*').end(JSON.stringify(request.headers))
  }
  if (request.url === '/rendered') { // a server that forwards baggage, as OpenTelemetry makes it do
    const { baggage } = request.headers
    const reply = await fetch(process.env.MOCKSERVER_URL + SEGMENTS, { headers: { ...headers, ...(baggage ? { baggage } : {}) } })
    return response.end(String((await reply.json()).length))
  }
  const api = request.url === '/vendor' ? 'https://api.emporix.io' : process.env.MOCKSERVER_URL
  response.setHeader('Content-Type', 'text/html').end(page(api))
}).listen(Number(process.argv[2]), 'localhost')
