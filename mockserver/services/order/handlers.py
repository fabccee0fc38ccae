"""Handlers of the Order Service."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from . import orders_of_callers as orders


def get_own_orders(call: Call) -> Listing:
    """List the orders of the calling customer."""
    own_orders = orders.list_own_orders(call.tenant.state, call.principal)
    return Listing(LazyRows(own_orders, lambda order: orders.show_order(order, is_customer=True)))


def get_own_order(call: Call) -> Reply:
    """Return an order of the calling customer."""
    order = orders.find_own_order(call.tenant.state, call.principal, call.path["orderId"])
    return Reply(200, orders.show_order(order, is_customer=True))


def get_own_transitions(call: Call) -> Reply:
    """List the statuses that the customer can give an order."""
    order = orders.find_own_order(call.tenant.state, call.principal, call.path["orderId"])
    return Reply(200, [{"status": status} for status in orders.list_next_statuses(order, is_customer=True)])


def post_own_transition(call: Call) -> Reply:
    """Decline an order of the calling customer."""
    orders.change_status(call.tenant, call.path["orderId"], call.body.get("status"), customer=call.principal)
    return Reply(204)


def get_orders(call: Call) -> Listing:
    """List all orders, or search them."""
    all_orders = orders.list_orders(call.tenant.state)
    return Listing(LazyRows(all_orders, lambda order: orders.show_order(order, is_customer=False)))


def get_order(call: Call) -> Reply:
    """Return any order."""
    order = orders.find_order(call.tenant.state, call.path["orderId"])
    return Reply(200, orders.show_order(order, is_customer=False))


def get_transitions(call: Call) -> Reply:
    """List the statuses that an employee can give an order."""
    order = orders.find_order(call.tenant.state, call.path["orderId"])
    return Reply(200, [{"status": status} for status in orders.list_next_statuses(order, is_customer=False)])


def post_transition(call: Call) -> Reply:
    """Give an order another status."""
    orders.change_status(call.tenant, call.path["orderId"], call.body.get("status"))
    return Reply(204)


def get_history(call: Call) -> Reply:
    """List the statuses that an order has had."""
    return Reply(200, orders.show_history(orders.find_order(call.tenant.state, call.path["orderId"])))


HANDLERS: dict[str, Handler] = {
    "GET-order-retrieve-orders-storefront": get_own_orders,
    "GET-order-retrieve-order-storefront": get_own_order,
    "GET-order-retrieve-transitions": get_own_transitions,
    "POST-order-update-order-transition-storefront": post_own_transition,
    "GET-order-retrieve-tenant-orders": get_orders,
    "POST-order-tenant-orders-search": get_orders,
    "GET-order-retrieve-order-employee": get_order,
    "GET-order-retrieve-order-transitions": get_transitions,
    "POST-order-update-order-transition-employee": post_transition,
    "GET-order-retrieve-historical-transitions-employee": get_history,
}
