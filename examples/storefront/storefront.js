// The page: what it knows, and what its controls do.

import * as api from "./api.js";
import { Session, SessionOver } from "./session.js";
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

/** Ask for all that the customer's segments show: categories, and products with their descriptions. */
async function shop(language) {
  const trees = await state.session.call(api.categoryTrees, language);
  const assigned = await state.session.call(api.assignedProducts, language);
  const ids = distinct(assigned.map((row) => row.item.id));
  const found = ids.length ? await state.session.call(api.products, language, ids) : { rows: [], total: 0 };
  const segmentIds = distinct(assigned.map((row) => row.segmentId));
  return { trees, products: found.rows, total: found.total, segmentIds };
}

/** Make a call that only employees may make, to show how a 403 looks. */
async function askTooMuch() {
  const ids = state.shop.products.map((product) => product.id);
  try {
    await state.session.call(api.match, ids, state.shop.segmentIds);
    showRefusal("The server let it pass. Was it started with --auth off?");
  } catch (error) {
    if (error.status !== 403) throw error;
    showRefusal(refusal(error));
  }
}

function distinct(values) {
  return [...new Set(values)];
}

// Controls act one after the other: each may need the tokens that the one before it has got.

let last = Promise.resolve();

function does(action) {
  return (event) => {
    event.preventDefault();
    last = last.then(() => attempted(action));
  };
}

/** Do it unless the session has ended while it waited. */
function inSession(action) {
  return async () => {
    if (state.session) await action();
  };
}

async function attempted(action) {
  showProblem("");
  document.body.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch (error) {
    if (error instanceof SessionOver) leave();
    showProblem(advice(error, state.place));
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

const given = new URLSearchParams(location.search);
for (const name of ["server", "tenant"]) {
  if (given.has(name)) part(name).value = given.get(name);
}
part("login").addEventListener("submit", does(logIn));
part("logout").addEventListener("click", does(inSession(logOut)));
part("entity").addEventListener("change", does(inSession(changeEntity)));
part("language").addEventListener("change", does(inSession(load)));
part("too-much").addEventListener("click", does(inSession(askTooMuch)));
