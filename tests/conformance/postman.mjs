// Imports the served specs as Postman does, and runs every request against a fresh world, as an administrator and as a customer.
// `make clients` runs it; it needs the packages newman and openapi-to-postmanv2: node postman.mjs http://127.0.0.1:8080
import convert from 'openapi-to-postmanv2';
import newman from 'newman';

const server = process.argv[2];
const TOKENS = ['admin-token', 'customer-token'];
// What these act on exists already, does not exist yet, has an id that only the world knows, or must not go: a refresh token, a
// token for a new password, a stock, an account of reward points, an assignment to a category, the default site, a cart for an approval.
const NEEDS_PREPARATION = new RegExp([
  'refresh(authtoken|$)', 'password/reset/update$', 'POST .*/availability/\\d+/\\w+$', 'POST /reward-points/customer/\\d+$',
  'DELETE .*/categories/\\d+/assignments/', 'DELETE /site/\\w+/sites/main$', 'POST /approval/\\w+/approvals$',
].join('|'));
const reset = `pm.sendRequest({url: '${server}/__admin/reset', method: 'POST'}, () => {})`;
const page = await (await fetch(`${server}/__admin/docs/`)).text();
const failed = new Map();
let count = 0;

for (const [, name] of page.matchAll(/"specs\/([a-z-]+)\.json"/g)) {
  if (name === 'control') continue;
  const data = await (await fetch(`${server}/__admin/docs/specs/${name}.json`)).text();
  const options = { parametersResolution: 'Example' };
  const { result, reason, output } = await new Promise((resolve, reject) =>
    convert.convertV2({ type: 'string', data }, options, (error, done) => (error ? reject(error) : resolve(done))));
  if (!result) throw new Error(`${name}: ${reason}`);
  const collection = { ...output[0].data, event: [{ listen: 'prerequest', script: { exec: [reset] } }] };
  const worked = new Set();
  for (const value of TOKENS) {
    const summary = await new Promise((resolve, reject) => newman.run(
      { collection, envVar: [{ key: 'bearerToken', value }] }, (error, done) => (error ? reject(error) : resolve(done))));
    for (const { item, request, response } of summary.run.executions) {
      if (request.url.getHost() === new URL(server).hostname && request.url.getPath() === '/__admin/reset') continue;
      const call = `${name}: ${request.method} ${request.url.getPath()}`;
      if (response?.code < 300) worked.add(call);
      else failed.set(call, `${response?.code ?? 'no response'} ${item.name}`);
    }
  }
  worked.forEach((call) => failed.delete(call));
  count += worked.size;
}
const unexpected = [...failed].filter(([call]) => !NEEDS_PREPARATION.test(call));
for (const [call, problem] of unexpected) console.error(call, problem);
console.log(`${count} requests work, ${unexpected.length} do not`);
process.exitCode = count && !unexpected.length ? 0 : 1;
