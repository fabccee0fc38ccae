"""How customers come to be and change: sign-up, and changes of the own profile (B12, B13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...domain import customer_accounts
from ...domain.customer_addresses import ADDRESS_PARTS
from ...errors import BadRequest
from ...practices import documents
from ...practices.parts import PartsOf
from ...store.state import State
from ...store.tenant import Tenant

Body = Mapping[str, Any]

ADDRESSES = PartsOf(*ADDRESS_PARTS)


def sign_up(tenant: Tenant, body: Body) -> str:
    """Create a customer and return the number; BadRequest (B12, B13), or Conflict for an e-mail that is taken (B12)."""
    credentials = body.get("signup") or body
    email, details = credentials["email"], body.get("customerDetails") or {}
    if details.get("contactEmail", body["email"]) != body["email"]:
        detail = "The contact e-mail must be that of the account."
        raise BadRequest(field="/customerDetails/contactEmail", error_type="const", detail=detail, rule="B12")

    def rule(state: State) -> tuple[State, str]:
        customer_accounts.require_free_email(state, email)
        number = customer_accounts.generate_number(tenant.ids, state)
        account = {"id": number, "email": email, "contactEmail": body["email"], "password": credentials["password"]}
        customer = customer_accounts.build_customer(account, details, "/customerDetails")
        customer["metadata"] = documents.next_metadata(tenant, state, None, details)
        state = state.with_document("customers", number, customer)
        if body.get("customerAddress"):
            address = {**body["customerAddress"], "isDefault": True}  # B14
            state = ADDRESSES.store_part(tenant, state, number, ADDRESSES.generate_id(tenant), address)
        return state, number

    return tenant.change(rule)


def change_profile(tenant: Tenant, customer_id: str, patch: Body) -> None:
    """Change the details that a request has; null removes one. BadRequest (B13, D12) or StaleVersion (D3)."""

    def rule(state: State) -> tuple[State, None]:
        old = documents.find_document_in(state, "customers", customer_id)
        merged = documents.merge_mixins(old, patch)
        metadata = documents.next_metadata(tenant, state, old, merged)
        customer = customer_accounts.apply_details(merged, patch) | {"metadata": metadata}
        return state.with_document("customers", customer_id, customer), None

    tenant.change(rule)
