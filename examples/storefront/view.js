// Rendering: creates elements from data, and knows nothing about requests.

import { text } from "./words.js";

export const part = (id) => document.getElementById(id);

export function showProblem(words) {
  part("problem").textContent = words;
}

export function showRefusal(words) {
  part("refusal").textContent = words;
}

export function showLogin() {
  part("login").hidden = false;
  part("shop").hidden = true;
  part("email").focus();
}

/** Show the customer's name and a choice of their legal entities. */
export function showCustomer({ firstName, lastName, preferredLanguage, b2b }) {
  const entities = b2b?.legalEntities ?? [];
  part("customer").textContent = `${firstName} ${lastName}`;
  part("entity").replaceChildren(
    new Option(entities.length ? "All of them" : "None", ""),
    ...entities.map(({ id, name }) => new Option(name, id)),
  );
  const spoken = [...part("language").options].some(({ value }) => value === preferredLanguage);
  part("language").value = spoken ? preferredLanguage : "en";
  showRefusal("");
  part("login").hidden = true;
  part("shop").hidden = false;
  part("customer").focus();
}

/** Show categories and products, with names in the requested language or, failing that, in another one. */
export function showShop({ trees, products, total }, language) {
  part("trees").lang = part("products").lang = language;
  part("trees").replaceChildren(...(trees.length ? [branch(trees)] : [element("p", "No categories for you here.")]));
  part("legend").hidden = !trees.length;
  const byName = (one, other) => text(one.name).localeCompare(text(other.name), language);
  part("products").replaceChildren(...products.toSorted(byName).map(card));
  part("count").textContent = counted(products.length, total);
}

function counted(shown, total) {
  if (!total) return "No products for you here.";
  const words = total === 1 ? "1 product" : `${total} products`;
  return shown < total ? `${words}; the first ${shown} are shown.` : `${words}.`;
}

function branch(categories) {
  const list = element("ul");
  list.append(
    ...categories.map((category) => {
      const entry = element("li", "", category.isSegmentAssigned ? "assigned" : "");
      entry.append(named("span", category.name));
      if (category.subcategories?.length) entry.append(branch(category.subcategories));
      return entry;
    }),
  );
  return list;
}

function card({ code, name, description }) {
  const entry = element("li", "", "card");
  entry.append(named("h3", name), ...(description ? [named("p", description)] : []), element("code", code));
  return entry;
}

/** Return an element for a text, which may run from right to left independently of its surroundings. */
function named(tag, localized) {
  const made = element(tag, text(localized));
  made.dir = "auto";
  return made;
}

function element(tag, words = "", className = "") {
  return Object.assign(document.createElement(tag), { textContent: words, className });
}
