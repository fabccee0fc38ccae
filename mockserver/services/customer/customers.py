"""Customers: all of them for `customer_read`, the caller alone for `customer_read_own` (M1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ... import people
from ...access import Principal
from ...errors import NotFound
from ...practices.lazy import LazyRows
from ...state import IMPORTED, Document, State

READ = "customer.customer_read"


def listed(state: State, principal: Principal) -> Sequence[Mapping[str, Any]]:
    """Return the customers that the caller may see, in the order of their numbers."""
    return LazyRows(sorted(_visible(state, principal)), lambda number: _row(state, state.customers[number]))


def read(state: State, principal: Principal, number: str) -> dict[str, Any]:
    """Return one customer; NotFound if there is none with this number, or none for this caller."""
    if number not in state.customers:
        raise NotFound(number)
    if number not in _visible(state, principal):
        raise NotFound(number, rule="M1")
    return _row(state, state.customers[number])


def _visible(state: State, principal: Principal) -> Collection[str]:
    if READ in principal.scopes:
        return state.customers
    own = principal.customer_id or ""
    return [own] if own in state.customers else []


def _row(state: State, customer: Document) -> dict[str, Any]:
    """Return a customer as this service has it; in a world all are active, and none is on hold (M2)."""
    return people.profile(state, customer) | {
        "email": customer["email"],
        "active": True,
        "onHold": False,
        "metadata": {"version": IMPORTED.version},
        "metadataCreatedAt": IMPORTED.created_at,
    }
