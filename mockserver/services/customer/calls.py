"""A handler for each operationId, from call to rule and back."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from . import customers


def listed(call: Call) -> Listing:
    """List customers; the search differs only in where its `q` is (C16)."""
    return Listing(customers.listed(call.tenant.state, call.principal))


def read(call: Call) -> Reply:
    """Answer with one customer."""
    return Reply(200, customers.read(call.tenant.state, call.principal, call.path["customerNumber"]))


HANDLERS: dict[str, Handler] = {
    "GET-customer-tenant-list-customers": listed,
    "POST-customer-tenant-search": listed,
    "GET-customer-tenant-retrieve-customer": read,
}
