"""Item assignments: who sees which, and how they are made, replaced and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import Principal
from ...errors import BadRequest, ClientError, NotFound
from ...practices.bulk import Entry, Outcome
from ...practices.lazy import Row
from ...state import ItemAssignment, ItemKey, Items, Revision, State
from ...world import Tenant
from . import catalogue, reading, writing
from .joined import Joined
from .visibility import active_segments, hidden, is_visible, own_segments, sees_everything
from .writing import Write


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

    def rule(state: State) -> tuple[State, bool]:
        _check(tenant, state, segment_id, key)
        old = state.item(segment_id, key)
        revision = Write.to(tenant).revised(state, old.revision if old else None, body)
        return state.with_item(_assignment(segment_id, key, revision, body)), old is None

    return tenant.change(rule)


def remove(tenant: Tenant, segment_id: str, key: ItemKey) -> None:
    """Take an item out of a segment, whether it is in it or not (D9)."""
    tenant.change(lambda state: (_removed(tenant, state, segment_id, key), None))


def assign_many(
    tenant: Tenant, segment_id: str, kind: str, elements: Sequence[Any], problems: Mapping[int, ClientError]
) -> list[Entry]:
    """Create or replace many assignments, each on its own; elements are upsert bodies with an `id`.

    All are items of one segment, so only its table changes from element to element; a new state is made at the end.
    """

    def rule(state: State) -> tuple[State, list[Entry]]:
        write, items = Write.to(tenant), state.items_of(segment_id)

        def act(element: Row) -> Outcome:
            nonlocal items
            key = kind, element["id"]
            _check(tenant, state, segment_id, key)
            old = items.get(key)
            revision = write.revised(state, old.revision if old else None, element)
            items = items.set(key, _assignment(segment_id, key, revision, element))
            return writing.code(created=old is None), None

        entries = writing.entries(tenant, elements, problems, act)
        return state.with_items(segment_id, items), entries

    return tenant.change(rule)


def remove_many(
    tenant: Tenant, segment_id: str, kind: str, elements: Sequence[Any], problems: Mapping[int, ClientError]
) -> list[Entry]:
    """Take many items out of a segment, each on its own; elements are item ids (E6)."""

    def step(_: Write, state: State, item_id: str) -> tuple[State, Outcome]:
        return _removed(tenant, state, segment_id, (kind, item_id)), (204, None)

    return writing.many(tenant, elements, problems, step)


def _rows(tenant: Tenant, state: State, tables: list[Items]) -> Sequence[Row]:
    return reading.rows(state, Joined(tables), tenant.behaviour)


def _check(tenant: Tenant, state: State, segment_id: str, key: ItemKey) -> None:
    """Refuse an assignment to what does not exist, or of what does not (D6, D7)."""
    writing.check_segment(state, segment_id)
    if not catalogue.knows(state, *key, tenant.behaviour):
        detail = f"There is no {key[0].lower()} with this id."
        raise BadRequest(field="itemId", kind="reference", detail=detail, rule="D7")


def _assignment(segment_id: str, key: ItemKey, revision: Revision, body: Row) -> ItemAssignment:
    return ItemAssignment(segment_id, *key, revision, body.get("mixins"), writing.mixin_urls(body))


def _removed(tenant: Tenant, state: State, segment_id: str, key: ItemKey) -> State:
    writing.check_removal(tenant, state.item(segment_id, key), key[1])
    return state.without_item(segment_id, key)
