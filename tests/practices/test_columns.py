"""Columns: filters, `q` and sort find in whole columns what a look at each row alone finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.app import App
from mockserver.practices import columns, filters, paths, sort
from mockserver.practices.query.query import parse_query, select_rows
from mockserver.practices.rows import LazyRows, StoredRows
from mockserver.services.customer_segment import customer_rows, group_rows, item_rows
from mockserver.settings import Switches
from mockserver.store.state import CustomerAssignment, GroupAssignment, ItemAssignment, Revision, State
from mockserver.store.world import World
from tests.support.client import Client
from tests.support.drawn_rows import DAY, PATHS, ROWS, SCALARS, make_rows
from tests.support.samples import COMPANY, GOLDEN, HAMMER, JOHN, REGULARS, SCREWDRIVER, TOOL_FANS

WORDS = st.sampled_from(["x", "y", "1", "1.0", "1e0", "true", "false", DAY, '"x"', '"1"', '"true"', f'"{DAY}"'])
BOUNDS = st.sampled_from(["0", "1", "1.5", f'"{DAY}"', '"2024-05-14T14:00:00+02:00"'])
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def instant_of(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value.startswith("2024"):
        return None
    instant = datetime.fromisoformat(value)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def leaves_of(row: Any, path: str) -> Iterator[Any]:
    for value in paths.iter_values(row, path):
        for element in value if isinstance(value, list) else [value]:
            if not isinstance(element, dict):
                yield element
            elif all(isinstance(text, str) for text in element.values()):
                yield from element.values()


def equals(leaf: Any, operand: str) -> bool:
    """Whether a value equals an operand, which is a text, and a number or boolean if it has no quotation marks."""
    text, is_quoted = operand.strip('"'), operand.startswith('"')
    if isinstance(leaf, str):
        return leaf == text or (is_quoted and instant_of(text) is not None and instant_of(leaf) == instant_of(text))
    if isinstance(leaf, bool):
        return not is_quoted and text == str(leaf).lower()
    return isinstance(leaf, int | float) and not is_quoted and text in {"1", "1.0", "1e0"} and leaf == 1


def passes(leaf: Any, sign: str, bound: str) -> bool:
    if bound.startswith('"'):
        instant, limit = instant_of(leaf), instant_of(bound.strip('"'))
        return instant is not None and OPERATORS[sign](instant, limit)
    return isinstance(leaf, int | float) and not isinstance(leaf, bool) and OPERATORS[sign](leaf, float(bound))


def rank(row: Any, path: str) -> tuple[int, Any] | None:
    for value in paths.iter_values(row, path):
        if value is not None:
            ranks = {int: 0, float: 0, str: 1, bool: 2}
            return (ranks[type(value)], value) if type(value) in ranks else (3, 0)
    return None


@given(ROWS, PATHS, st.lists(WORDS, min_size=1, max_size=3))
def test_equality_finds_the_rows_with_an_equal_value(rows: list[Any], path: str, operands: list[str]) -> None:
    expected = [row for row in rows if any(equals(leaf, word) for leaf in leaves_of(row, path) for word in operands)]
    assert select_rows(parse_query(f"{path}:({','.join(operands)})"), rows) == expected


@given(ROWS, PATHS, st.sampled_from(list(OPERATORS)), BOUNDS)
def test_a_comparison_finds_the_rows_with_a_value_that_passes(
    rows: list[Any], path: str, sign: str, bound: str
) -> None:
    expected = [row for row in rows if any(passes(leaf, sign, bound) for leaf in leaves_of(row, path))]
    assert select_rows(parse_query(f"{path}:{sign}{bound}"), rows) == expected


@given(ROWS, PATHS, st.sampled_from(["x", "^1", "(x|y)", ".", "[xy1]$", "x?1", "(?i)X"]))
def test_a_regex_finds_the_rows_with_a_matching_text(rows: list[Any], path: str, pattern: str) -> None:
    texts = [(row, [leaf for leaf in leaves_of(row, path) if isinstance(leaf, str)]) for row in rows]
    expected = [row for row, leaves in texts if any(re.search(pattern, leaf) for leaf in leaves)]
    assert select_rows(parse_query(f"{path}:~{pattern}"), rows) == expected


@given(ROWS, PATHS)
def test_presence_is_whether_a_row_has_values(rows: list[Any], path: str) -> None:
    found = [list(paths.iter_values(row, path)) for row in rows]
    expected = {
        "exists": [bool(values) for values in found],
        "missing": [not values for values in found],
        "null": [set(map(type, values)) <= {type(None)} for values in found],
    }
    for word, matches in expected.items():
        selected = select_rows(parse_query(f"{path}:{word}"), rows)
        assert selected == [row for row, is_match in zip(rows, matches, strict=True) if is_match]


@given(ROWS, PATHS, SCALARS)
def test_a_filter_finds_the_rows_with_its_value(rows: list[Any], path: str, value: Any) -> None:
    def candidates(row: Any) -> Iterator[Any]:
        for found in paths.iter_values(row, path):
            yield from found.values() if isinstance(found, dict) else found if isinstance(found, list) else [found]

    expected = [row for row in rows if any(candidate == value for candidate in candidates(row))]
    assert filters.filter_rows(rows, [filters.Filter(path, value)]) == expected


@example(make_rows([[{"b": "y"}, {"b": "x"}], [{"b": "x"}, {"b": "y"}]], {}, False), "a.b", False)
@example(make_rows([2, True, 1], {}, False), "a", False)
@example(make_rows([["y"], ["x"]], {}, False), "a", False)
@given(ROWS, PATHS, st.booleans())
def test_sorting_orders_rows_by_type_and_value(rows: list[Any], path: str, descending: bool) -> None:
    present = [row for row in rows if rank(row, path) is not None]
    absent = [row for row in rows if rank(row, path) is None]
    expected = sorted(present, key=lambda row: rank(row, path) or (), reverse=descending) + absent
    order = sort.parse_sort(f"{path}:{'DESC' if descending else 'ASC'}")
    # By position, since equal rows can differ in type: True == 1.
    assert [row["at"] for row in sort.sort_rows(rows, order)] == [row["at"] for row in expected]


def test_rows_to_sort_may_come_from_an_iterator() -> None:
    rows = make_rows(["y", "x"], {}, False)
    assert sort.sort_rows(iter(rows), sort.parse_sort("a")) == rows[::-1]


def test_rows_beyond_one_batch_are_selected_in_order() -> None:
    rows = LazyRows(range(2 * columns.BATCH_SIZE + 1), lambda at: {"at": at, "even": at % 2 == 0})
    selected = select_rows(parse_query("even:true"), rows)
    assert [row["at"] for row in selected] == list(range(0, 2 * columns.BATCH_SIZE + 1, 2))


# Assignments, whose columns are read from their fields and from the catalogue.
EARLIER, LATER = "2024-05-14T00:00:00.000Z", "2024-05-14T12:00:00.000Z"
REVISIONS = [Revision(1, EARLIER, LATER), Revision(2, LATER, LATER), Revision(10, EARLIER, EARLIER)]
MIXINS = [None, {}, {"a": {"b": [{"c": 1}, {"c": "1"}]}}, {"a": True}, {"a": 1}, {"a": "ß", "b": None}, {"a.b": "x"}]
ITEM_IDS = [HAMMER, SCREWDRIVER, "gone", "日本", "10", "9"]
ITEM_PATHS = [
    *("segmentId", "type", "item", "item.id", "item.code", "item.name", "item.name.en", "item.name.de", "item.code.en"),
    *("metadata", "metadata.version", "metadata.createdAt", "metadata.modifiedAt", "metadata.mixins.a", "item."),
    *("mixins", "mixins.a", "mixins.a.b", "mixins.a.b.c", "nothing", "type.en", "item.published", "revision.version"),
]
CUSTOMER_PATHS = [
    *("customer", "customer.id", "customer.firstName", "customer.lastName", "customer.email", "customer.email.x"),
    *("customer.preferredLanguage", "legalEntity", "legalEntity.id", "legalEntity.name", "assignmentType", "mixins.a"),
    *("metadata.version", "metadata.createdAt", "customer.password", "segmentId", "mixins.a.b.c", "nothing"),
]
GROUP_PATHS = [
    *("segmentId", "group", "group.id", "group.name", "group.name.en", "group.name.de", "group.userType", "group.id.x"),
    *("metadata.version", "metadata.createdAt", "metadata.mixins.a", "mixins", "mixins.a.b.c", "nothing", "key"),
]
ROW_PATHS = {"items": ITEM_PATHS, "customers": CUSTOMER_PATHS, "groups": GROUP_PATHS}
CLAUSES = ["x", "exists", "null", '"1"', "1", "true", f'"{DAY}"', ">=1", "~(?i)a", "(MANUAL,PRODUCT,10,gone)"]


def add_odd_assignments(state: State) -> State:
    """Return a state with items, customers and groups that are unknown, or have odd names, mixins and dates."""
    for at, item_id in enumerate([*ITEM_IDS, *ITEM_IDS]):
        revision, mixins = REVISIONS[at % len(REVISIONS)], MIXINS[at % len(MIXINS)]
        item_type = ("PRODUCT", "CATEGORY")[at // len(ITEM_IDS)]
        urls = {"a": "https://a"} if mixins else None
        segment_id = (GOLDEN, TOOL_FANS)[at % 2]
        state = state.with_item(ItemAssignment(segment_id, item_type, item_id, revision, mixins, urls))
        entity_id = (None, COMPANY, "gone")[at % 3]
        customer_id = (JOHN, "gone", "ß")[at % 3]
        member = CustomerAssignment(GOLDEN, customer_id, entity_id, "AUTOMATIC", revision, mixins, urls)
        state = state.with_member(member)
        group_id = (REGULARS, "gone", "ß", "10")[at % 4]
        state = state.with_segment_group(GroupAssignment(GOLDEN, group_id, revision, mixins, urls))
    state = state.with_document("groups", "10", {"id": "10", "name": {"de": "ß"}, "userType": "CUSTOMER"})
    state = state.with_document("products", "10", {"id": "10", "code": "ß", "name": {"de": "Zange"}})
    state = state.with_document("products", "9", {"id": "9", "code": "x", "name": {"en": "Awl", "de": "Ahle"}})
    return state.without_document("products", SCREWDRIVER)


@pytest.fixture
def stored_rows(world: World, request: pytest.FixtureRequest) -> list[StoredRows[Any]]:
    switches = Switches(references=request.param)
    state = add_odd_assignments(world.seed.state)
    items = [assignment for id_ in state.items for assignment in state.items_of(id_).values()]
    members = [assignment for id_ in state.members.by_segment for assignment in state.members_of(id_).values()]
    return [
        item_rows.item_assignment_rows(state, items, switches),
        customer_rows.customer_assignment_rows(state, members, switches),
        group_rows.group_assignment_rows(state, list(state.segment_groups.of_segment(GOLDEN).values()), switches),
    ]


@pytest.mark.parametrize("stored_rows", ["strict", "lenient"], indirect=True)
def test_a_column_of_assignments_equals_that_of_their_rows(stored_rows: list[StoredRows[Any]]) -> None:
    for rows, row_paths in zip(stored_rows, ROW_PATHS.values(), strict=True):
        for path in row_paths:
            expected = columns.column_reader(path)(list(rows))
            column = rows.column_for(path)(rows.sources)
            # Equal, of the same types, and missing in the same rows.
            assert list(map(repr, column)) == list(map(repr, expected)), path


@pytest.mark.parametrize("stored_rows", ["strict", "lenient"], indirect=True)
def test_the_columns_that_clients_read_most_are_read_without_rows(
    stored_rows: list[StoredRows[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, make in ((item_rows, "item_assignment_row"), (customer_rows, "customer_assignment_row")):
        monkeypatch.setattr(module, make, None)  # so that a call fails
    items, customers, _ = stored_rows
    for rows, row_paths in (
        (
            items,
            [*item_rows.DIRECT_COLUMNS, "item.code", "item.name", "item.name.en", "mixins", "mixins.a", "mixins.a.b.c"],
        ),
        (customers, [f"customer.{field}" for field in customer_rows.CUSTOMER_FIELDS]),
    ):
        for path in row_paths:
            assert len(rows.column_for(path)(rows.sources)) == len(rows.sources)


@pytest.mark.parametrize("collection", ROW_PATHS)
def test_replies_are_the_same_as_from_plain_rows(
    shared: App, client: Client, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_paths = ROW_PATHS[collection]
    queries = [f"q={path}:{clause}" for path in row_paths for clause in CLAUSES]
    orders = [f"sort={path}:{way}" for path in row_paths for way in ("ASC", "DESC")]
    orders += [f"q=metadata.version:>1&sort={path},metadata.createdAt:DESC&pageSize=3" for path in row_paths]
    tenant = shared.world.tenant(client.tenant)
    tenant.change(lambda state: (add_odd_assignments(state), None))

    def reply(query: str) -> tuple[int, bytes, str | None]:
        headers = {"X-Total-Count": "true"}
        response = client.get(f"/{GOLDEN}/{collection}?{query.replace('+', '%2B')}", headers=headers)
        return response.status_code, response.data, response.headers.get("X-Total-Count")

    fast = [reply(query) for query in [*queries, *orders]]
    assert fast == [reply(query) for query in [*queries, *orders]]  # from cached columns and orders
    assert {status for status, _, _ in fast} == {200}
    assert len(set(fast)) > len(row_paths)
    for module in (item_rows, customer_rows, group_rows):
        monkeypatch.setattr(module, "StoredRows", lambda sources, make, *_: LazyRows(sources, make))
    assert fast == [reply(query) for query in [*queries, *orders]]
