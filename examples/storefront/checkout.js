// From a cart to an order: what a checkout sends, and what it means that it failed.

import * as api from "./api.js";

/** The customer has no address to which something can be sent. */
export class NoAddress extends Error {}

/**
 * Make an order of a cart, and return its id.
 *
 * If an earlier attempt made the order, but its response got lost, the server names that order. So a customer who clicks
 * again never orders twice.
 */
export async function placeOrder(session, customer, cart) {
  const order = await orderOf(session, customer, cart);
  try {
    const placed = await session.checkOut(order);
    return placed.orderId;
  } catch (error) {
    const existing = error.status === 409 && error.details.find(({ field }) => field === "existingOrderId");
    if (!existing) throw error;
    return existing.message;
  }
}

/** Return the order for a cart, to the customer's default address, by the first way to send and to pay. */
async function orderOf(session, customer, cart) {
  const known = await session.call(api.addresses);
  const address = known.find(({ isDefault }) => isDefault) ?? known[0];
  if (!address) throw new NoAddress();
  const [method] = await session.call(api.shippingMethods, address.country);
  const [{ code }] = await session.call(api.paymentModes);
  const { id, firstName, lastName, contactEmail } = customer;
  const { contactName, street, streetNumber, zipCode, city, country } = address;
  const place = { contactName, street, streetNumber, zipCode, city, country };
  return {
    cartId: cart.id,
    customer: { id, firstName, lastName, email: contactEmail },
    addresses: ["SHIPPING", "BILLING"].map((type) => ({ ...place, type })),
    shipping: { methodId: method.id, zoneId: country, methodName: method.id, amount: fee(method, cart) },
    paymentMethods: [{ provider: "none", method: code }],
  };
}

/** Return what sending costs: the fee with the highest value that the cart reaches. */
function fee({ fees }, cart) {
  const reached = fees.filter(({ minOrderValue }) => minOrderValue.amount <= cart.totalPrice.amount);
  return reached.reduce((best, next) => (next.minOrderValue.amount >= best.minOrderValue.amount ? next : best)).cost.amount;
}
