"""Which segments a caller may see: everything for `segment_read`, one's own ACTIVE ones for `segment_read_own`."""

from __future__ import annotations

from datetime import datetime

from ...access import READ, Principal
from ...active import is_active_id
from ...errors import ClientError, Forbidden, NotFound
from ...settings import Behaviour
from ...state import CustomerAssignment, State
from ...world import Tenant


def sees_everything(principal: Principal) -> bool:
    """`segment_read` sees the whole tenant (A7), also beside `segment_read_own` (A9)."""
    return READ in principal.scopes


def legal_entity(state: State, principal: Principal, asked: str | None) -> str | None:
    """Return the legal entity that a customer acts for, None for all of them (A12)."""
    if principal.legal_entity_id is not None:
        return principal.legal_entity_id
    belongs = state.customers.get(principal.customer_id or "", {}).get("legalEntities", ())
    return asked if len(belongs) > 1 and asked in belongs else None


def own_assignments(state: State, principal: Principal, asked_entity: str | None) -> list[CustomerAssignment]:
    """Return the assignments of a customer that count for the legal entity of the call (A12)."""
    entity = legal_entity(state, principal, asked_entity)
    return [each for each in state.memberships.get(principal.customer_id or "", ()) if _counts(each, entity)]


def own_segments(
    state: State, principal: Principal, asked_entity: str | None, now: datetime, behaviour: Behaviour
) -> list[str]:
    """Return the ids of the ACTIVE segments that a customer belongs to, in order (A8)."""
    ids = {each.segment_id for each in own_assignments(state, principal, asked_entity)}
    return [id_ for id_ in sorted(ids) if is_active_id(state, id_, now, behaviour)]


def active_segments(state: State, now: datetime, behaviour: Behaviour) -> list[str]:
    """Return the ids of all active segments of the tenant, in order."""
    return [id_ for id_ in state.segments if is_active_id(state, id_, now, behaviour)]


def is_visible(tenant: Tenant, state: State, principal: Principal, segment_id: str, entity: str | None) -> bool:
    """Whether this segment exists for this caller (A7, A8)."""
    if sees_everything(principal):
        return segment_id in state.segments
    return segment_id in own_segments(state, principal, entity, tenant.clock.now(), tenant.behaviour)


def hidden(behaviour: Behaviour, id_: str) -> ClientError:
    """Return the error for what exists and is not for this customer (A11)."""
    if behaviour.foreign_segment == "403":
        return Forbidden(hint="not an ACTIVE segment of this customer", rule="A11")
    return NotFound(id_, rule="A11")


def _counts(assignment: CustomerAssignment, entity: str | None) -> bool:
    """An assignment without legal entity always counts (A12)."""
    return None in (entity, assignment.legal_entity_id) or assignment.legal_entity_id == entity
