"""Rows of item assignments; `q` and sort read most columns without making the rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

from ...practices.columns import MISSING, ColumnReader, cell_reader, column_reader, read_by_cell
from ...practices.rows import StoredRow, StoredRows
from ...settings import Switches
from ...store.state import Document, ItemAssignment, State

# Columns that are fields of the assignments. `q` reads all rows, and making a row takes thirty times as long.
DIRECT_COLUMNS: dict[str, ColumnReader] = {
    "segmentId": lambda assignments: [assignment.segment_id for assignment in assignments],
    "type": lambda assignments: [assignment.type for assignment in assignments],
    "item.id": lambda assignments: [assignment.item_id for assignment in assignments],
    "metadata.version": lambda assignments: [assignment.revision.version for assignment in assignments],
    "metadata.createdAt": lambda assignments: [assignment.revision.created_at for assignment in assignments],
    "metadata.modifiedAt": lambda assignments: [assignment.revision.modified_at for assignment in assignments],
}


def item_assignment_rows(
    state: State, assignments: Sequence[ItemAssignment], switches: Switches
) -> StoredRows[ItemAssignment]:
    """Return the rows of assignments."""
    make_row, depends_on, variant = _row_recipe(state, switches)
    return StoredRows(assignments, make_row, partial(item_column_reader, state, switches), depends_on, variant)


def item_assignment_stored_row(
    state: State, assignment: ItemAssignment, switches: Switches
) -> StoredRow[ItemAssignment]:
    """Return the row of one assignment, which the cache shares with lists."""
    return StoredRow(assignment, *_row_recipe(state, switches))


def _row_recipe(
    state: State, switches: Switches
) -> tuple[Callable[[ItemAssignment], dict[str, Any]], tuple[object, ...], Hashable]:
    """Return what makes a row, and what it depends on apart from its assignment: the catalogue and a switch."""
    return (
        lambda assignment: item_assignment_row(state, assignment, switches),
        (state.products, state.categories),
        (item_assignment_row, switches.references),
    )


def item_column_reader(state: State, switches: Switches, path: str) -> ColumnReader:
    """Return a function that reads from assignments the column of their rows at a path."""
    if path in DIRECT_COLUMNS:
        return DIRECT_COLUMNS[path]
    first_step, _, rest = path.partition(".")
    if first_step == "item" and rest.partition(".")[0] in {"code", "name"}:
        return partial(_read_catalogue_column, state, switches, rest)
    read = cell_reader(path)
    if first_step == "mixins":
        return read_by_cell(
            lambda assignment: MISSING if assignment.mixins is None else read({"mixins": assignment.mixins})
        )
    return read_by_cell(lambda assignment: read(item_assignment_row(state, assignment, switches)))


def _read_catalogue_column(
    state: State, switches: Switches, path: str, assignments: Sequence[ItemAssignment]
) -> list[Any]:
    """Return the codes or names of items, or what these have at a path; in the catalogue, they are as in rows."""
    entries = _find_catalogue_entries(state, assignments)
    if not all(entries):
        entries = [
            entry or _item_summary(state, assignment.type, assignment.item_id, switches)
            for entry, assignment in zip(entries, assignments, strict=True)
        ]
    return column_reader(path)(entries)


def _find_catalogue_entries(state: State, assignments: Sequence[ItemAssignment]) -> list[Document | None]:
    """Return the product or category of each assignment; None for one that is not in the catalogue."""
    types = [assignment.type for assignment in assignments]
    ids = [assignment.item_id for assignment in assignments]
    if types.count("PRODUCT") == len(types):  # often filtered by type
        return state.products.get_many(ids)
    entries = zip(types, state.products.get_many(ids), state.categories.get_many(ids), strict=True)
    return [product if item_type == "PRODUCT" else category for item_type, product, category in entries]


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
