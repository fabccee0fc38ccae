// The calls of a storefront: one function for each, and how they fail.

const CLIENT_ID = "storefront";
const AT_MOST = 100; // rows of a page

/** The server refused a call: its status, its own words, and the simulator's hint. */
export class Refused extends Error {
  constructor(status, message, hint) {
    super(message);
    Object.assign(this, { status, hint });
  }
}

/** No answer came, or none that this page may read. */
export class Unreachable extends Error {}

/** Get a token for a visitor who has not logged in. */
export function visitorToken(place) {
  const query = new URLSearchParams({ tenant: place.tenant, client_id: CLIENT_ID });
  return read(place, `/customerlogin/auth/anonymous/login?${query}`);
}

export function login(place, token, email, password) {
  return read(place, `/customer/${place.tenant}/login`, { token, body: { email, password } });
}

/** Go on with a session, for a legal entity or, without one, for all of the customer's. */
export function refresh(place, token, refreshToken, legalEntityId) {
  const query = new URLSearchParams({ refreshToken, ...(legalEntityId && { legalEntityId }) });
  return read(place, `/customer/${place.tenant}/refreshauthtoken?${query}`, { token });
}

export function logout(place, token) {
  const query = new URLSearchParams({ accessToken: token });
  return read(place, `/customer/${place.tenant}/logout?${query}`, { token });
}

export function profile(place, token) {
  return read(place, `/customer/${place.tenant}/me`, { token });
}

export function categoryTrees(place, token, language) {
  return read(place, `${segments(place)}/items/category-trees`, { token, language });
}

/** List the products that are assigned to the customer's segments, a row for each assignment. */
export function assignedProducts(place, token, language) {
  const query = new URLSearchParams({ q: "type:PRODUCT", pageSize: AT_MOST });
  return read(place, `${segments(place)}/items?${query}`, { token, language });
}

/** Look products up by their ids; with their number, which is in a header. */
export async function products(place, token, language, ids) {
  const path = `/product/${place.tenant}/products/search?pageSize=${AT_MOST}`;
  const headers = { "X-Total-Count": "true" };
  const reply = await send(place, path, { token, language, headers, body: { q: `id:(${ids.join(",")})` } });
  return { rows: await reply.json(), total: Number(reply.headers.get("X-Total-Count")) };
}

/** Ask which of these products are in a segment: only an employee may. */
export function match(place, token, ids, segmentIds) {
  const body = { items: ids.map((id) => ({ id })), segmentIds, site: "main" };
  return read(place, `${segments(place)}/match`, { token, body });
}

function segments(place) {
  return `/customer-segment/${place.tenant}/segments`;
}

async function read(place, path, call) {
  const reply = await send(place, path, call);
  return reply.status === 204 ? null : reply.json();
}

/** Send a call; one with a body is a POST. */
async function send(place, path, { token, language, body, headers = {} } = {}) {
  const given = {
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(language && { "Accept-Language": language }),
    ...(body && { "Content-Type": "application/json" }),
    ...headers,
  };
  const reply = await fetched(place.server + path, {
    method: body ? "POST" : "GET",
    headers: given,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!reply.ok) throw await refusal(reply);
  return reply;
}

async function fetched(url, call) {
  try {
    return await fetch(url, { ...call, credentials: "omit" });
  } catch {
    throw new Unreachable(url);
  }
}

/** Services write errors in several shapes; a 401 comes from the gateway. */
async function refusal(reply) {
  const body = await reply.json().catch(() => ({}));
  const message = body.message ?? body.fault?.faultstring ?? reply.statusText;
  return new Refused(reply.status, message, reply.headers.get("X-Mock-Hint"));
}
