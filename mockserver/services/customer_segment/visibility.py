"""Which segments a caller may see: everything for `segment_read`, one's own ACTIVE ones for `segment_read_own`."""

from __future__ import annotations

from datetime import datetime

from ...access import READ, Principal
from ...clock import moment
from ...settings import Behaviour
from ...state import CustomerAssignment, Document, State


def sees_everything(principal: Principal) -> bool:
    """`segment_read` sees the whole tenant (A7), also beside `segment_read_own` (A9)."""
    return READ in principal.scopes


def is_active(segment: Document, now: datetime, behaviour: Behaviour) -> bool:
    """Whether a segment counts as active: its status, and with the switch its validity too (A15)."""
    if segment["status"] != "ACTIVE":
        return False
    return behaviour.active == "status" or _is_valid(segment.get("validity", {}), now)


def legal_entity(state: State, principal: Principal, asked: str | None) -> str | None:
    """Return the legal entity that a customer acts for, None for all of them (A12)."""
    if principal.legal_entity_id is not None:
        return principal.legal_entity_id
    belongs = state.customers.get(principal.customer_id or "", {}).get("legalEntities", ())
    return asked if len(belongs) > 1 and asked in belongs else None


def own_segments(
    state: State, principal: Principal, asked_entity: str | None, now: datetime, behaviour: Behaviour
) -> list[str]:
    """Return the ids of the ACTIVE segments that a customer belongs to, in order (A8)."""
    entity = legal_entity(state, principal, asked_entity)
    mine = state.memberships.get(principal.customer_id or "", ())
    ids = {each.segment_id for each in mine if _counts(each, entity)}
    return [id_ for id_ in sorted(ids) if _active_id(state, id_, now, behaviour)]


def active_segments(state: State, now: datetime, behaviour: Behaviour) -> list[str]:
    """Return the ids of all active segments of the tenant, in order."""
    return [id_ for id_ in state.segments if _active_id(state, id_, now, behaviour)]


def _counts(assignment: CustomerAssignment, entity: str | None) -> bool:
    """An assignment without legal entity always counts (A12)."""
    return None in (entity, assignment.legal_entity_id) or assignment.legal_entity_id == entity


def _active_id(state: State, segment_id: str, now: datetime, behaviour: Behaviour) -> bool:
    segment = state.segments.get(segment_id)
    return segment is not None and is_active(segment, now, behaviour)


def _is_valid(validity: Document, now: datetime) -> bool:
    """From is inside, to is outside; an end that is not given is open."""
    begins, ends = validity.get("from"), validity.get("to")
    return (begins is None or moment(begins) <= now) and (ends is None or now < moment(ends))
