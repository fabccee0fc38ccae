"""Item assignments: who sees which, and how they are made, replaced and removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, overload

from ...access import Principal
from ...errors import BadRequest, Forbidden, NotFound
from ...practices import bulk, mixins, upsert
from ...practices.bulk import Entry
from ...state import ItemAssignment, ItemKey, Items, State
from ...world import Tenant
from . import catalogue
from .visibility import active_segments, own_segments, sees_everything

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows(Sequence[Row]):
    """The rows of several segments, one after the other; a row is made when it is looked at."""

    tables: Sequence[Items]
    make: Callable[[ItemAssignment], Row]

    def __len__(self) -> int:
        return sum(map(len, self.tables))

    def __iter__(self) -> Iterator[Row]:
        return map(self.make, chain.from_iterable(table.values() for table in self.tables))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, int):
            index = range(len(self))[index]
            return self[index : index + 1][0]
        start, stop, _ = index.indices(len(self))
        return [self.make(assignment) for assignment in self._between(start, stop)]

    def _between(self, start: int, stop: int) -> Iterator[ItemAssignment]:
        for table in self.tables:
            yield from table.slice(max(start, 0), stop)
            start, stop = start - len(table), stop - len(table)
            if stop <= 0:
                return


def visible_segments(tenant: Tenant, state: State, principal: Principal, entity: str | None) -> list[str]:
    """Return the ids of the segments whose items the caller may see (A7, A8)."""
    if sees_everything(principal):
        return list(state.segments)
    return own_segments(state, principal, entity, tenant.clock.now(), tenant.behaviour)


def all_items(tenant: Tenant, principal: Principal, *, entity: str | None, site: str | None, only_active: bool) -> Rows:
    """Return the items of all segments that the caller may see, of one site if asked (C13)."""
    state = tenant.state
    if only_active and sees_everything(principal):
        segments = active_segments(state, tenant.clock.now(), tenant.behaviour)
    else:
        segments = visible_segments(tenant, state, principal, entity)
    if site is not None:
        segments = [id_ for id_ in segments if (state.segments.get(id_) or {}).get("siteCode") == site]
    return _rows(tenant, state, [state.items_of(id_) for id_ in segments])


def items_of(tenant: Tenant, principal: Principal, segment_id: str, *, entity: str | None) -> Rows:
    """Return the items of one segment; none if it is not there or not visible (C9)."""
    state = tenant.state
    visible = _is_visible(tenant, state, principal, segment_id, entity)
    if not visible and tenant.behaviour.missing_parent == "404":
        raise NotFound(segment_id)
    return _rows(tenant, state, [state.items_of(segment_id)] if visible else [])


def read(tenant: Tenant, principal: Principal, segment_id: str, key: ItemKey, *, entity: str | None) -> Row:
    """Return one assignment; NotFound if it is not there (C10), or not for this caller (A11)."""
    state = tenant.state
    found = state.item(segment_id, key)
    if found is not None and _is_visible(tenant, state, principal, segment_id, entity):
        return catalogue.row(state, found, tenant.behaviour)
    if found is not None and tenant.behaviour.foreign_segment == "403":
        raise Forbidden(hint="not an ACTIVE segment of this customer")
    raise NotFound(key[1])


def assign(tenant: Tenant, segment_id: str, key: ItemKey, body: Row) -> bool:
    """Create or replace an assignment; True if it is new (D2). Raises BadRequest (D6, D7, D12) or Stale (D3)."""
    return tenant.change(lambda state: _assigned(tenant, state, segment_id, key, body))


def remove(tenant: Tenant, segment_id: str, key: ItemKey) -> None:
    """Take an item out of a segment, whether it is in it or not (D9)."""
    tenant.change(lambda state: (_removed(tenant, state, segment_id, key), None))


def assign_many(
    tenant: Tenant, segment_id: str, kind: str, elements: Sequence[Any], problems: Mapping[int, BadRequest]
) -> list[Entry]:
    """Create or replace many assignments, each on its own; elements are upsert bodies with an `id`."""

    def rule(state: State) -> tuple[State, list[Entry]]:
        def act(element: Row) -> int:
            nonlocal state
            state, created = _assigned(tenant, state, segment_id, (kind, element["id"]), element)
            return 201 if created else 204

        entries = bulk.carried_out(elements, problems, act, int(tenant.behaviour.bulk_index_base))
        return state, entries

    return tenant.change(rule)


def remove_many(
    tenant: Tenant, segment_id: str, kind: str, elements: Sequence[Any], problems: Mapping[int, BadRequest]
) -> list[Entry]:
    """Take many items out of a segment, each on its own; elements are item ids (E6)."""

    def rule(state: State) -> tuple[State, list[Entry]]:
        def act(item_id: str) -> int:
            nonlocal state
            state = _removed(tenant, state, segment_id, (kind, item_id))
            return 204

        entries = bulk.carried_out(elements, problems, act, int(tenant.behaviour.bulk_index_base))
        return state, entries

    return tenant.change(rule)


def _rows(tenant: Tenant, state: State, tables: list[Items]) -> Rows:
    return Rows(tables, partial(catalogue.row, state, behaviour=tenant.behaviour))


def _is_visible(tenant: Tenant, state: State, principal: Principal, segment_id: str, entity: str | None) -> bool:
    if sees_everything(principal):
        return segment_id in state.segments
    return segment_id in own_segments(state, principal, entity, tenant.clock.now(), tenant.behaviour)


def _assigned(tenant: Tenant, state: State, segment_id: str, key: ItemKey, body: Row) -> tuple[State, bool]:
    if segment_id not in state.segments:
        raise BadRequest(field="segmentId", kind="reference", detail="There is no segment with this id.")
    if not catalogue.knows(state, *key, tenant.behaviour):
        raise BadRequest(field="itemId", kind="reference", detail=f"There is no {key[0].lower()} with this id.")
    mixins.check(body, state.mixin_schemas, tenant.behaviour.unknown_mixin)
    old = state.item(segment_id, key)
    revision = upsert.revised(old.revision if old else None, body, tenant.clock.now())
    urls = body.get("metadata", {}).get("mixins")
    return state.with_item(ItemAssignment(segment_id, *key, revision, body.get("mixins"), urls)), old is None


def _removed(tenant: Tenant, state: State, segment_id: str, key: ItemKey) -> State:
    if tenant.behaviour.delete_missing == "404" and state.item(segment_id, key) is None:
        raise NotFound(key[1])
    return state.without_item(segment_id, key)
