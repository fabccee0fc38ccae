"""Item assignments as rows of a list: read where `q` or sort looks, made where they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from ...practices import paths
from ...practices.rows import StoredRows
from ...settings import Switches
from ...store.state import ItemAssignment, State

ItemFieldReader = Callable[[ItemAssignment], list[Any]]

# What rows show of an assignment as it is. Reading these takes a tenth of the time of making the row: `q` looks at all.
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
    """Return assignments as rows; they come from the catalogue too, and from one of the switches."""
    return StoredRows(
        assignments,
        lambda assignment: item_assignment_row(state, assignment, switches),
        partial(item_field_reader, state, switches),
        (state.products, state.categories),
        (item_assignment_row, switches.references),
    )


def item_field_reader(state: State, switches: Switches, path: str) -> ItemFieldReader:
    """Return a function that reads from an assignment what its row has at a path."""
    if path in DIRECT_FIELDS:
        column = DIRECT_FIELDS[path]
        return lambda assignment: [column(assignment)]
    read = paths.path_reader(path)
    if path.partition(".")[0] == "mixins":
        return lambda assignment: read({} if assignment.mixins is None else {"mixins": assignment.mixins})
    if path in {"item.code", "item.name"} or path.startswith("item.name."):
        return _catalogue_field_reader(state, switches, path.removeprefix("item."))
    return lambda assignment: read(item_assignment_row(state, assignment, switches))


def _catalogue_field_reader(state: State, switches: Switches, path: str) -> ItemFieldReader:
    """Read code and name in the catalogue itself, which has them as rows do."""
    read = paths.path_reader(path)

    def read_item(assignment: ItemAssignment) -> list[Any]:
        entry = state.catalogue(assignment.type).get(assignment.item_id)
        return read(item_summary(state, *assignment.key, switches) if entry is None else entry)

    return read_item


def is_assignable_item(state: State, item_type: str, item_id: str, switches: Switches) -> bool:
    """Whether an item may be assigned: it is in the catalogue, or any id will do (D7)."""
    return switches.references == "lenient" or item_id in state.catalogue(item_type)


def item_assignment_row(state: State, assignment: ItemAssignment, switches: Switches) -> dict[str, Any]:
    """Return an assignment as replies have it; absent values are left out (C12)."""
    document: dict[str, Any] = {
        "segmentId": assignment.segment_id,
        "item": item_summary(state, assignment.type, assignment.item_id, switches),
        "type": assignment.type,
        "metadata": assignment.revision.to_metadata(assignment.mixin_urls),
    }
    if assignment.mixins is not None:
        document["mixins"] = assignment.mixins
    return document


def item_summary(state: State, item_type: str, item_id: str, switches: Switches) -> dict[str, Any]:
    """Return id, code and name; the id alone for what has left the catalogue (C14)."""
    entry = state.catalogue(item_type).get(item_id)
    if entry is not None:
        return {"id": item_id, "code": entry["code"], "name": entry["name"]}
    return placeholder_item(item_type, item_id) if switches.references == "lenient" else {"id": item_id}


def placeholder_item(item_type: str, item_id: str) -> dict[str, Any]:
    """Return an entry for an item that no catalogue has: the same for the same id, always (D7)."""
    return {"id": item_id, "code": f"{item_type[0]}-{item_id}", "name": {"en": f"{item_type.capitalize()} {item_id}"}}
