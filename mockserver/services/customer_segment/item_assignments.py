"""Item assignments: list, read, create, replace and remove."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ...errors import BadRequest, ClientError, NotFound
from ...practices import mixins
from ...practices.rows import ConcatenatedTables, Row, StoredRow
from ...practices.writes import BulkEntry, ElementOutcome
from ...settings import Switches
from ...store.state import ItemAssignment, ItemKey, Items, Revision, State
from ...store.tenant import Tenant
from . import item_rows, write_context
from .visibility import Viewer, is_segment_of_site
from .write_context import WriteContext


def list_all_item_assignments(viewer: Viewer, *, site_code: str | None, only_active: bool) -> Sequence[Row]:
    """Return the items of all segments that the caller may see (A7, A8), or of those of one site (C13)."""
    state = viewer.state
    if viewer.sees_everything and site_code is None and not only_active:
        return _assignment_rows(viewer, [items for id_, items in state.items.items() if id_ in state.segments])
    segment_ids = _visible_segment_ids(viewer, only_active=only_active)
    tables = [state.items_of(id_) for id_ in segment_ids if is_segment_of_site(state, id_, site_code)]
    return _assignment_rows(viewer, tables)


def list_item_assignments(viewer: Viewer, segment_id: str) -> Sequence[Row]:
    """Return the items of one segment; for a missing or invisible one an empty list, or NotFound (C9)."""
    if viewer.sees_segment(segment_id):
        return _assignment_rows(viewer, [viewer.state.items_of(segment_id)])
    if viewer.tenant.switches.missing_parent == "404":
        raise NotFound(segment_id, rule="C9")
    return _assignment_rows(viewer, [])


def read_item_assignment(viewer: Viewer, segment_id: str, key: ItemKey) -> StoredRow[ItemAssignment]:
    """Return one assignment; NotFound if it does not exist (C10) or is not visible to the caller (A11)."""
    assignment = viewer.state.item(segment_id, key)
    if assignment is None:
        raise NotFound(key[1])
    if not viewer.sees_segment(segment_id):
        raise viewer.hidden_error(key[1])
    return item_rows.item_assignment_stored_row(viewer.state, assignment, viewer.tenant.switches)


def upsert_item_assignment(tenant: Tenant, segment_id: str, key: ItemKey, body: Row) -> bool:
    """Create or replace an assignment; True if it is new (D2). BadRequest (D6, D7, D12) or StaleVersion (D3)."""

    def rule(state: State) -> tuple[State, bool]:
        _item_checker(tenant, state, segment_id, key[0])(key[1])
        old = state.item(segment_id, key)
        revision = WriteContext.start(tenant, state).next_revision(old.revision if old else None, body)
        return state.with_item(_build_assignment(segment_id, key, revision, body)), old is None

    return tenant.change(rule)


def remove_item_assignment(tenant: Tenant, segment_id: str, key: ItemKey) -> None:
    """Remove an item from a segment; NotFound for an item that is not in it, if the switch says so (D9)."""
    tenant.change(lambda state: (_apply_removal(tenant, state, segment_id, key), None))


def upsert_item_assignments(
    tenant: Tenant, segment_id: str, item_type: str, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Create or replace many assignments, each independently; elements are upsert bodies with an `id`.

    All are items of one segment, whose table is changed once, at the end.
    """

    def rule(state: State) -> tuple[State, list[BulkEntry]]:
        write, items = WriteContext.start(tenant, state), state.items_of(segment_id)
        written: dict[ItemKey, ItemAssignment] = {}
        check_item = _item_checker(tenant, state, segment_id, item_type)

        def write_element(element: Row) -> ElementOutcome:
            key = item_type, element["id"]
            check_item(key[1])
            old = written.get(key) or items.get(key)
            revision = write.next_revision(old.revision if old else None, element)
            written[key] = _build_assignment(segment_id, key, revision, element)
            return write_context.upsert_status(created=old is None), None

        entries = write_context.run_writes(tenant, elements, element_errors, write_element)
        return state.with_items(segment_id, items.update(written)), entries

    return tenant.change(rule)


def remove_item_assignments(
    tenant: Tenant, segment_id: str, item_type: str, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Remove many items from a segment, each independently; elements are item ids (E6)."""

    def step(_: WriteContext, state: State, item_id: str) -> tuple[State, ElementOutcome]:
        return _apply_removal(tenant, state, segment_id, (item_type, item_id)), (204, None)

    return write_context.write_many(tenant, elements, element_errors, step)


def _visible_segment_ids(viewer: Viewer, *, only_active: bool) -> Iterable[str]:
    """Return the ids of the segments whose items the caller may see; customers see only ACTIVE ones anyway."""
    if not viewer.sees_everything:
        return viewer.own_segment_ids()
    return viewer.active_segment_ids() if only_active else viewer.state.segments


def _assignment_rows(viewer: Viewer, tables: list[Items]) -> Sequence[Row]:
    return item_rows.item_assignment_rows(viewer.state, ConcatenatedTables(tables), viewer.tenant.switches)


def _item_checker(tenant: Tenant, state: State, segment_id: str, item_type: str) -> Callable[[str], None]:
    """Return a function that raises BadRequest unless the segment (D6) and the item with an id (D7) exist."""
    has_segment, catalogue = segment_id in state.segments, state.catalogue(item_type)
    accepts_any = tenant.switches.references == "lenient"

    def check_item(item_id: str) -> None:
        if not has_segment:
            write_context.check_segment_exists(state, segment_id)
        if not accepts_any and item_id not in catalogue:
            detail = f"No {item_type.lower()} has this id."
            raise BadRequest(field="itemId", error_type="reference", detail=detail, rule="D7")

    return check_item


def _build_assignment(segment_id: str, key: ItemKey, revision: Revision, body: Row) -> ItemAssignment:
    return ItemAssignment(segment_id, key[0], key[1], revision, body.get("mixins"), mixins.mixin_urls(body))


def _apply_removal(tenant: Tenant, state: State, segment_id: str, key: ItemKey) -> State:
    write_context.check_removal(tenant, state.item(segment_id, key), key[1])
    return state.without_item(segment_id, key)


def is_assignable_item(state: State, item_type: str, item_id: str, switches: Switches) -> bool:
    """Whether an item may be assigned: it is in the catalogue, or any id is accepted (D7)."""
    return switches.references == "lenient" or item_id in state.catalogue(item_type)
