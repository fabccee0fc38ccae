"""Approvals, as several services know them: of which carts and quotes they are, and their status (J6, J7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ..store.clock import format_timestamp, parse_timestamp
from ..store.state import Document, Revision, State

APPROVALS = "approvals"  # the name of the collection
CART, QUOTE = "CART", "QUOTE"  # types of resources
PENDING, APPROVED, DECLINED = "PENDING", "APPROVED", "DECLINED"
CLOSED, EXPIRED = "CLOSED", "EXPIRED"
TARGETS = {CART: "carts", QUOTE: "quotes"}  # the collections of the types
STATUSES = (PENDING, APPROVED, CLOSED, EXPIRED, DECLINED)


def status_at(approval: Document, now: datetime) -> str:
    """Return the status of an approval: a PENDING one is EXPIRED from its expiry date on (J6)."""
    status: str = approval["status"]
    if status == PENDING and "expiryDate" in approval and parse_timestamp(approval["expiryDate"]) <= now:
        return EXPIRED
    return status


def list_approvals_of(state: State, resource_type: str, resource_id: str) -> Iterator[Document]:
    """Yield the approvals of a cart or a quote, the latest first."""
    found = [
        row
        for row in state.collection(APPROVALS).values()
        if (row["resourceType"], row["resourceId"]) == (resource_type, resource_id)
    ]
    return iter(sorted(found, key=lambda row: Revision.from_document(row).created_at, reverse=True))


def find_submitted_cart_ids(state: State) -> frozenset[str]:
    """Return the ids of the carts that an approval was requested for, which the Cart Service does not show (J7)."""
    rows = state.collection(APPROVALS).values()
    return frozenset(row["resourceId"] for row in rows if row["resourceType"] == CART)


def with_finished_approval(state: State, approval: Document, order_id: str, now: datetime) -> State:
    """Return a state in which an approval is APPROVED, and names the order that was made (J7)."""
    metadata = Revision.from_document(approval).make_next(format_timestamp(now)).to_metadata(None)
    finished = {**approval, "status": APPROVED, "createdResource": {"id": order_id}, "metadata": metadata}
    return state.with_document(APPROVALS, approval["id"], finished)
