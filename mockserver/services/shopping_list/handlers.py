"""Handlers of the Shopping List Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from . import shopping_lists
from .shopping_lists import DELETE_LISTS, MANAGE_LISTS, READ_LISTS


def get_shopping_lists(call: Call) -> Reply:
    """List the shopping lists of the caller, or of all customers."""
    return Reply(200, shopping_lists.show_visible_lists(call.tenant.state, call.principal, call.query.get("name")))


def post_shopping_list(call: Call) -> Reply:
    """Create a shopping list."""
    return Reply(201, {"id": shopping_lists.create_shopping_list(call.tenant, call.principal, call.body)})


def get_customer_lists(call: Call) -> Reply:
    """Return the shopping lists of a customer."""
    customer_id = call.path["customerId"]
    shopping_lists.require_list_access(call.principal, customer_id, READ_LISTS)
    return Reply(200, shopping_lists.show_customer_lists(call.tenant.state, customer_id, call.query.get("name")))


def put_shopping_list(call: Call) -> Reply:
    """Replace a shopping list of a customer."""
    customer_id = call.path["customerId"]
    shopping_lists.require_list_access(call.principal, customer_id, MANAGE_LISTS)
    shopping_lists.replace_shopping_list(call.tenant, customer_id, call.body)
    return Reply(204)


def delete_shopping_lists(call: Call) -> Reply:
    """Delete the shopping lists of a customer, or one of them."""
    customer_id = call.path["customerId"]
    shopping_lists.require_list_access(call.principal, customer_id, DELETE_LISTS, MANAGE_LISTS)
    shopping_lists.remove_shopping_lists(call.tenant, customer_id, call.query.get("name"))
    return Reply(204)


HANDLERS: dict[str, Handler] = {
    "POST-shopping-list-create-shopping-list": post_shopping_list,
    "GET-shopping-list-retrieve-shopping-list": get_shopping_lists,
    "PUT-shopping-list-update-customer-shopping-list": put_shopping_list,
    "GET-shopping-list-retrieve-customer-shopping-list": get_customer_lists,
    "DELETE-shopping-list-remove-customer-shopping-list": delete_shopping_lists,
}
