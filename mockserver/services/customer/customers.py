"""Customers: all of them for `customer_read`, the caller and colleagues for `customer_read_own` (M1)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain import customer_profile
from ...domain.colleagues import is_colleague
from ...practices.documents import revision_of
from ...store.state import Document, State

READ_CUSTOMERS = "customer.customer_read"
SHOWN_FIELDS = ("type", "photoUrl", "restriction")  # only to those who manage customers


def visible_customers(state: State, principal: Principal) -> list[Document]:
    """Return the customers that the caller may see (M1)."""
    customers = state.customers.values()
    if READ_CUSTOMERS in principal.scopes:
        return list(customers)
    return [customer for customer in customers if is_within_reach(state, principal, customer["id"])]


def is_visible_customer(state: State, principal: Principal, customer: Document) -> bool:
    """Whether the caller may see a customer (M1)."""
    return READ_CUSTOMERS in principal.scopes or is_within_reach(state, principal, customer["id"])


def is_within_reach(state: State, principal: Principal, customer_id: str) -> bool:
    """Whether a customer is the caller, or a colleague (M1)."""
    return customer_id == principal.customer_id or is_colleague(state, principal, customer_id)


def customer_row(state: State, customer: Document, expansions: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the row of a customer, who is active and not on hold unless somebody says so (M2).

    expansions: what the client wants to see in addition.
    """
    return {
        **customer_profile.build_profile(state, customer),
        **{name: customer[name] for name in SHOWN_FIELDS if name in customer},
        "email": customer["email"],
        "active": customer.get("active", True),
        "onHold": customer.get("onHold", False),
        "metadataCreatedAt": revision_of(customer).created_at,
        **customer_profile.expand_profile(customer, expansions),
    }
