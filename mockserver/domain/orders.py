"""Orders, as the services that make and show them know them, and the statuses that can follow each other (X5)."""

from __future__ import annotations

from ..store.state import Document, State

ORDERS = "orders"  # the name of the collection
IN_CHECKOUT, CREATED, CONFIRMED = "IN_CHECKOUT", "CREATED", "CONFIRMED"
DECLINED, SHIPPED, COMPLETED = "DECLINED", "SHIPPED", "COMPLETED"
NEXT_STATUSES = {
    IN_CHECKOUT: (CREATED, DECLINED),
    CREATED: (CONFIRMED, DECLINED),
    CONFIRMED: (SHIPPED, COMPLETED, DECLINED),
    SHIPPED: (COMPLETED,),
    COMPLETED: (),
    DECLINED: (),
}
FIRST_ORDER_NUMBER = 1001
PREFIX = "EON"


def find_order_of_cart(state: State, cart_id: str) -> Document | None:
    """Return the order that a checkout made of a cart, or None (X3)."""
    orders = state.collection(ORDERS).values()
    return next((order for order in orders if order.get("cartId") == cart_id and order.get("checkout")), None)


def next_order_id(state: State) -> str:
    """Return the id of the next order: a number that no order has, after a prefix (X4)."""
    orders = state.collection(ORDERS)
    number = FIRST_ORDER_NUMBER + len(orders)
    while f"{PREFIX}{number}" in orders:
        number += 1
    return f"{PREFIX}{number}"
