// Rendering: creates elements from data, and knows nothing about requests.

import { money, text } from "./words.js";

export const part = (id) => document.getElementById(id);

export function showProblem(words) {
  part("problem").textContent = words;
}

export function showRefusal(words) {
  part("refusal").textContent = words;
}

export function showNews(words) {
  part("news").textContent = words;
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

/** Show categories, and products with prices, with names in the requested language or, failing that, in another one. */
export function showShop({ trees, products, prices, total }, language) {
  part("trees").lang = part("products").lang = language;
  part("trees").replaceChildren(...(trees.length ? [branch(trees)] : [element("p", "No categories for you here.")]));
  part("legend").hidden = !trees.length;
  const byName = (one, other) => text(one.name).localeCompare(text(other.name), language);
  part("products").replaceChildren(...products.toSorted(byName).map((product) => card(product, prices.get(product.id), language)));
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

function card({ id, code, name, description }, price, language) {
  const entry = element("li", "", "card");
  entry.append(named("h3", name), ...(description ? [named("p", description)] : []), element("code", code));
  if (price) {
    const button = Object.assign(element("button", "Add to cart"), { type: "button", value: id });
    button.setAttribute("aria-label", `Add ${text(name)} to the cart`);
    entry.append(element("p", money(price.totalValue, price.currency, language), "price"), button);
  } else {
    entry.append(element("p", "Not for sale here."));
  }
  return entry;
}

/** Show what is in the cart, and what it costs. */
export function showCart({ items, discounts, calculatedPrice, currency }, language) {
  const cost = ({ grossValue }) => money(grossValue, currency, language);
  part("items").replaceChildren(
    ...items.map(({ id, product, quantity, calculatedPrice: { finalPrice } }) => {
      const row = element("tr");
      const choice = Object.assign(element("input"), { type: "number", min: 0, max: 999, value: quantity });
      choice.dataset.item = id;
      choice.setAttribute("aria-label", `How many: ${text(product.localizedName)}`);
      const cell = element("td");
      cell.append(choice);
      row.append(named("th", product.localizedName), cell, element("td", cost(finalPrice), "price"));
      return row;
    }),
  );
  const { price, finalPrice } = calculatedPrice;
  const saved = price.grossValue - finalPrice.grossValue;
  part("saved").textContent = discounts.length
    ? `${discounts.map(({ code }) => code).join(", ")} saves ${money(saved, currency, language)}.`
    : "";
  part("no-coupons").hidden = !discounts.length;
  part("total").textContent = items.length
    ? `Total ${cost(finalPrice)}, with ${money(finalPrice.taxValue, currency, language)} of tax, plus shipping`
    : "Your cart is empty.";
  part("order").disabled = !items.length;
}

export function showOrders(orders) {
  part("orders").replaceChildren(
    ...orders.map(({ id, status, created, totalPrice, currency, entries }) => {
      const products = entries.map(({ amount, product }) => `${amount} ${text(product.name)}`).join(", ");
      return element("li", `${id}, ${created.slice(0, 10)}: ${products}. ${money(totalPrice, currency, "en")}, ${status}`);
    }),
  );
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
