"""Calls of customer assignments; a path without legal entity means the assignment that has none (D15)."""

from __future__ import annotations

from ....messages import Call, Handler, Listing, Reply
from ....state import MemberKey
from .. import customers, writing
from .asked import segment_id


def listed(call: Call) -> Listing:
    """List the customers of one segment; the search differs only in where its `q` is (C16)."""
    return Listing(customers.listed(call.tenant, call.principal, segment_id(call)))


def read(call: Call) -> Reply:
    """Answer with one assignment."""
    return Reply(200, customers.read(call.tenant, segment_id(call), _key(call)))


def upsert(call: Call) -> Reply:
    """Create or replace one assignment; no body is as good as `{}` (D8)."""
    created = customers.assign(call.tenant, segment_id(call), _key(call), call.body or {})
    return Reply(writing.code(created=created))


def remove(call: Call) -> Reply:
    """Remove one assignment."""
    customers.remove(call.tenant, segment_id(call), _key(call))
    return Reply(204)


def upsert_many(call: Call) -> Reply:
    """Create or replace many assignments."""
    return Reply(207, customers.assign_many(call.tenant, segment_id(call), call.body, call.problems))


def remove_many(call: Call) -> Reply:
    """Remove many assignments."""
    return Reply(207, customers.remove_many(call.tenant, segment_id(call), call.body, call.problems))


def _key(call: Call) -> MemberKey:
    return call.path["customerId"], call.path.get("legalEntityId", "")


HANDLERS: dict[str, Handler] = {
    "GET-customer-segment-retrieve-customers": listed,
    "POST-customer-segment-search-customers": listed,
    "GET-customer-segment-retrieve-customer-by-customerId": read,
    "PUT-customer-segment-update-customer-by-customerId": upsert,
    "DELETE-customer-segment-remove-customer-by-customerId": remove,
    "GET-customer-segment-retrieve-customer": read,
    "PUT-customer-segment-update-customer": upsert,
    "DELETE-customer-segment-remove-customer": remove,
    "PUT-customer-segment-update-customers-bulk": upsert_many,
    "DELETE-customer-segment-remove-customers-bulk": remove_many,
}
