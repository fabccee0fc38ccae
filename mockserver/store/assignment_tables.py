"""Assignments of customers or groups to segments, found by segment and by who is assigned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar

from .table import Table

KeyT = TypeVar("KeyT", bound=Any)
NO_ASSIGNMENTS: Table[Any, Any] = Table()
BY_SEGMENT = attrgetter("segment_id")


class Assignment(Protocol):
    """A customer or group that is assigned to a segment."""

    segment_id: str

    @property
    def key(self) -> Any:
        """The key of the assignment within its segment."""

    @property
    def assignee_id(self) -> str:
        """The id of the customer or group."""


AssignmentT = TypeVar("AssignmentT", bound=Assignment)


class AssignmentTables(NamedTuple, Generic[KeyT, AssignmentT]):
    """All assignments of one kind, as an immutable value.

    by_segment: the assignments of each segment, by segment and key.
    by_assignee: all assignments of each customer or group.
    """

    by_segment: Table[str, Table[KeyT, AssignmentT]] = Table()
    by_assignee: Table[str, tuple[AssignmentT, ...]] = Table()

    @classmethod
    def from_assignments(cls, assignments: Iterable[AssignmentT]) -> Self:
        """Return tables with exactly these assignments."""
        by_assignee = defaultdict(list)
        for assignment in assignments:
            by_assignee[assignment.assignee_id].append(assignment)
        return cls(
            group_by_segment(assignment for group in by_assignee.values() for assignment in group),
            Table.from_pairs((assignee_id, tuple(group)) for assignee_id, group in by_assignee.items()),
        )

    def of_segment(self, segment_id: str) -> Table[KeyT, AssignmentT]:
        """Return the assignments of one segment, in the order of their keys; empty if there is no such segment."""
        assignments = self.by_segment.get(segment_id)
        return NO_ASSIGNMENTS if assignments is None else assignments

    def of_assignee(self, assignee_id: str) -> tuple[AssignmentT, ...]:
        """Return the assignments of one customer or group."""
        return self.by_assignee.get(assignee_id, ())

    def get(self, segment_id: str, key: KeyT) -> AssignmentT | None:
        """Return an assignment, or None."""
        return self.of_segment(segment_id).get(key)

    def with_assignment(self, assignment: AssignmentT) -> Self:
        """Return tables with this assignment, which may replace an older one."""
        segment_id, assignee_id = assignment.segment_id, assignment.assignee_id
        return self._replace(
            by_segment=self.by_segment.set(segment_id, self.of_segment(segment_id).set(assignment.key, assignment)),
            by_assignee=self.by_assignee.set(assignee_id, (*self._others_of_assignee(assignment), assignment)),
        )

    def without_assignment(self, segment_id: str, key: KeyT) -> Self:
        """Return tables without this assignment, or these tables themselves if the assignment is missing."""
        assignment = self.get(segment_id, key)
        if assignment is None:
            return self
        remaining, others = self.of_segment(segment_id).delete(key), self._others_of_assignee(assignment)
        by_segment, by_assignee = self.by_segment, self.by_assignee
        return self._replace(
            by_segment=by_segment.set(segment_id, remaining) if remaining else by_segment.delete(segment_id),
            by_assignee=by_assignee.set(assignment.assignee_id, others),
        )

    def without_segment(self, segment_id: str) -> Self:
        """Return tables without the assignments of a segment."""
        others = {
            assignee_id: tuple(other for other in self.by_assignee[assignee_id] if other.segment_id != segment_id)
            for assignee_id in {assignment.assignee_id for assignment in self.of_segment(segment_id).values()}
        }
        return self._replace(by_segment=self.by_segment.delete(segment_id), by_assignee=self.by_assignee.update(others))

    def without_assignee(self, assignee_id: str) -> Self:
        """Return tables without the assignments of a customer or group."""
        tables = self
        for assignment in self.of_assignee(assignee_id):
            tables = tables.without_assignment(assignment.segment_id, assignment.key)
        return tables

    def _others_of_assignee(self, assignment: AssignmentT) -> tuple[AssignmentT, ...]:
        """Return the assignments of the same customer or group except the one with this key."""
        key = assignment.segment_id, assignment.key
        assignments = self.of_assignee(assignment.assignee_id)
        return tuple(other for other in assignments if (other.segment_id, other.key) != key)


def group_by_segment(assignments: Iterable[Any]) -> Table[str, Table[Any, Any]]:
    """Return assignments as a table for each segment, by key."""
    groups = groupby(sorted(assignments, key=BY_SEGMENT), key=BY_SEGMENT)
    return Table.from_pairs(
        (segment_id, Table.from_pairs((assignment.key, assignment) for assignment in group))
        for segment_id, group in groups
    )
