"""When a segment counts as active: by its status, and with a switch by its validity too (A15)."""

from __future__ import annotations

from datetime import datetime

from ..settings import Switches
from ..store.clock import parse_timestamp
from ..store.state import Document, State


def is_active_segment(state: State, segment_id: str, now: datetime, switches: Switches) -> bool:
    """Whether there is a segment with this id, and it is active (A15)."""
    segment = state.segments.get(segment_id)
    if segment is None or segment["status"] != "ACTIVE":
        return False
    return switches.active == "status" or _is_within_validity(segment.get("validity", {}), now)


def _is_within_validity(validity: Document, now: datetime) -> bool:
    """From is inside, to is outside; an end that is not given is open."""
    begins, ends = validity.get("from"), validity.get("to")
    return (begins is None or parse_timestamp(begins) <= now) and (ends is None or now < parse_timestamp(ends))
