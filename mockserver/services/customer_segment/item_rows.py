"""Rows of item assignments; `q` and sort read the fields of most assignments without making the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from ...practices import paths
from ...practices.rows import StoredRow, StoredRows
from ...settings import Switches
from ...store.state import ItemAssignment, State

ItemFieldReader = Callable[[ItemAssignment], list[Any]]

# Fields that rows copy from the assignment. `q` reads all rows, and reading a field takes a tenth of making the row.
DIRECT_FIELDS = {
    "segmentId": attrgetter("segment_id"),
    "type": attrgetter("type"),
    "item.id": attrgetter("item_id"),
    "metadata.version": attrgetter("revision.version"),
    "metadata.createdAt": attrgetter("revision.created_at"),
    "metadata.modifiedAt": attrgetter("revision.modified_at"),
}


def item_assignment_rows(
    state: State, assignments: Sequence[ItemAssignment], switches: Switches
) -> StoredRows[ItemAssignment]:
    """Return the rows of assignments; they also depend on the catalogue and a switch."""
    return StoredRows(
        assignments,
        lambda assignment: item_assignment_row(state, assignment, switches),
        partial(item_field_reader, state, switches),
        (state.products, state.categories),
        (item_assignment_row, switches.references),
    )


def item_assignment_stored_row(
    state: State, assignment: ItemAssignment, switches: Switches
) -> StoredRow[ItemAssignment]:
    """Return the row of one assignment, which depends on the same as the rows of a list."""
    return StoredRow(
        assignment,
        lambda source: item_assignment_row(state, source, switches),
        (state.products, state.categories),
        (item_assignment_row, switches.references),
    )


def item_field_reader(state: State, switches: Switches, path: str) -> ItemFieldReader:
    """Return a function that returns the values that the row of an assignment has at a path."""
    if path in DIRECT_FIELDS:
        read_field = DIRECT_FIELDS[path]
        return lambda assignment: [read_field(assignment)]
    read = paths.path_reader(path)
    if path.partition(".")[0] == "mixins":
        return lambda assignment: read({} if assignment.mixins is None else {"mixins": assignment.mixins})
    if path in {"item.code", "item.name"} or path.startswith("item.name."):
        return _catalogue_field_reader(state, switches, path.removeprefix("item."))
    return lambda assignment: read(item_assignment_row(state, assignment, switches))


def _catalogue_field_reader(state: State, switches: Switches, path: str) -> ItemFieldReader:
    """Return a reader of code or name that takes them from the catalogue, where they are as in rows."""
    read = paths.path_reader(path)

    def read_item(assignment: ItemAssignment) -> list[Any]:
        entry = state.catalogue(assignment.type).get(assignment.item_id)
        return read(_item_summary(state, *assignment.key, switches) if entry is None else entry)

    return read_item


def item_assignment_row(state: State, assignment: ItemAssignment, switches: Switches) -> dict[str, Any]:
    """Return the row of an assignment; absent values are left out (C12)."""
    row: dict[str, Any] = {
        "segmentId": assignment.segment_id,
        "item": _item_summary(state, assignment.type, assignment.item_id, switches),
        "type": assignment.type,
        "metadata": assignment.revision.to_metadata(assignment.mixin_urls),
    }
    if assignment.mixins is not None:
        row["mixins"] = assignment.mixins
    return row


def _item_summary(state: State, item_type: str, item_id: str, switches: Switches) -> dict[str, Any]:
    """Return id, code and name; for an item that is not in the catalogue only the id (C14), or placeholders (D7)."""
    entry = state.catalogue(item_type).get(item_id)
    if entry is not None:
        return {"id": item_id, "code": entry["code"], "name": entry["name"]}
    return _placeholder_item(item_type, item_id) if switches.references == "lenient" else {"id": item_id}


def _placeholder_item(item_type: str, item_id: str) -> dict[str, Any]:
    """Return code and name for an item that is not in the catalogue, derived from its id (D7)."""
    return {"id": item_id, "code": f"{item_type[0]}-{item_id}", "name": {"en": f"{item_type.capitalize()} {item_id}"}}
