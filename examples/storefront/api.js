// The requests of a storefront: one function for each, and the errors they throw.

const CLIENT_ID = "storefront";
const MAX_ROWS = 100; // on a page
export const SITE = "main";
const CURRENCY = "EUR";
const COUNTRY = "DE";

/** The server refused a request: its status, its message, details about fields, and the simulator's hint. */
export class Refused extends Error {
  constructor(status, message, details, hint) {
    super(message);
    Object.assign(this, { status, details, hint });
  }
}

/** There was no response, or the browser does not let this page read it. */
export class Unreachable extends Error {}

/** Get a token for a visitor who has not logged in. Prices depend on site, currency and country. */
export function visitorToken(place) {
  const where = { siteCode: SITE, currency: CURRENCY, targetLocation: COUNTRY };
  const query = new URLSearchParams({ tenant: place.tenant, client_id: CLIENT_ID, ...where });
  return read(place, `/customerlogin/auth/anonymous/login?${query}`);
}

export function login(place, token, email, password) {
  return read(place, `/customer/${place.tenant}/login`, { token, body: { email, password } });
}

/** Continue a session, for a legal entity or, without one, for all of the customer's. */
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

/** List the products that are assigned to the customer's segments, one row per assignment. */
export function assignedProducts(place, token, language) {
  const query = new URLSearchParams({ q: "type:PRODUCT", pageSize: MAX_ROWS });
  return read(place, `${segments(place)}/items?${query}`, { token, language });
}

/** Look up products by their ids; returns the rows, and the total from a header. */
export async function products(place, token, language, ids) {
  const path = `/product/${place.tenant}/products/search?pageSize=${MAX_ROWS}`;
  const headers = { "X-Total-Count": "true" };
  const reply = await send(place, path, { token, language, headers, body: { q: `id:(${ids.join(",")})` } });
  return { rows: await reply.json(), total: Number(reply.headers.get("X-Total-Count")) };
}

/** Return what one piece of each product costs in the session's site, currency and country. */
export function prices(place, token, ids) {
  const items = ids.map((id) => ({ itemId: { itemType: "PRODUCT", id }, quantity: { quantity: 1 } }));
  return read(place, `/price/${place.tenant}/match-prices-by-context`, { token, body: { items } });
}

/** Return the customer's open cart for a legal entity, or a new one. */
export function openCart(place, token, legalEntityId) {
  const query = new URLSearchParams({ siteCode: SITE, create: true, ...(legalEntityId && { legalEntityId }) });
  return read(place, `${carts(place)}?${query}`, { token });
}

export function addItem(place, token, cartId, item) {
  return read(place, `${carts(place)}/${cartId}/items?siteCode=${SITE}`, { token, body: item });
}

export function changeQuantity(place, token, cartId, itemId, quantity) {
  const path = `${carts(place)}/${cartId}/items/${itemId}?partial=true`;
  return read(place, path, { token, method: "PUT", body: { quantity } });
}

export function removeItem(place, token, cartId, itemId) {
  return read(place, `${carts(place)}/${cartId}/items/${itemId}`, { token, method: "DELETE" });
}

export function redeemCoupon(place, token, cartId, code) {
  return read(place, `${carts(place)}/${cartId}/discounts`, { token, body: { code } });
}

export function removeCoupons(place, token, cartId) {
  return read(place, `${carts(place)}/${cartId}/discounts`, { token, method: "DELETE" });
}

export function addresses(place, token) {
  return read(place, `/customer/${place.tenant}/me/addresses`, { token });
}

/** List the ways in which parcels are sent to a zone, with their fees by the value of the order. */
export function shippingMethods(place, token, zoneId) {
  return read(place, `/shipping/${place.tenant}/${SITE}/zones/${zoneId}/methods`, { token });
}

export function paymentModes(place, token) {
  return read(place, `/payment-gateway/${place.tenant}/paymentmodes/frontend`, { token });
}

/** Make an order of a cart. The login gave the SaaS token, which says that the customer is really there. */
export function checkOut(place, token, saasToken, order) {
  const headers = { "saas-token": saasToken };
  return read(place, `/checkout/${place.tenant}/checkouts/order`, { token, headers, body: order });
}

export function orders(place, token) {
  return read(place, `/order-v2/${place.tenant}/orders?pageSize=${MAX_ROWS}&sort=created:desc`, { token });
}

/** Ask which of these products are in a segment; only employees may. */
export function match(place, token, ids, segmentIds) {
  const body = { items: ids.map((id) => ({ id })), segmentIds, site: SITE };
  return read(place, `${segments(place)}/match`, { token, body });
}

function segments(place) {
  return `/customer-segment/${place.tenant}/segments`;
}

function carts(place) {
  return `/cart/${place.tenant}/carts`;
}

async function read(place, path, call) {
  const reply = await send(place, path, call);
  return reply.status === 204 ? null : reply.json();
}

/** Send a request; with a body it is a POST, unless it names another method. */
async function send(place, path, { token, language, body, method, headers = {} } = {}) {
  const sent = {
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(language && { "Accept-Language": language }),
    ...(body && { "Content-Type": "application/json" }),
    ...headers,
  };
  const reply = await request(place.server + path, {
    method: method ?? (body ? "POST" : "GET"),
    headers: sent,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!reply.ok) throw await refusal(reply);
  return reply;
}

async function request(url, options) {
  try {
    return await fetch(url, { ...options, credentials: "omit" });
  } catch {
    throw new Unreachable(url);
  }
}

/** Return an error as Refused. Services use several shapes of errors; a 401 comes from the gateway. */
async function refusal(reply) {
  const body = await reply.json().catch(() => ({}));
  const message = body.message ?? body.fault?.faultstring ?? reply.statusText;
  return new Refused(reply.status, message, body.details ?? [], reply.headers.get("X-Mock-Hint"));
}
