"""Payment modes that employees configure, and what storefronts see of them (Y1, Y2)."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from ...domain.payment_modes import (
    CREDIT_CARD,
    METHOD_TYPE,
    PAYMENT_MODES,
    SAFERPAY,
    SPREEDLY,
    UNZER,
    find_active_mode,
    is_paid_elsewhere,
)
from ...errors import Conflict, NotFound
from ...practices import documents
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import MODES

Body = Mapping[str, Any]
CARD_SCRIPT = "https://core.spreedly.com/iframe/iframe-v1.min.js"
PUBLIC_SETTINGS = {  # the names that storefronts see settings by
    "environmentKey": "Spreedly/EnvironmentKey",
    "scaProviderToken": "Spreedly/SCAProviderToken",
    "receiverId": "Spreedly/ReceiverId",
    "publicKey": "Unzer/PublicKey",
}


def list_modes(state: State) -> list[Document]:
    """Return all payment modes in the order of their codes."""
    return sorted(state.collection(PAYMENT_MODES).values(), key=itemgetter("code"))


def find_mode(state: State, mode_id: str) -> Document:
    """Return a payment mode; NotFound."""
    return documents.find_document(state, MODES, mode_id, rule="Y1")


def find_public_mode(state: State, mode_id: str) -> Document:
    """Return an active payment mode; NotFound (Y2)."""
    mode = find_active_mode(state, mode_id)
    if mode is None:
        raise NotFound(mode_id, rule="Y2")
    return mode


def create_mode(tenant: Tenant, body: Body) -> Document:
    """Create a payment mode and return it; Conflict for a code that exists (Y1)."""

    def rule(state: State) -> tuple[State, Document]:
        if any(mode["code"] == body["code"] for mode in list_modes(state)):
            raise Conflict(f"A payment mode with the code {body['code']} already exists.", rule="Y1")
        mode_id = tenant.ids.next_document_id(state.collection(PAYMENT_MODES))
        draft = {"active": True, "configuration": {}, **_pick_fields(body, "code", "provider")}
        state = documents.store_document(tenant, state, MODES, mode_id, draft | _pick_fields(body))
        return state, find_mode(state, mode_id)

    return tenant.change(rule)


def update_mode(tenant: Tenant, mode_id: str, body: Body) -> Document:
    """Change what can change of a payment mode, and return it; NotFound."""

    def rule(state: State) -> tuple[State, Document]:
        changed = {**find_mode(state, mode_id), **_pick_fields(body)}
        state = documents.store_document(tenant, state, MODES, mode_id, changed)
        return state, find_mode(state, mode_id)

    return tenant.change(rule)


def remove_mode(tenant: Tenant, mode_id: str) -> None:
    """Delete a payment mode; NotFound."""

    def rule(state: State) -> tuple[State, None]:
        find_mode(state, mode_id)
        return documents.drop_documents(tenant, state, PAYMENT_MODES, mode_id), None

    tenant.change(rule)


def show_mode(mode: Document) -> dict[str, Any]:
    """Return a payment mode as employees see it."""
    return {name: value for name, value in mode.items() if name != "metadata"}


def show_public_mode(mode: Document) -> dict[str, Any]:
    """Return a payment mode as storefronts see it: without secrets (Y2)."""
    settings, provider = mode["configuration"], mode["provider"]
    shown: dict[str, Any] = {"id": mode["id"], "code": mode["code"]}
    if provider == UNZER:
        shown["integrationType"] = "EXTERNAL"
    elif provider in (SPREEDLY, SAFERPAY):
        shown["integrationType"] = "OFFSITE" if is_paid_elsewhere(mode) else "TOKENIZED"
        shown["paymentMethodType"] = settings.get(METHOD_TYPE, CREDIT_CARD if provider == SPREEDLY else "saferpay")
        if not is_paid_elsewhere(mode):
            shown["javascriptUrl"] = CARD_SCRIPT
    return shown | {name: settings[setting] for name, setting in PUBLIC_SETTINGS.items() if setting in settings}


def _pick_fields(body: Body, *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names or ("active", "configuration") if name in body}
