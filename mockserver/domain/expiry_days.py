"""How long returns and approvals are valid, which a tenant can configure (R3, J6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..store.clock import format_timestamp
from ..store.state import State

DAYS_UNTIL_EXPIRY, MAX_DAYS = 30, 36500  # the first is the vendor's value for tenants that configure none
PROPERTIES = "configurations"  # of the Configuration Service


def expiry_after(created: datetime, days: int = DAYS_UNTIL_EXPIRY) -> str:
    """Return when what was created at this time expires."""
    return format_timestamp(created + timedelta(days=days))


def find_expiry_days(state: State, name: str) -> int:
    """Return the number of days that a property has, or 30."""
    text = str(state.collection(PROPERTIES).get(name, {}).get("value", ""))
    return min(int(text), MAX_DAYS) if text.isascii() and text.isdigit() and len(text) < 10 else DAYS_UNTIL_EXPIRY
