"""What was changed of a quote, and by whom (I6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...store.clock import format_timestamp
from ...store.state import State
from ...store.tenant import Tenant
from .quote_rows import QuoteCaller


def add_change(
    tenant: Tenant, state: State, quote: Mapping[str, Any], caller: QuoteCaller, change: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a quote with one more entry in its history: operation, path and values, with caller and time."""
    history = quote.get("history", [])
    names: dict[str, Any] = {"userType": "EMPLOYEE"}
    if not caller.is_employee:
        customer = state.customers.get(caller.customer_id or "", {})
        fields = {"userFirstName": "firstName", "userLastName": "lastName"}
        names = {"userType": "CUSTOMER", "userId": caller.customer_id or ""}
        names |= {name: customer[field] for name, field in fields.items() if field in customer}
    now = format_timestamp(tenant.clock.now())
    entry = {"id": tenant.ids.next_document_id(()), **change, **names, "modifiedAt": now}
    return {**quote, "history": [*history, entry]}
