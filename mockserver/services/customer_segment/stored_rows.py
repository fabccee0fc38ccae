"""How segments and their assignments are stored: the tables of the state, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

from ...store.assignment_tables import AssignmentT, AssignmentTables, KeyT
from ...store.collection import Collection, DividedCollection, Row
from ...store.state import (
    CustomerAssignment,
    GroupAssignment,
    ItemAssignment,
    Items,
    Members,
    Revision,
    SegmentGroups,
    State,
)
from ...store.table import Table

ITEM_SECTIONS = {"PRODUCT": "products", "CATEGORY": "categories"}  # by type


class SegmentCollection(Collection):
    """Segments, stored in a table."""

    def table(self, state: State) -> Table[str, Row]:
        """Return the segments by id."""
        return state.segments

    def with_table(self, state: State, table: Table[str, Row]) -> State:
        """Return a state with exactly these segments; assignments stay."""
        return state._replace(segments=table)


class CustomerAssignmentCollection(DividedCollection):
    """Customers of segments, stored in a table for each segment, and by customer."""

    def tables_by_first(self, state: State) -> Table[str, Members]:
        """Return the assignments by segment."""
        return state.members.by_segment

    def row_of(self, stored: CustomerAssignment) -> Row:
        """Return the row of an assignment."""
        row: dict[str, Any] = {"segmentId": stored.segment_id, "customerId": stored.customer_id}
        if stored.legal_entity_id is not None:
            row["legalEntityId"] = stored.legal_entity_id
        return row | {"assignmentType": stored.assignment_type} | _revision_fields(stored)

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this assignment."""
        return state.with_member(_customer_assignment(row, {}))

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this assignment."""
        return state.without_member(row["segmentId"], (row["customerId"], row.get("legalEntityId", "")))

    def drop_referring(self, state: State, path: str, _: str, keys: frozenset[str]) -> State:
        """Return a state without the assignments of these customers, to these segments, or for these legal entities."""
        if path == "legalEntityId":
            assignments = (each for members in state.members.by_segment.values() for each in members.values())
            for assignment in [each for each in assignments if each.legal_entity_id in keys]:
                state = state.without_member(assignment.segment_id, assignment.key)
            return state
        return state._replace(members=_drop_assignments(state.members, path, keys))

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these assignments."""
        texts: dict[str, str] = {}
        return state.with_customer_assignments([_customer_assignment(row, texts) for row in rows])


class GroupAssignmentCollection(DividedCollection):
    """IAM groups of segments, stored in a table for each segment, and by group."""

    def tables_by_first(self, state: State) -> Table[str, SegmentGroups]:
        """Return the assignments by segment."""
        return state.segment_groups.by_segment

    def row_of(self, stored: GroupAssignment) -> Row:
        """Return the row of an assignment."""
        return {"segmentId": stored.segment_id, "groupId": stored.group_id} | _revision_fields(stored)

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this assignment."""
        return state.with_segment_group(_group_assignment(row))

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this assignment."""
        return state.without_segment_group(row["segmentId"], row["groupId"])

    def drop_referring(self, state: State, path: str, _: str, keys: frozenset[str]) -> State:
        """Return a state without the assignments of these groups, or to these segments."""
        return state._replace(segment_groups=_drop_assignments(state.segment_groups, path, keys))

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these assignments."""
        return state.with_group_assignments(map(_group_assignment, rows))


class ItemAssignmentCollection(DividedCollection):
    """Products and categories of segments, stored in a table for each segment."""

    def tables_by_first(self, state: State) -> Table[str, Items]:
        """Return the assignments by segment."""
        return state.items

    def row_of(self, stored: ItemAssignment) -> Row:
        """Return the row of an assignment."""
        row = {"segmentId": stored.segment_id, "type": stored.type, "itemId": stored.item_id}
        return row | _revision_fields(stored)

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this assignment."""
        return state.with_item(_item_assignment(row, {}))

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this assignment."""
        return state.without_item(row["segmentId"], (row["type"], row["itemId"]))

    def drop_referring(self, state: State, path: str, target: str, keys: frozenset[str]) -> State:
        """Return a state without the assignments of these products or categories, or to these segments."""
        if path == "segmentId":
            return state._replace(items=reduce(Table.delete, keys, state.items))
        item_types = [item_type for item_type, section in ITEM_SECTIONS.items() if section == target]
        item_keys = [(item_type, key) for item_type in item_types for key in keys]
        for segment_id in list(state.items):
            for item_key in item_keys:
                state = state.without_item(segment_id, item_key)
        return state

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these assignments."""
        texts: dict[str, str] = {}
        return state.with_item_assignments([_item_assignment(row, texts) for row in rows])


def _drop_assignments(
    tables: AssignmentTables[KeyT, AssignmentT], path: str, keys: frozenset[str]
) -> AssignmentTables[KeyT, AssignmentT]:
    """Return tables without the assignments to these segments, or of these customers or groups."""
    for key in keys:
        tables = tables.without_segment(key) if path == "segmentId" else tables.without_assignee(key)
    return tables


def _customer_assignment(row: Row, texts: dict[str, str]) -> CustomerAssignment:
    """Return an assignment; those of one segment share its id, of which `texts` has the first copy."""
    segment_id, customer_id = texts.setdefault(row["segmentId"], row["segmentId"]), row["customerId"]
    customer = customer_id, row.get("legalEntityId"), row["assignmentType"]
    return CustomerAssignment(segment_id, *customer, *_revision_and_mixins(row))


def _group_assignment(row: Row) -> GroupAssignment:
    return GroupAssignment(row["segmentId"], row["groupId"], *_revision_and_mixins(row))


def _item_assignment(row: Row, texts: dict[str, str]) -> ItemAssignment:
    """Return an assignment; likewise, and those of one type share its name."""
    segment_id, item_type = (texts.setdefault(row[name], row[name]) for name in ("segmentId", "type"))
    return ItemAssignment(segment_id, item_type, row["itemId"], *_revision_and_mixins(row))


def _revision_and_mixins(row: Row) -> tuple[Revision, Any, Any]:
    return Revision.from_document(row), row.get("mixins"), row["metadata"].get("mixins")


def _revision_fields(assignment: ItemAssignment | CustomerAssignment | GroupAssignment) -> dict[str, Any]:
    mixins = {} if assignment.mixins is None else {"mixins": assignment.mixins}
    return {"metadata": assignment.revision.to_metadata(assignment.mixin_urls)} | mixins
