"""Handlers of the Order Service."""

from __future__ import annotations

from ...domain.saas_tokens import find_customer_id
from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from . import order_changes
from . import orders_of_callers as orders


def get_own_orders(call: Call) -> Listing:
    """List the orders of the calling customer."""
    own_orders = orders.list_own_orders(call.tenant.state, _customer_id(call))
    return Listing(LazyRows(own_orders, lambda order: orders.show_order(order, is_customer=True)))


def get_own_order(call: Call) -> Reply:
    """Return an order of the calling customer."""
    order = orders.find_own_order(call.tenant.state, _customer_id(call), call.path["orderId"])
    return Reply(200, orders.show_order(order, is_customer=True))


def get_own_transitions(call: Call) -> Reply:
    """List the statuses that the customer can give an order."""
    order = orders.find_own_order(call.tenant.state, _customer_id(call), call.path["orderId"])
    return Reply(200, [{"status": status} for status in orders.list_next_statuses(order, is_customer=True)])


def post_own_transition(call: Call) -> Reply:
    """Decline an order of the calling customer."""
    order_id, status = call.path["orderId"], call.body.get("status")
    order_changes.change_status(call.tenant, order_id, status, customer_id=_customer_id(call), is_customer=True)
    return Reply(204)


def get_entity_orders(call: Call) -> Listing:
    """List the orders for a legal entity of the calling customer."""
    found = orders.list_entity_orders(call.tenant.state, call.principal, _customer_id(call), call.path["legalEntityId"])
    return Listing(LazyRows(found, lambda order: orders.show_order(order, is_customer=True)))


def get_entity_order(call: Call) -> Reply:
    """Return an order for a legal entity of the calling customer."""
    entity_id, order_id = call.path["legalEntityId"], call.path["orderId"]
    order = orders.find_entity_order(call.tenant.state, call.principal, _customer_id(call), entity_id, order_id)
    return Reply(200, orders.show_order(order, is_customer=True))


def get_orders(call: Call) -> Listing:
    """List all orders, or search them."""
    all_orders = orders.list_orders(call.tenant.state)
    return Listing(LazyRows(all_orders, lambda order: orders.show_order(order, is_customer=False)))


def post_sales_order(call: Call) -> Reply:
    """Create an order."""
    return Reply(201, {"id": order_changes.create_order(call.tenant, call.body)})


def get_order(call: Call) -> Reply:
    """Return any order."""
    order = orders.find_order(call.tenant.state, call.path["orderId"])
    return Reply(200, orders.show_order(order, is_customer=False))


def put_order(call: Call) -> Reply:
    """Replace what can be changed of an order."""
    order_changes.refuse_recalculation(is_wanted=bool(call.query.get("recalculate")))
    order_changes.update_order(call.tenant, call.principal, call.path["orderId"], call.body, is_partial=False)
    return Reply(204)


def patch_order(call: Call) -> Reply:
    """Change fields of an order."""
    order_changes.refuse_recalculation(is_wanted=bool(call.query.get("recalculate")))
    order_changes.update_order(call.tenant, call.principal, call.path["orderId"], call.body, is_partial=True)
    return Reply(204)


def delete_order(call: Call) -> Reply:
    """Delete an order."""
    order_changes.remove_order(call.tenant, call.path["orderId"])
    return Reply(204)


def get_transitions(call: Call) -> Reply:
    """List the statuses that an employee can give an order."""
    order = orders.find_order(call.tenant.state, call.path["orderId"])
    return Reply(200, [{"status": status} for status in orders.list_next_statuses(order, is_customer=False)])


def post_transition(call: Call) -> Reply:
    """Give an order another status."""
    order_changes.change_status(call.tenant, call.path["orderId"], call.body.get("status"))
    return Reply(204)


def get_history(call: Call) -> Reply:
    """List the statuses that an order has had."""
    return Reply(200, orders.show_history(orders.find_order(call.tenant.state, call.path["orderId"])))


def _customer_id(call: Call) -> str | None:
    return find_customer_id(call.tenant, call.principal, call.header.get("saas-token"))


HANDLERS: dict[str, Handler] = {
    "GET-order-retrieve-orders-storefront": get_own_orders,
    "GET-order-retrieve-order-storefront": get_own_order,
    "GET-order-retrieve-transitions": get_own_transitions,
    "POST-order-update-order-transition-storefront": post_own_transition,
    "GET-order-retrieve-legal-entity-orders": get_entity_orders,
    "GET-order-retrieve-legal-entity-order": get_entity_order,
    "GET-order-retrieve-tenant-orders": get_orders,
    "POST-order-tenant-orders-search": get_orders,
    "POST-order-create-order-employee": post_sales_order,
    "GET-order-retrieve-order-employee": get_order,
    "PUT-order-update-order": put_order,
    "PATCH-order-partial-update-order": patch_order,
    "DELETE-order-remove-order": delete_order,
    "GET-order-retrieve-order-transitions": get_transitions,
    "POST-order-update-order-transition-employee": post_transition,
    "GET-order-retrieve-historical-transitions-employee": get_history,
}
