"""When a segment is active: its status says so, and with the switch `active` its validity too (A15)."""

from __future__ import annotations

from datetime import datetime

from ..settings import Switches
from ..store.clock import parse_timestamp
from ..store.state import Document, State


def is_active_segment(state: State, segment_id: str, now: datetime, switches: Switches) -> bool:
    """Whether a segment exists and is active (A15)."""
    segment = state.segments.get(segment_id)
    if segment is None or segment["status"] != "ACTIVE":
        return False
    return switches.active == "status" or _is_within_validity(segment.get("validity", {}), now)


def _is_within_validity(validity: Document, now: datetime) -> bool:
    """Whether a time is in [from, to); a missing bound is open."""
    start, end = validity.get("from"), validity.get("to")
    return (start is None or parse_timestamp(start) <= now) and (end is None or now < parse_timestamp(end))
