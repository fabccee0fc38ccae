"""Writes of customers by those who manage them: all customers, or the caller and colleagues (M1, M7, M8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access import Principal
from ...domain import customer_accounts, password_resets
from ...errors import BadRequest, Conflict, Forbidden, NotFound
from ...practices import documents, writes
from ...store.state import State
from ...store.tenant import Tenant
from .collections import CUSTOMERS
from .customers import is_within_reach

Body = Mapping[str, Any]

MANAGE_CUSTOMERS = "customer.customer_manage"
MORE_FIELDS = ("active", "onHold", "type", "photoUrl", "restriction")


def create_customer(tenant: Tenant, principal: Principal, body: Body, *, is_notified: bool) -> str:
    """Create a customer and return the id; BadRequest (M7, B13), Forbidden (M1), Conflict (B12, D4).

    is_notified: whether the customer gets a token to set a password.
    """
    _check_scope(principal)

    def rule(state: State) -> tuple[State, str]:
        id_ = body.get("id") or customer_accounts.generate_number(tenant.ids, state)
        if id_ in state.customers:
            raise Conflict(remedy=writes.GENERATED_ID)
        return _with_new_customer(tenant, state, id_, body, is_notified=is_notified), id_

    return tenant.change(rule)


def upsert_customer(tenant: Tenant, principal: Principal, id_: str, body: Body, *, is_notified: bool) -> bool:
    """Create a customer, or change one as a PATCH does (M7); True if the customer is new."""

    def rule(state: State) -> tuple[State, bool]:
        if id_ in state.customers:
            return _with_changed_customer(tenant, state, principal, id_, body), False
        _check_scope(principal)
        return _with_new_customer(tenant, state, id_, body, is_notified=is_notified), True

    return tenant.change(rule)


def change_customer(tenant: Tenant, principal: Principal, id_: str, body: Body) -> None:
    """Change the details that a request has; null removes one. NotFound, BadRequest (B13) or StaleVersion (D3)."""
    tenant.change(lambda state: (_with_changed_customer(tenant, state, principal, id_, body), None))


def remove_customer(tenant: Tenant, principal: Principal, id_: str) -> None:
    """Delete a customer, who leaves all segments and groups (M8); NotFound."""

    def rule(state: State) -> tuple[State, None]:
        documents.find_document(state, CUSTOMERS, id_)
        _check_reach(state, principal, id_)
        return documents.drop_documents(tenant, state, CUSTOMERS.name, id_), None

    tenant.change(rule)


def _with_new_customer(tenant: Tenant, state: State, id_: str, body: Body, *, is_notified: bool) -> State:
    email = body.get("contactEmail")
    if not email:
        detail = "A new customer needs an e-mail to log in with."
        raise BadRequest(field="/contactEmail", error_type="required", detail=detail, rule="M7")
    customer_accounts.require_free_email(state, email)
    account = {"id": id_, "email": email} | ({"password": body["password"]} if body.get("password") else {})
    customer = customer_accounts.build_customer(account, body, more_fields=MORE_FIELDS)
    state = documents.store_document(tenant, state, CUSTOMERS, id_, {**customer, "metadata": body.get("metadata")})
    return password_resets.with_reset(tenant, state, state.customers[id_]) if is_notified else state


def _with_changed_customer(tenant: Tenant, state: State, principal: Principal, id_: str, body: Body) -> State:
    old = documents.find_document(state, CUSTOMERS, id_)
    _check_reach(state, principal, id_)
    customer = customer_accounts.apply_details(documents.merge_mixins(old, body), body, more_fields=MORE_FIELDS)
    return documents.store_document(tenant, state, CUSTOMERS, id_, customer)


def _check_reach(state: State, principal: Principal, id_: str) -> None:
    """Raise NotFound for a customer whom the caller may not see (M1)."""
    if MANAGE_CUSTOMERS not in principal.scopes and not is_within_reach(state, principal, id_):
        raise NotFound(id_, rule="M1")


def _check_scope(principal: Principal) -> None:
    """Raise Forbidden unless the caller manages all customers, or is one (M1)."""
    if MANAGE_CUSTOMERS not in principal.scopes and principal.customer_id is None:
        hint = f"creating customers needs the token of a customer, or the scope {MANAGE_CUSTOMERS}"
        raise Forbidden(hint=hint, scopes=(MANAGE_CUSTOMERS,), rule="M1")
