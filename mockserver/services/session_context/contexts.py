"""Contexts of sessions: when they can be read, and how clients change them (S1 to S6)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain.shopping_context import AWAITS_CART, SESSION_CONTEXTS, complete_choices, session_id_of
from ...errors import NotFound
from ...practices.documents import revision_of
from ...store.state import Document, State
from ...store.tenant import Tenant


def read_own_context(tenant: Tenant, principal: Principal) -> dict[str, Any]:
    """Return the context of the caller's session; NotFound without a session, or before it can be read (S1)."""
    session_id = session_id_of(principal)
    if session_id is None:
        raise NotFound("", rule="S2")
    row = find_readable(tenant, tenant.state, session_id, principal.customer_id)
    return context_row(tenant.state, row)


def find_readable(tenant: Tenant, state: State, session_id: str, customer_id: str | None = None) -> Document:
    """Return the row of a session; NotFound before it can be read (S1).

    customer_id: that of the caller; with the switch `at-once`, a session without a row has one with its customer.
    """
    row: Document | None = state.collection(SESSION_CONTEXTS).get(session_id)
    if tenant.switches.session_context == "at-once":
        owner = {} if customer_id is None else {"customerId": customer_id}
        return {"sessionId": session_id, **owner} if row is None else row
    if row is None or row.get(AWAITS_CART, False):
        raise NotFound(session_id, rule="S1")
    return row


def context_row(state: State, row: Document) -> dict[str, Any]:
    """Return a context as clients see it, with what the session has not chosen (S3)."""
    chosen = {name: value for name, value in row.items() if name != AWAITS_CART}
    defaults = complete_choices(state, row.get("customerId"), row) or {}
    return {**defaults, **chosen, "metadata": revision_of(row).to_metadata(None)}
