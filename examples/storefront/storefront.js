// The state of the page, and the actions of its controls.

import * as api from "./api.js";
import { placeOrder } from "./checkout.js";
import { Session, SessionExpired } from "./session.js";
import { part, showCart, showCustomer, showLogin, showNews, showOrders, showProblem, showRefusal, showShop } from "./view.js";
import { advice, refusal } from "./words.js";

const NOTHING = { trees: [], products: [], prices: new Map(), total: 0, segmentIds: [] };
const state = { place: null, session: null, customer: null, shop: NOTHING, cart: null };

async function logIn() {
  state.place = { server: part("server").value.replace(/\/+$/, ""), tenant: part("tenant").value };
  state.session = await Session.begin(state.place, part("email").value, part("password").value);
  state.customer = await state.session.call(api.profile);
  showCustomer(state.customer);
  await load();
}

async function logOut() {
  const { session } = state;
  leave();
  await session.end();
}

function leave() {
  Object.assign(state, { session: null, customer: null, shop: NOTHING, cart: null });
  showLogin();
}

async function changeEntity() {
  try {
    await state.session.actFor(part("entity").value);
  } finally {
    part("entity").value = state.session.legalEntityId;
  }
  await load();
}

async function load() {
  state.shop = NOTHING;
  try {
    state.shop = await shop(part("language").value);
  } finally {
    showShop(state.shop, part("language").value);
  }
  await loadCart();
  showOrders(await state.session.call(api.orders));
}

async function loadCart() {
  state.cart = await state.session.call(api.openCart, state.session.legalEntityId);
  showCart(state.cart, part("language").value);
}

/** Read everything the customer's segments contain: categories, and products with their descriptions and prices. */
async function shop(language) {
  const trees = await state.session.call(api.categoryTrees, language);
  const assigned = await state.session.call(api.assignedProducts, language);
  const ids = distinct(assigned.map((row) => row.item.id));
  const found = ids.length ? await state.session.call(api.products, language, ids) : { rows: [], total: 0 };
  const segmentIds = distinct(assigned.map((row) => row.segmentId));
  const matched = ids.length ? await state.session.call(api.prices, ids) : [];
  const prices = new Map(matched.map((price) => [price.itemId.id, price]));
  return { trees, products: found.rows, prices, total: found.total, segmentIds };
}

// The cart: each action changes it on the server, and shows what the server then has.

async function addToCart({ value: productId }) {
  const { priceId, originalValue, effectiveValue, currency } = state.shop.prices.get(productId);
  const price = { priceId, originalAmount: originalValue, effectiveAmount: effectiveValue, currency };
  const itemYrn = `urn:yaas:saasag:caasproduct:product:${state.place.tenant};${productId}`;
  await changeCart(api.addItem, { itemYrn, quantity: 1, price });
}

async function changeQuantity({ value, dataset }) {
  if (Number(value) > 0) await changeCart(api.changeQuantity, dataset.item, Number(value));
  else await changeCart(api.removeItem, dataset.item);
}

async function redeemCoupon() {
  await changeCart(api.redeemCoupon, part("code").value);
  part("code").value = "";
}

async function changeCart(request, ...values) {
  try {
    await state.session.call(request, state.cart.id, ...values);
  } finally {
    await loadCart(); // also after a refusal: the page never shows a change that was not made
  }
}

async function checkOut() {
  const id = await placeOrder(state.session, state.customer, state.cart);
  await load();
  showNews(`Thank you. Your order is ${id}.`);
}

/** Send a request that only employees may send, to show a 403. */
async function askTooMuch() {
  const ids = state.shop.products.map((product) => product.id);
  try {
    await state.session.call(api.match, ids, state.shop.segmentIds);
    showRefusal("The server accepted the request. Was it started with --auth off?");
  } catch (error) {
    if (error.status !== 403) throw error;
    showRefusal(refusal(error));
  }
}

function distinct(values) {
  return [...new Set(values)];
}

// Actions run one after the other, because each may need the tokens of the one before.

let last = Promise.resolve();

function queued(action, isPossible = () => true) {
  return (event) => {
    event.preventDefault();
    last = last.then(() => isPossible() && attempt(() => action(event.target)));
  };
}

/** Skip the action if the session has ended while it waited. The page still says why it ended. */
function inSession(action) {
  return queued(action, () => state.session);
}

async function attempt(action) {
  showProblem("");
  showNews("");
  document.body.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch (error) {
    if (error instanceof SessionExpired) leave();
    showProblem(advice(error, state.place));
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

const query = new URLSearchParams(location.search);
for (const name of ["server", "tenant"]) {
  if (query.has(name)) part(name).value = query.get(name);
}
part("login").addEventListener("submit", queued(logIn));
part("logout").addEventListener("click", inSession(logOut));
part("entity").addEventListener("change", inSession(changeEntity));
part("language").addEventListener("change", inSession(load));
part("products").addEventListener("click", (event) => {
  if (event.target.matches("button")) inSession(addToCart)(event);
});
part("items").addEventListener("change", inSession(changeQuantity));
part("coupon").addEventListener("submit", inSession(redeemCoupon));
part("no-coupons").addEventListener("click", inSession(() => changeCart(api.removeCoupons)));
part("order").addEventListener("click", inSession(checkOut));
part("too-much").addEventListener("click", inSession(askTooMuch));
