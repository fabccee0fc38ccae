"""Handlers of the Customer Service for employees."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import itemgetter

from ...domain import customer_profile
from ...errors import NotFound
from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows, Row
from ...store.state import Document
from . import customers


def get_customers(call: Call) -> Listing:
    """List or search the customers that the caller may see."""
    visible = customers.visible_customers(call.tenant.state, call.principal)
    return Listing(LazyRows(sorted(visible, key=itemgetter("id")), _row_maker(call)))


def get_customer(call: Call) -> Reply:
    """Return one customer; for a caller who may not see it, it does not exist (M1)."""
    number = call.path["customerNumber"]
    customer = call.tenant.state.customers.get(number)
    if customer is None:
        raise NotFound(number)
    if not customers.is_visible_customer(call.principal, customer):
        raise NotFound(number, rule="M1")
    return Reply(200, _row_maker(call)(customer))


def _row_maker(call: Call) -> Callable[[Document], Row]:
    expansions = customer_profile.parse_expand(call.query.get("expand"))
    return partial(customers.customer_row, call.tenant.state, expansions=expansions)


HANDLERS: dict[str, Handler] = {
    "GET-customer-tenant-list-customers": get_customers,
    "GET-caas-customer-list-customers": get_customers,
    "POST-customer-tenant-search": get_customers,
    "GET-customer-tenant-retrieve-customer": get_customer,
}
