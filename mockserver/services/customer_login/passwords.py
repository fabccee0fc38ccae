"""Passwords of customers: change the own one, or set a new one with a token (B15, B16)."""

from __future__ import annotations

from hmac import compare_digest

from ...domain import password_resets
from ...domain.customer_accounts import find_customer
from ...domain.customer_profile import DEFAULT_PASSWORD
from ...errors import BadRequest
from ...store.state import Document, State
from ...store.tenant import Tenant


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
        return state if customer is None else password_resets.with_reset(tenant, state, customer), None

    tenant.change(rule)


def reset_password(tenant: Tenant, token: str, password: str) -> None:
    """Set a password with a token, which works once; BadRequest if it is unknown, used or expired (B16)."""

    def rule(state: State) -> tuple[State, None]:
        reset = password_resets.find_reset(tenant, state, token)
        if reset is None:
            detail = "The token is unknown, used or expired; /__admin/state/passwordResets lists those that are valid."
            raise BadRequest(field="/token", error_type="reference", detail=detail, rule="B16")
        customer_id = reset["customerId"]
        return _with_password(password_resets.without_resets(state, customer_id), customer_id, password), None

    tenant.change(rule)


def _with_password(state: State, customer_id: str, password: str) -> State:
    customer = {**state.customers[customer_id], "password": password}
    return state.with_document("customers", customer_id, customer)
