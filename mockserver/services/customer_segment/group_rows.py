"""Rows of group assignments, and the check that a group may be assigned (D7, D18)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

from ...domain.group_membership import CUSTOMER, GROUPS
from ...errors import BadRequest
from ...practices.columns import ColumnReader, cell_reader, read_by_cell
from ...practices.rows import StoredRow, StoredRows
from ...settings import Switches
from ...store.state import GroupAssignment, State

DIRECT_COLUMNS: dict[str, ColumnReader] = {
    "segmentId": lambda assignments: [assignment.segment_id for assignment in assignments],
    "group.id": lambda assignments: [assignment.group_id for assignment in assignments],
}


def check_group(state: State, group_id: str, switches: Switches) -> None:
    """Raise BadRequest unless the group exists, or any id is accepted (D7), and is for customers (D18)."""
    group = state.collection(GROUPS).get(group_id)
    if group is None and switches.references != "lenient":
        raise BadRequest(field="groupId", error_type="reference", detail="No group has this id.", rule="D7")
    if group is not None and group["userType"] != CUSTOMER:
        detail = f"The group has the user type {group['userType']}; only groups of the type CUSTOMER can be assigned."
        raise BadRequest(field="groupId", error_type="userType", detail=detail, rule="D18")


def group_assignment_rows(
    state: State, assignments: Sequence[GroupAssignment], switches: Switches
) -> StoredRows[GroupAssignment]:
    """Return the rows of assignments."""
    make_row, depends_on, variant = _row_recipe(state, switches)
    return StoredRows(assignments, make_row, partial(group_column_reader, state, switches), depends_on, variant)


def group_assignment_stored_row(
    state: State, assignment: GroupAssignment, switches: Switches
) -> StoredRow[GroupAssignment]:
    """Return the row of one assignment, which the cache shares with lists."""
    return StoredRow(assignment, *_row_recipe(state, switches))


def group_column_reader(state: State, switches: Switches, path: str) -> ColumnReader:
    """Return a function that reads from assignments the column of their rows at a path."""
    if path in DIRECT_COLUMNS:
        return DIRECT_COLUMNS[path]
    read = cell_reader(path)
    return read_by_cell(lambda assignment: read(group_assignment_row(state, assignment, switches)))


def group_assignment_row(state: State, assignment: GroupAssignment, switches: Switches) -> dict[str, Any]:
    """Return the row of an assignment; absent values are left out (C12)."""
    row: dict[str, Any] = {
        "segmentId": assignment.segment_id,
        "group": _group_summary(state, assignment.group_id, switches),
        "metadata": assignment.revision.to_metadata(assignment.mixin_urls),
    }
    if assignment.mixins is not None:
        row["mixins"] = assignment.mixins
    return row


def _row_recipe(
    state: State, switches: Switches
) -> tuple[Callable[[GroupAssignment], dict[str, Any]], tuple[object, ...], Hashable]:
    """Return what makes a row, and what it depends on apart from its assignment: the groups and a switch."""
    return (
        lambda assignment: group_assignment_row(state, assignment, switches),
        (state.collection(GROUPS),),
        (group_assignment_row, switches.references),
    )


def _group_summary(state: State, id_: str, switches: Switches) -> dict[str, Any]:
    """Return id and name; for an unknown group only the id (C14), or a name derived from it (D7)."""
    group = state.collection(GROUPS).get(id_)
    if group is not None:
        return {"id": id_, "name": group["name"]}
    return {"id": id_} | ({"name": {"en": f"Group {id_}"}} if switches.references == "lenient" else {})
