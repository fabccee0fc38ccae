"""Item assignments: who sees which, and how they are made, replaced and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import Principal
from ...errors import BadRequest, ClientError, NotFound
from ...practices.bulk import Entry, Outcome
from ...practices.lazy import LazyRows, Row
from ...state import ItemAssignment, ItemKey, Items, State
from ...world import Tenant
from . import catalogue, writing
from .joined import Joined
from .visibility import active_segments, hidden, is_visible, own_segments, sees_everything


def visible_segments(tenant: Tenant, state: State, principal: Principal, entity: str | None) -> list[str]:
    """Return the ids of the segments whose items the caller may see (A7, A8)."""
    if sees_everything(principal):
        return list(state.segments)
    return own_segments(state, principal, entity, tenant.clock.now(), tenant.behaviour)


def all_items(
    tenant: Tenant, principal: Principal, *, entity: str | None, site: str | None, only_active: bool
) -> Sequence[Row]:
    """Return the items of all segments that the caller may see, of one site if asked (C13)."""
    state = tenant.state
    if only_active and sees_everything(principal):
        segments = active_segments(state, tenant.clock.now(), tenant.behaviour)
    else:
        segments = visible_segments(tenant, state, principal, entity)
    if site is not None:
        segments = [id_ for id_ in segments if (state.segments.get(id_) or {}).get("siteCode") == site]
    return _rows(tenant, state, [state.items_of(id_) for id_ in segments])


def items_of(tenant: Tenant, principal: Principal, segment_id: str, *, entity: str | None) -> Sequence[Row]:
    """Return the items of one segment; none if it is not there or not visible (C9)."""
    state = tenant.state
    visible = is_visible(tenant, state, principal, segment_id, entity)
    if not visible and tenant.behaviour.missing_parent == "404":
        raise NotFound(segment_id, rule="C9")
    return _rows(tenant, state, [state.items_of(segment_id)] if visible else [])


def read(tenant: Tenant, principal: Principal, segment_id: str, key: ItemKey, *, entity: str | None) -> Row:
    """Return one assignment; NotFound if it is not there (C10), or not for this caller (A11)."""
    state = tenant.state
    found = state.item(segment_id, key)
    if found is None:
        raise NotFound(key[1])
    if not is_visible(tenant, state, principal, segment_id, entity):
        raise hidden(tenant.behaviour, key[1])
    return catalogue.row(state, found, tenant.behaviour)


def assign(tenant: Tenant, segment_id: str, key: ItemKey, body: Row) -> bool:
    """Create or replace an assignment; True if it is new (D2). Raises BadRequest (D6, D7, D12) or Stale (D3)."""
    return tenant.change(lambda state: _assigned(tenant, state, segment_id, key, body))


def remove(tenant: Tenant, segment_id: str, key: ItemKey) -> None:
    """Take an item out of a segment, whether it is in it or not (D9)."""
    tenant.change(lambda state: (_removed(tenant, state, segment_id, key), None))


def assign_many(
    tenant: Tenant, segment_id: str, kind: str, elements: Sequence[Any], problems: Mapping[int, ClientError]
) -> list[Entry]:
    """Create or replace many assignments, each on its own; elements are upsert bodies with an `id`."""

    def step(state: State, element: Row) -> tuple[State, Outcome]:
        state, created = _assigned(tenant, state, segment_id, (kind, element["id"]), element)
        return state, (writing.code(created=created), None)

    return writing.many(tenant, elements, problems, step)


def remove_many(
    tenant: Tenant, segment_id: str, kind: str, elements: Sequence[Any], problems: Mapping[int, ClientError]
) -> list[Entry]:
    """Take many items out of a segment, each on its own; elements are item ids (E6)."""

    def step(state: State, item_id: str) -> tuple[State, Outcome]:
        return _removed(tenant, state, segment_id, (kind, item_id)), (204, None)

    return writing.many(tenant, elements, problems, step)


def _rows(tenant: Tenant, state: State, tables: list[Items]) -> Sequence[Row]:
    behaviour = tenant.behaviour
    return LazyRows(Joined(tables), lambda assignment: catalogue.row(state, assignment, behaviour))


def _assigned(tenant: Tenant, state: State, segment_id: str, key: ItemKey, body: Row) -> tuple[State, bool]:
    writing.check_segment(state, segment_id)
    if not catalogue.knows(state, *key, tenant.behaviour):
        detail = f"There is no {key[0].lower()} with this id."
        raise BadRequest(field="itemId", kind="reference", detail=detail, rule="D7")
    old = state.item(segment_id, key)
    revision = writing.revised(tenant, state, old.revision if old else None, body)
    assignment = ItemAssignment(segment_id, *key, revision, body.get("mixins"), writing.mixin_urls(body))
    return state.with_item(assignment), old is None


def _removed(tenant: Tenant, state: State, segment_id: str, key: ItemKey) -> State:
    writing.check_removal(tenant, state.item(segment_id, key), key[1])
    return state.without_item(segment_id, key)
