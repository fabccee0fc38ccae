"""Tokens with which customers set a new password: the vendor sends them by e-mail, here the state has them (B16)."""

from __future__ import annotations

from datetime import timedelta

from ..store.clock import format_timestamp, parse_timestamp
from ..store.state import Document, State
from ..store.tenant import Tenant

PASSWORD_RESETS = "passwordResets"  # noqa: S105 - the name of the collection
RESET_TOKEN_DIGITS = 64
RESET_LIFETIME = timedelta(hours=24)


def with_reset(tenant: Tenant, state: State, customer: Document) -> State:
    """Return a state in which a customer has a new token, which replaces an earlier one."""
    token = tenant.ids.next_hex(RESET_TOKEN_DIGITS)
    expires_at = format_timestamp(tenant.clock.now() + RESET_LIFETIME)
    reset = {"token": token, "customerId": customer["id"], "email": customer["email"], "expiresAt": expires_at}
    return without_resets(state, customer["id"]).with_document(PASSWORD_RESETS, token, reset)


def find_reset(tenant: Tenant, state: State, token: str) -> Document | None:
    """Return what a valid token is for; None if it is unknown, used or expired, or the customer has left."""
    reset = state.collection(PASSWORD_RESETS).get(token)
    if reset is None or reset["customerId"] not in state.customers:
        return None
    return reset if tenant.clock.now() < parse_timestamp(reset["expiresAt"]) else None


def without_resets(state: State, customer_id: str) -> State:
    """Return a state without the tokens of a customer."""
    for token, reset in state.collection(PASSWORD_RESETS).items():
        if reset["customerId"] == customer_id:
            state = state.without_document(PASSWORD_RESETS, token)
    return state
