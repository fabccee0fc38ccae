"""Customer assignments: who sees which, and how they are made, replaced and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import Principal
from ...errors import ClientError, NotFound
from ...practices.bulk import Entry, Outcome
from ...practices.lazy import Row
from ...state import CustomerAssignment, MemberKey, State
from ...world import Tenant
from . import people, writing
from .joined import Joined
from .visibility import is_visible, own_assignments, sees_everything
from .writing import Write

MANUAL = "MANUAL"  # what is assigned through the API; AUTOMATIC comes from worlds (D14)


def listed(tenant: Tenant, principal: Principal, segment_id: str) -> Sequence[Row]:
    """Return the customers of a segment; for a customer, only the customer's own assignments (A8, C9)."""
    state = tenant.state
    if not is_visible(tenant, state, principal, segment_id, None):
        if tenant.behaviour.missing_parent == "404":
            raise NotFound(segment_id, rule="C9")
        return []
    if sees_everything(principal):
        return people.rows(state, Joined([state.members_of(segment_id)]), tenant.behaviour)
    mine = [each for each in own_assignments(state, principal, None) if each.segment_id == segment_id]
    return people.rows(state, sorted(mine, key=lambda each: each.key), tenant.behaviour)


def read(tenant: Tenant, segment_id: str, key: MemberKey) -> Row:
    """Return one assignment; NotFound if it is not there (C10)."""
    state = tenant.state
    found = state.member(segment_id, key)
    if found is None:
        raise NotFound(key[0])
    return people.row(state, found, behaviour=tenant.behaviour)


def assign(tenant: Tenant, segment_id: str, key: MemberKey, body: Row) -> bool:
    """Create or replace an assignment; True if it is new (D2). Raises BadRequest (D6, D7, D12) or Stale (D3)."""
    return tenant.change(lambda state: _assigned(Write.to(tenant), state, segment_id, key, body))


def remove(tenant: Tenant, segment_id: str, key: MemberKey) -> None:
    """Take a customer out of a segment, whether in it or not (D9)."""
    tenant.change(lambda state: (_removed(tenant, state, segment_id, key), None))


def assign_many(
    tenant: Tenant, segment_id: str, elements: Sequence[Any], problems: Mapping[int, ClientError]
) -> list[Entry]:
    """Create or replace many assignments, each on its own; elements are upsert bodies with their key."""

    def step(write: Write, state: State, element: Row) -> tuple[State, Outcome]:
        state, created = _assigned(write, state, segment_id, _key(element), element)
        return state, (writing.code(created=created), None)

    return writing.many(tenant, elements, problems, step)


def remove_many(
    tenant: Tenant, segment_id: str, elements: Sequence[Any], problems: Mapping[int, ClientError]
) -> list[Entry]:
    """Take many customers out of a segment, each on its own; elements are keys (E6)."""

    def step(_: Write, state: State, element: Row) -> tuple[State, Outcome]:
        return _removed(tenant, state, segment_id, _key(element)), (204, None)

    return writing.many(tenant, elements, problems, step)


def _key(element: Row) -> MemberKey:
    return element["customerId"], element.get("legalEntityId", "")


def _assigned(write: Write, state: State, segment_id: str, key: MemberKey, body: Row) -> tuple[State, bool]:
    writing.check_segment(state, segment_id)
    people.check(state, *key, write.tenant.behaviour)
    old = state.member(segment_id, key)
    revision = write.revised(state, old.revision if old else None, body)
    assignment = CustomerAssignment(
        segment_id, key[0], key[1] or None, MANUAL, revision, body.get("mixins"), writing.mixin_urls(body)
    )
    return state.with_member(assignment), old is None


def _removed(tenant: Tenant, state: State, segment_id: str, key: MemberKey) -> State:
    writing.check_removal(tenant, state.member(segment_id, key), key[0])
    return state.without_member(segment_id, key)
