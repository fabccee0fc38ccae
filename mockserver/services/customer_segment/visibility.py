"""Which segments a caller may see: everything for `segment_read`, one's own ACTIVE ones for `segment_read_own`."""

from __future__ import annotations

from datetime import datetime

from ...access import READ_SEGMENTS, Principal
from ...domain.segment_activity import is_active_segment
from ...errors import ClientError, Forbidden, NotFound
from ...settings import Switches
from ...store.state import CustomerAssignment, State
from ...store.world import Tenant


def sees_everything(principal: Principal) -> bool:
    """`segment_read` sees the whole tenant (A7), also beside `segment_read_own` (A9)."""
    return READ_SEGMENTS in principal.scopes


def acting_legal_entity_id(state: State, principal: Principal, requested_id: str | None) -> str | None:
    """Return the legal entity that a customer acts for, None for all of them (A12)."""
    if principal.legal_entity_id is not None:
        return principal.legal_entity_id
    member_of = state.customers.get(principal.customer_id or "", {}).get("legalEntities", ())
    return requested_id if len(member_of) > 1 and requested_id in member_of else None


def own_customer_assignments(state: State, principal: Principal, requested_id: str | None) -> list[CustomerAssignment]:
    """Return the assignments of a customer that count for the legal entity of the call (A12)."""
    legal_entity_id = acting_legal_entity_id(state, principal, requested_id)
    return [
        each for each in state.memberships.get(principal.customer_id or "", ()) if _counts_for(each, legal_entity_id)
    ]


def own_segment_ids(
    state: State, principal: Principal, requested_id: str | None, now: datetime, switches: Switches
) -> list[str]:
    """Return the ids of the ACTIVE segments that a customer belongs to, in order (A8)."""
    ids = {each.segment_id for each in own_customer_assignments(state, principal, requested_id)}
    return [id_ for id_ in sorted(ids) if is_active_segment(state, id_, now, switches)]


def active_segment_ids(state: State, now: datetime, switches: Switches) -> list[str]:
    """Return the ids of all active segments of the tenant, in order."""
    return [id_ for id_ in state.segments if is_active_segment(state, id_, now, switches)]


def is_visible_segment(
    tenant: Tenant, state: State, principal: Principal, segment_id: str, legal_entity_id: str | None
) -> bool:
    """Whether this segment exists for this caller (A7, A8)."""
    if sees_everything(principal):
        return segment_id in state.segments
    return segment_id in own_segment_ids(state, principal, legal_entity_id, tenant.clock.now(), tenant.switches)


def not_visible_error(switches: Switches, id_: str) -> ClientError:
    """Return the error for what exists and is not for this customer (A11)."""
    if switches.foreign_segment == "403":
        return Forbidden(hint="not an ACTIVE segment of this customer", rule="A11")
    return NotFound(id_, rule="A11")


def _counts_for(assignment: CustomerAssignment, legal_entity_id: str | None) -> bool:
    """An assignment without legal entity always counts (A12)."""
    return None in (legal_entity_id, assignment.legal_entity_id) or assignment.legal_entity_id == legal_entity_id
