"""When a segment counts as active: by its status, and with a switch by its validity too (A15)."""

from __future__ import annotations

from datetime import datetime

from .clock import moment
from .settings import Behaviour
from .state import Document, State


def is_active_id(state: State, segment_id: str, now: datetime, behaviour: Behaviour) -> bool:
    """Whether there is a segment with this id, and it is active (A15)."""
    segment = state.segments.get(segment_id)
    if segment is None or segment["status"] != "ACTIVE":
        return False
    return behaviour.active == "status" or _is_valid(segment.get("validity", {}), now)


def _is_valid(validity: Document, now: datetime) -> bool:
    """From is inside, to is outside; an end that is not given is open."""
    begins, ends = validity.get("from"), validity.get("to")
    return (begins is None or moment(begins) <= now) and (ends is None or now < moment(ends))
