"""Handlers of customer assignments; a path without a legal entity means the assignment without one (D15)."""

from __future__ import annotations

from ....messages import Call, Handler, Listing, Reply
from ....store.state import MemberKey
from .. import customer_assignments, write_context
from .arguments import create_viewer


def get_segment_customers(call: Call) -> Listing:
    """List the customers of one segment; a search has its `q` in the body instead (C16)."""
    return Listing(customer_assignments.list_customer_assignments(create_viewer(call), call.path["segmentId"]))


def get_segment_customer(call: Call) -> Reply:
    """Return one assignment."""
    assignment = customer_assignments.read_customer_assignment(call.tenant, call.path["segmentId"], _customer_key(call))
    return Reply(200, assignment)


def put_segment_customer(call: Call) -> Reply:
    """Create or replace one assignment; a missing body means `{}` (D8)."""
    created = customer_assignments.upsert_customer_assignment(
        call.tenant, call.path["segmentId"], _customer_key(call), call.body or {}
    )
    return Reply(write_context.upsert_status(created=created))


def delete_segment_customer(call: Call) -> Reply:
    """Remove one assignment."""
    customer_assignments.remove_customer_assignment(call.tenant, call.path["segmentId"], _customer_key(call))
    return Reply(204)


def put_segment_customers_bulk(call: Call) -> Reply:
    """Create or replace many assignments."""
    entries = customer_assignments.upsert_customer_assignments(
        call.tenant, call.path["segmentId"], call.body, call.element_errors
    )
    return Reply(207, entries)


def delete_segment_customers_bulk(call: Call) -> Reply:
    """Remove many assignments."""
    entries = customer_assignments.remove_customer_assignments(
        call.tenant, call.path["segmentId"], call.body, call.element_errors
    )
    return Reply(207, entries)


def _customer_key(call: Call) -> MemberKey:
    return call.path["customerId"], call.path.get("legalEntityId", "")


HANDLERS: dict[str, Handler] = {
    "GET-customer-segment-retrieve-customers": get_segment_customers,
    "POST-customer-segment-search-customers": get_segment_customers,
    "GET-customer-segment-retrieve-customer-by-customerId": get_segment_customer,
    "PUT-customer-segment-update-customer-by-customerId": put_segment_customer,
    "DELETE-customer-segment-remove-customer-by-customerId": delete_segment_customer,
    "GET-customer-segment-retrieve-customer": get_segment_customer,
    "PUT-customer-segment-update-customer": put_segment_customer,
    "DELETE-customer-segment-remove-customer": delete_segment_customer,
    "PUT-customer-segment-update-customers-bulk": put_segment_customers_bulk,
    "DELETE-customer-segment-remove-customers-bulk": delete_segment_customers_bulk,
}
