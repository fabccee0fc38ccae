"""Handlers of the Customer Service for employees."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import itemgetter

from ...domain import customer_addresses, customer_profile
from ...errors import NotFound
from ...messages import Call, Handler, Listing, Reply
from ...practices import part_handlers
from ...practices.parts import PartsOf
from ...practices.rows import LazyRows, Row
from ...store.state import Document
from . import customer_writes, customers

NUMBER, ADDRESS = "customerNumber", "addressId"
ADDRESSES = PartsOf(*customer_addresses.ADDRESS_PARTS)
OWNER = part_handlers.owner_in_path(NUMBER)


def get_customers(call: Call) -> Listing:
    """List or search the customers that the caller may see."""
    visible = customers.visible_customers(call.tenant.state, call.principal)
    return Listing(LazyRows(sorted(visible, key=itemgetter("id")), _row_maker(call)))


def get_customer(call: Call) -> Reply:
    """Return one customer; for a caller who may not see it, it does not exist (M1)."""
    number = call.path[NUMBER]
    customer = call.tenant.state.customers.get(number)
    if customer is None:
        raise NotFound(number)
    if not customers.is_visible_customer(call.tenant.state, call.principal, customer):
        raise NotFound(number, rule="M1")
    return Reply(200, _row_maker(call)(customer))


def post_customer(call: Call) -> Reply:
    """Create a customer."""
    is_notified = call.query.get("sendPasswordResetNotifications", True)
    id_ = customer_writes.create_customer(call.tenant, call.principal, call.body, is_notified=is_notified)
    return Reply(201, {"id": id_})


def put_customer(call: Call) -> Reply:
    """Create a customer, or change one."""
    number, is_notified = call.path[NUMBER], call.query.get("sendPasswordResetNotifications", True)
    body = call.body or {}
    is_new = customer_writes.upsert_customer(call.tenant, call.principal, number, body, is_notified=is_notified)
    return Reply(201, {"id": number}) if is_new else Reply(204)


def patch_customer(call: Call) -> Reply:
    """Change a customer."""
    customer_writes.change_customer(call.tenant, call.principal, call.path[NUMBER], call.body or {})
    return Reply(200)


def delete_customer(call: Call) -> Reply:
    """Delete a customer; 202, as published, though it is done at once."""
    customer_writes.remove_customer(call.tenant, call.principal, call.path[NUMBER])
    return Reply(202)


def _row_maker(call: Call) -> Callable[[Document], Row]:
    expansions = customer_profile.parse_expand(call.query.get("expand"))
    return partial(customers.customer_row, call.tenant.state, expansions=expansions)


HANDLERS: dict[str, Handler] = {
    "GET-customer-tenant-list-customers": get_customers,
    "GET-caas-customer-list-customers": get_customers,
    "POST-customer-tenant-search": get_customers,
    "GET-customer-tenant-retrieve-customer": get_customer,
    "POST-customer-tenant-create-customer": post_customer,
    "PUT-customer-tenant-update-customer": put_customer,
    "PATCH-customer-tenant-update-customer": patch_customer,
    "DELETE-customer-tenant-remove-customer": delete_customer,
    "GET-customer-tenant-list-customer-addresses": part_handlers.list_parts(
        ADDRESSES, OWNER, customer_addresses.address_row
    ),
    "POST-customer-tenant-add-customer-address": part_handlers.add_part(ADDRESSES, OWNER),
    "GET-customer-tenant-retrieve-customer-address-by-id": part_handlers.read_part(
        ADDRESSES, OWNER, ADDRESS, customer_addresses.address_row
    ),
    "PUT-customer-tenant-update-customer-address": part_handlers.replace_part(ADDRESSES, OWNER, ADDRESS),
    "PATCH-customer-tenant-update-customer-address": part_handlers.merge_part(ADDRESSES, OWNER, ADDRESS),
    "DELETE-customer-tenant-remove-customer-address": part_handlers.remove_part(ADDRESSES, OWNER, ADDRESS),
    "POST-customer-tenant-add-address-tags": part_handlers.change_tags(
        ADDRESSES, OWNER, ADDRESS, customer_addresses.add_tags
    ),
    "DELETE-customer-tenant-remove-address-tags": part_handlers.change_tags(
        ADDRESSES, OWNER, ADDRESS, customer_addresses.drop_tags
    ),
}
