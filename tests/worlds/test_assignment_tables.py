"""The tables of assignments find the same by segment and by assignee, after any writes."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from mockserver.store.assignment_tables import AssignmentTables
from mockserver.store.state import IMPORTED_REVISION, CustomerAssignment, GroupAssignment

IDS = st.sampled_from("abc")
GROUP_KEYS = st.tuples(IDS, IDS)  # segment and group
WRITES = st.one_of(
    st.tuples(st.just("with"), GROUP_KEYS),
    st.tuples(st.just("without"), GROUP_KEYS),
    st.tuples(st.just("without segment"), GROUP_KEYS),
    st.tuples(st.just("without group"), GROUP_KEYS),
)


def make_assignment(segment: str, group: str) -> GroupAssignment:
    return GroupAssignment(segment, group, IMPORTED_REVISION)


@given(st.sets(GROUP_KEYS), st.lists(WRITES, max_size=12))
def test_tables_hold_what_was_written(first: set[tuple[str, str]], writes: list[tuple[str, tuple[str, str]]]) -> None:
    expected = set(first)
    tables: AssignmentTables[str, GroupAssignment] = AssignmentTables.from_assignments(
        make_assignment(*key) for key in first
    )
    for kind, (segment, group) in writes:
        before = tables
        match kind:
            case "with":
                tables = tables.with_assignment(make_assignment(segment, group))
                expected = expected | {(segment, group)}
            case "without":
                tables = tables.without_assignment(segment, group)
                assert (tables is before) == ((segment, group) not in expected)
                expected = expected - {(segment, group)}
            case "without segment":
                tables = tables.without_segment(segment)
                expected = {key for key in expected if key[0] != segment}
            case "without group":
                tables = tables.without_assignee(group)
                expected = {key for key in expected if key[1] != group}
        by_segment, by_group = defaultdict(list), defaultdict(set)
        for key in sorted(expected):
            by_segment[key[0]].append(key[1])
            by_group[key[1]].add(key[0])
        assert {id_: list(table) for id_, table in tables.by_segment.items()} == by_segment
        for id_ in "abc":
            assert list(tables.of_segment(id_)) == by_segment[id_]
            assert {assignment.segment_id for assignment in tables.of_assignee(id_)} == by_group[id_]
            assert len(tables.of_assignee(id_)) == len(by_group[id_])
        assert (tables.get(segment, group) is not None) == ((segment, group) in expected)


def test_a_customer_may_have_several_assignments_to_a_segment() -> None:
    """One without legal entity, and one for each (D15)."""
    tables: AssignmentTables[tuple[str, str], CustomerAssignment] = AssignmentTables()
    for entity in (None, "x", "y", "x"):
        tables = tables.with_assignment(CustomerAssignment("s", "c", entity, "MANUAL", IMPORTED_REVISION))
    assert list(tables.of_segment("s")) == [("c", ""), ("c", "x"), ("c", "y")]
    assert len(tables.of_assignee("c")) == 3
    tables = tables.without_assignment("s", ("c", "x"))
    assert [assignment.legal_entity_id for assignment in tables.of_assignee("c")] == [None, "y"]
    assert tables.without_segment("s").of_assignee("c") == ()
