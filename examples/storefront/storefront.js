// The state of the page, and the actions of its controls.

import * as api from "./api.js";
import { Session, SessionExpired } from "./session.js";
import { part, showCustomer, showLogin, showProblem, showRefusal, showShop } from "./view.js";
import { advice, refusal } from "./words.js";

const NOTHING = { trees: [], products: [], total: 0, segmentIds: [] };
const state = { place: null, session: null, shop: NOTHING };

async function logIn() {
  state.place = { server: part("server").value.replace(/\/+$/, ""), tenant: part("tenant").value };
  state.session = await Session.begin(state.place, part("email").value, part("password").value);
  showCustomer(await state.session.call(api.profile));
  await load();
}

async function logOut() {
  const { session } = state;
  leave();
  await session.end();
}

function leave() {
  Object.assign(state, { session: null, shop: NOTHING });
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
}

/** Read everything the customer's segments contain: categories, and products with their descriptions. */
async function shop(language) {
  const trees = await state.session.call(api.categoryTrees, language);
  const assigned = await state.session.call(api.assignedProducts, language);
  const ids = distinct(assigned.map((row) => row.item.id));
  const found = ids.length ? await state.session.call(api.products, language, ids) : { rows: [], total: 0 };
  const segmentIds = distinct(assigned.map((row) => row.segmentId));
  return { trees, products: found.rows, total: found.total, segmentIds };
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

function queued(action) {
  return (event) => {
    event.preventDefault();
    last = last.then(() => attempt(action));
  };
}

/** Run the action, unless the session has ended while it waited. */
function inSession(action) {
  return async () => {
    if (state.session) await action();
  };
}

async function attempt(action) {
  showProblem("");
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
part("logout").addEventListener("click", queued(inSession(logOut)));
part("entity").addEventListener("change", queued(inSession(changeEntity)));
part("language").addEventListener("change", queued(inSession(load)));
part("too-much").addEventListener("click", queued(inSession(askTooMuch)));
