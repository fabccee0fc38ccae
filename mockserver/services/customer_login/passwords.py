"""Passwords of customers: change the own one, or set a new one with a token (B15, B16)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hmac import compare_digest

from ...domain.customer_accounts import find_customer
from ...domain.customer_profile import DEFAULT_PASSWORD
from ...errors import BadRequest
from ...store.clock import format_timestamp, parse_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import PASSWORD_RESETS

RESET_TOKEN_DIGITS = 64
RESET_LIFETIME = timedelta(hours=24)


def has_password(customer: Document, password: str) -> bool:
    """Whether a customer has this password (B5c)."""
    return compare_digest(customer.get("password", DEFAULT_PASSWORD).encode(), password.encode())


def change_password(tenant: Tenant, customer_id: str, current: str, new: str) -> None:
    """Set another password; BadRequest if the current one is wrong (B15)."""

    def rule(state: State) -> tuple[State, None]:
        if not has_password(state.customers[customer_id], current):
            detail = "This is not the current password."
            raise BadRequest(field="/currentPassword", error_type="const", detail=detail, rule="B15")
        return _with_password(state, customer_id, new), None

    tenant.change(rule)


def request_reset(tenant: Tenant, email: str) -> None:
    """Issue a token with which a customer can set a password; without a customer, nothing happens (B16)."""

    def rule(state: State) -> tuple[State, None]:
        customer = find_customer(state, email)
        if customer is None:
            return state, None
        now, token = tenant.clock.now(), tenant.ids.next_hex(RESET_TOKEN_DIGITS)
        reset = {
            "token": token,
            "customerId": customer["id"],
            "email": customer["email"],
            "expiresAt": format_timestamp(now + RESET_LIFETIME),
        }
        return _without_resets(state, customer["id"]).with_document(PASSWORD_RESETS.name, token, reset), None

    tenant.change(rule)


def reset_password(tenant: Tenant, token: str, password: str) -> None:
    """Set a password with a token, which works once; BadRequest if it is unknown, used or expired (B16)."""

    def rule(state: State) -> tuple[State, None]:
        reset = state.collection(PASSWORD_RESETS.name).get(token)
        if reset is None or reset["customerId"] not in state.customers or _is_over(reset, tenant.clock.now()):
            detail = "The token is unknown, used or expired; /__admin/state/passwordResets lists those that are valid."
            raise BadRequest(field="/token", error_type="reference", detail=detail, rule="B16")
        customer_id = reset["customerId"]
        return _with_password(_without_resets(state, customer_id), customer_id, password), None

    tenant.change(rule)


def _is_over(reset: Document, now: datetime) -> bool:
    return parse_timestamp(reset["expiresAt"]) <= now


def _with_password(state: State, customer_id: str, password: str) -> State:
    customer = {**state.customers[customer_id], "password": password}
    return state.with_document("customers", customer_id, customer)


def _without_resets(state: State, customer_id: str) -> State:
    """Return a state without the customer's earlier tokens (B16)."""
    for token, reset in state.collection(PASSWORD_RESETS.name).items():
        if reset["customerId"] == customer_id:
            state = state.without_document(PASSWORD_RESETS.name, token)
    return state
