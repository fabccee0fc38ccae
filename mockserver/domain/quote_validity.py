"""How long a quote can be accepted, which approvals ask as well (I4, J4)."""

from __future__ import annotations

from datetime import datetime

from ..store.clock import parse_timestamp
from ..store.state import Document

OPEN, EXPIRED = "OPEN", "EXPIRED"


def current_status(quote: Document, now: datetime) -> str:
    """Return the status of a quote: an OPEN one is EXPIRED from the end of its validity on (I4)."""
    status: str = quote["status"]["value"]
    if status == OPEN and "validTo" in quote and parse_timestamp(quote["validTo"]) <= now:
        return EXPIRED
    return status
