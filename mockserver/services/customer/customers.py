"""Customers: all of them for `customer_read`, the caller alone for `customer_read_own` (M1)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain import customer_profile
from ...practices.documents import revision_of
from ...store.state import Document, State

READ_CUSTOMERS = "customer.customer_read"


def visible_customers(state: State, principal: Principal) -> list[Document]:
    """Return the customers that the caller may see (M1)."""
    if READ_CUSTOMERS in principal.scopes:
        return list(state.customers.values())
    caller = state.customers.get(principal.customer_id or "")
    return [] if caller is None else [caller]


def is_visible_customer(principal: Principal, customer: Document) -> bool:
    """Whether the caller may see a customer (M1)."""
    return READ_CUSTOMERS in principal.scopes or customer["id"] == principal.customer_id


def customer_row(state: State, customer: Document, expansions: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the row of a customer; all customers are active and not on hold (M2).

    expansions: what the client wants to see in addition.
    """
    return {
        **customer_profile.build_profile(state, customer),
        "email": customer["email"],
        "active": True,
        "onHold": False,
        "metadataCreatedAt": revision_of(customer).created_at,
        **customer_profile.expand_profile(customer, expansions),
    }
