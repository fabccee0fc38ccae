"""Item assignments: who sees which, and how they are made, replaced and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import Principal
from ...errors import BadRequest, ClientError, NotFound
from ...practices.rows import ConcatenatedTables, Row
from ...practices.writes import BulkEntry, ElementOutcome
from ...store.state import ItemAssignment, ItemKey, Items, Revision, State
from ...store.world import Tenant
from . import item_rows, write_context
from .visibility import active_segment_ids, is_visible_segment, not_visible_error, own_segment_ids, sees_everything
from .write_context import WriteContext


def visible_segment_ids(tenant: Tenant, state: State, principal: Principal, legal_entity_id: str | None) -> list[str]:
    """Return the ids of the segments whose items the caller may see (A7, A8)."""
    if sees_everything(principal):
        return list(state.segments)
    return own_segment_ids(state, principal, legal_entity_id, tenant.clock.now(), tenant.switches)


def list_all_item_assignments(
    tenant: Tenant, principal: Principal, *, legal_entity_id: str | None, site_code: str | None, only_active: bool
) -> Sequence[Row]:
    """Return the items of all segments that the caller may see, of one site if asked (C13)."""
    state = tenant.state
    if only_active and sees_everything(principal):
        segment_ids = active_segment_ids(state, tenant.clock.now(), tenant.switches)
    else:
        segment_ids = visible_segment_ids(tenant, state, principal, legal_entity_id)
    if site_code is not None:
        segment_ids = [id_ for id_ in segment_ids if (state.segments.get(id_) or {}).get("siteCode") == site_code]
    return _assignment_rows(tenant, state, [state.items_of(id_) for id_ in segment_ids])


def list_item_assignments(
    tenant: Tenant, principal: Principal, segment_id: str, *, legal_entity_id: str | None
) -> Sequence[Row]:
    """Return the items of one segment; none if it is not there or not visible (C9)."""
    state = tenant.state
    visible = is_visible_segment(tenant, state, principal, segment_id, legal_entity_id)
    if not visible and tenant.switches.missing_parent == "404":
        raise NotFound(segment_id, rule="C9")
    return _assignment_rows(tenant, state, [state.items_of(segment_id)] if visible else [])


def read_item_assignment(
    tenant: Tenant, principal: Principal, segment_id: str, key: ItemKey, *, legal_entity_id: str | None
) -> Row:
    """Return one assignment; NotFound if it is not there (C10), or not for this caller (A11)."""
    state = tenant.state
    assignment = state.item(segment_id, key)
    if assignment is None:
        raise NotFound(key[1])
    if not is_visible_segment(tenant, state, principal, segment_id, legal_entity_id):
        raise not_visible_error(tenant.switches, key[1])
    return item_rows.item_assignment_row(state, assignment, tenant.switches)


def upsert_item_assignment(tenant: Tenant, segment_id: str, key: ItemKey, body: Row) -> bool:
    """Create or replace an assignment; True if it is new (D2). Raises BadRequest (D6, D7, D12) or Stale (D3)."""

    def rule(state: State) -> tuple[State, bool]:
        _check_references(tenant, state, segment_id, key)
        old = state.item(segment_id, key)
        revision = WriteContext.start(tenant).next_revision(state, old.revision if old else None, body)
        return state.with_item(_build_assignment(segment_id, key, revision, body)), old is None

    return tenant.change(rule)


def remove_item_assignment(tenant: Tenant, segment_id: str, key: ItemKey) -> None:
    """Take an item out of a segment, whether it is in it or not (D9)."""
    tenant.change(lambda state: (_apply_removal(tenant, state, segment_id, key), None))


def upsert_item_assignments(
    tenant: Tenant, segment_id: str, item_type: str, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Create or replace many assignments, each on its own; elements are upsert bodies with an `id`.

    All are items of one segment, so only its table changes from element to element; a new state is made at the end.
    """

    def rule(state: State) -> tuple[State, list[BulkEntry]]:
        write, items = WriteContext.start(tenant), state.items_of(segment_id)

        def act(element: Row) -> ElementOutcome:
            nonlocal items
            key = item_type, element["id"]
            _check_references(tenant, state, segment_id, key)
            old = items.get(key)
            revision = write.next_revision(state, old.revision if old else None, element)
            items = items.set(key, _build_assignment(segment_id, key, revision, element))
            return write_context.upsert_status(created=old is None), None

        entries = write_context.run_writes(tenant, elements, element_errors, act)
        return state.with_items(segment_id, items), entries

    return tenant.change(rule)


def remove_item_assignments(
    tenant: Tenant, segment_id: str, item_type: str, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Take many items out of a segment, each on its own; elements are item ids (E6)."""

    def step(_: WriteContext, state: State, item_id: str) -> tuple[State, ElementOutcome]:
        return _apply_removal(tenant, state, segment_id, (item_type, item_id)), (204, None)

    return write_context.write_many(tenant, elements, element_errors, step)


def _assignment_rows(tenant: Tenant, state: State, tables: list[Items]) -> Sequence[Row]:
    return item_rows.item_assignment_rows(state, ConcatenatedTables(tables), tenant.switches)


def _check_references(tenant: Tenant, state: State, segment_id: str, key: ItemKey) -> None:
    """Refuse an assignment to what does not exist, or of what does not (D6, D7)."""
    write_context.check_segment_exists(state, segment_id)
    if not item_rows.is_assignable_item(state, *key, tenant.switches):
        detail = f"There is no {key[0].lower()} with this id."
        raise BadRequest(field="itemId", error_type="reference", detail=detail, rule="D7")


def _build_assignment(segment_id: str, key: ItemKey, revision: Revision, body: Row) -> ItemAssignment:
    return ItemAssignment(segment_id, *key, revision, body.get("mixins"), write_context.mixin_urls(body))


def _apply_removal(tenant: Tenant, state: State, segment_id: str, key: ItemKey) -> State:
    write_context.check_removal(tenant, state.item(segment_id, key), key[1])
    return state.without_item(segment_id, key)
