"""State is a value: the ordered table against a model, and reset without copying."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from time import tzset
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import App
from mockserver.practices.rows import ConcatenatedTables
from mockserver.store import table
from mockserver.store.clock import format_timestamp, parse_timestamp
from mockserver.store.state import CustomerAssignment, GroupAssignment, ItemAssignment, Revision
from mockserver.store.table import Table
from tests.support.client import Client
from tests.support.paths import ROOT
from tests.support.samples import GOLDEN, HAMMER

KEYS = st.integers(0, 60)
ENTRIES = st.dictionaries(KEYS, st.integers())
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.tuples(KEYS, st.integers())),
        st.tuples(st.just("delete"), KEYS),
        st.tuples(st.just("update"), ENTRIES),
        st.tuples(st.just("delete many"), st.sets(KEYS)),
    ),
    max_size=60,
)


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Iterator[None]:
    """Make chunks small and few chunks a large table, so that short histories split chunks and empty them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"CHUNK_SIZE": 3, "MAX_CHUNK_SIZE": 6, "LARGE_TABLE_CHUNKS": 5}.items():
            patch.setattr(table, name, value)
        yield


def change_both(step: tuple[str, Any], held: Table[int, int], model: dict[int, int]) -> tuple[Any, dict[int, int]]:
    """Return a table and its model after the same change."""
    match step:
        case "set", (key, value):
            return held.set(key, value), model | {key: value}
        case "update", entries:
            return held.update(entries), model | entries
        case "delete many", keys:
            return held.delete_many(keys), {key: value for key, value in model.items() if key not in keys}
        case _, key:
            return held.delete(key), {other: value for other, value in model.items() if other != key}


def assert_equal_to_model(held: Table[int, int], model: dict[int, int]) -> None:
    pairs = sorted(model.items())
    assert list(held.items()) == pairs
    assert (list(held), list(held.values())) == ([key for key, _ in pairs], [value for _, value in pairs])
    assert len(held) == len(pairs)
    assert [held.get(key) for key in range(-1, 102)] == [model.get(key) for key in range(-1, 102)]
    assert held.get_many(range(-1, 102)) == [model.get(key) for key in range(-1, 102)]
    assert [key in held for key in range(-1, 102)] == [key in model for key in range(-1, 102)]
    assert {key: held[key] for key in held} == model


@given(start=ENTRIES, steps=STEPS)
def test_a_table_is_a_sorted_dict_and_old_versions_stay_unchanged(
    start: dict[int, int], steps: list[tuple[str, Any]]
) -> None:
    held, model = Table.from_pairs(start.items()), start
    versions = [(held, model)]
    for step in steps:
        held, model = change_both(step, held, model)
        versions.append((held, model))
    for version in versions:
        assert_equal_to_model(*version)


@given(start=ENTRIES, steps=STEPS)
def test_the_chunks_of_a_table_stay_short_and_none_is_empty(
    start: dict[int, int], steps: list[tuple[str, Any]]
) -> None:
    held, model = Table.from_pairs(start.items()), start
    was_large = False
    for step in steps:
        held, model = change_both(step, held, model)
        sizes = [len(chunk) for chunk in held._chunks]
        was_large = was_large or len(sizes) > table.LARGE_TABLE_CHUNKS
        assert max(sizes) <= table.MAX_CHUNK_SIZE * (2 if was_large else 1)
        assert min(sizes) > 0 or sizes == [0]


@pytest.mark.parametrize(("size", "chunk_sizes"), [(0, [0]), (3, [3]), (4, [2, 2]), (17, [3] * 5 + [2]), (18, [6] * 3)])
def test_a_new_table_has_as_few_chunks_as_are_allowed(size: int, chunk_sizes: list[int]) -> None:
    held = Table.from_pairs((key, key) for key in range(size))
    assert [len(chunk) for chunk in held._chunks] == chunk_sizes


@pytest.mark.parametrize("add", [Table.set, lambda held, key, value: held.update({key: value})], ids=["set", "update"])
def test_a_chunk_is_split_when_it_is_too_long(add: Callable[[Table[int, int], int, int], Table[int, int]]) -> None:
    held: Table[int, int] = Table()
    chunk_sizes = []
    for key in range(31):
        held = add(held, key, key)
        chunk_sizes.append([len(chunk) for chunk in held._chunks])
    assert chunk_sizes[5:7] == [[6], [3, 3, 1]]
    assert chunk_sizes[17:19] == [[3, 3, 3, 3, 6], [3, 3, 3, 3, 3, 3, 1]]  # from now on, it is a large table
    assert chunk_sizes[29:31] == [[3, 3, 3, 3, 3, 3, 12], [3, 3, 3, 3, 3, 3, 5, 5, 3]]


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_key_of_another_type_is_not_in_a_table(size: int) -> None:
    held = Table.from_pairs((f"{number:03}", number) for number in range(size))
    for key in (None, 7, ("000", None)):
        assert key not in held
        assert held.get(key) is None  # type: ignore[call-overload]
        assert held.get(key, 9) == 9  # type: ignore[call-overload]
    with pytest.raises(KeyError):
        held["none"]


def test_the_last_of_equal_keys_wins() -> None:
    assert list(Table.from_pairs([(2, "a"), (1, "b"), (2, "c")]).items()) == [(1, "b"), (2, "c")]


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("stride", [1, 37, 100])
def test_a_table_may_grow_and_shrink_in_any_order(stride: int, turn: int) -> None:
    keys = [at * stride % 101 for at in range(61)]
    held: Table[int, int] = Table()
    for count, key in enumerate(keys, 1):
        held = held.set(key, -key)
        assert_equal_to_model(held, {other: -other for other in keys[:count]})
        assert held.slice(0, count) == [-other for other in sorted(keys[:count])]
    removed = keys[::turn]
    for count, key in enumerate(removed, 1):
        held = held.delete(key)
        assert_equal_to_model(held, {other: -other for other in removed[count:]})


@pytest.mark.parametrize("sizes", [(), (10,), (3, 0, 4), (1, 1, 1)], ids=str)
def test_concatenated_tables_are_a_sequence(sizes: tuple[int, ...]) -> None:
    expected = [(at, number) for at, size in enumerate(sizes) for number in range(size)]
    joined = ConcatenatedTables(
        [Table.from_pairs((number, (at, number)) for number in range(size)) for at, size in enumerate(sizes)]
    )
    places = range(-len(expected) - 1, len(expected) + 2)
    assert (len(joined), list(joined)) == (len(expected), expected)
    assert [joined[start:stop] for start in places for stop in places] == [
        expected[start:stop] for start in places for stop in places
    ]
    assert [joined[at] for at in places[1:-2]] == [expected[at] for at in places[1:-2]]
    for beyond in (len(expected), -len(expected) - 1):
        with pytest.raises(IndexError):
            joined[beyond]


@given(keys=st.sets(KEYS), start=st.integers(0, 70), length=st.integers(-3, 70))
def test_a_slice_is_that_of_the_sorted_list(keys: set[int], start: int, length: int) -> None:
    held = Table.from_pairs((key, key) for key in keys)
    assert held.slice(start, start + length) == sorted(keys)[start : max(start, start + length)]


def test_reset_gives_the_very_same_value_back(shared: App, client: Client) -> None:
    tenant = shared.world.tenant(client.tenant)
    before = tenant.state
    client.delete(f"/{GOLDEN}/items/PRODUCT/{HAMMER}")
    assert tenant.state is not before
    client.post(f"//__admin/reset?tenant={client.tenant}")
    assert tenant.state is before


def test_a_failed_rule_leaves_the_state_as_it_was(shared: App, client: Client) -> None:
    before = shared.world.tenant(client.tenant).state
    assert client.put(f"/{GOLDEN}/items/PRODUCT/{HAMMER}", json={"metadata": {"version": 9}}).status_code == 409
    assert shared.world.tenant(client.tenant).state is before


def test_no_code_sets_a_field_of_a_revision_or_an_assignment() -> None:
    """They are shared by states, but not frozen; other objects set fields of these names on themselves only."""
    names = {
        item.name for kind in (Revision, ItemAssignment, CustomerAssignment, GroupAssignment) for item in fields(kind)
    }
    nodes = [
        (path.name, node)
        for path in (ROOT / "mockserver").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
    ]
    targets = [(name, node) for name, node in nodes if isinstance(node, ast.Attribute) and node.attr in names]
    offenders = [
        f"{name}:{node.lineno}"
        for name, node in targets
        if not isinstance(node.ctx, ast.Load) and ast.unparse(node.value) != "self"
    ]
    assert offenders == []
    assert len(targets) > len(names)


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the clock of the machine to another time zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        tzset()
        yield
    tzset()


@pytest.mark.usefixtures("far_east")
@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=2))])
def test_a_timestamp_is_in_utc_wherever_the_machine_is(zone: timezone) -> None:
    time = datetime(2026, 1, 1, 12, 3, 4, 7000, UTC).astimezone(zone)
    assert format_timestamp(time) == "2026-01-01T12:03:04.007Z"


@pytest.mark.parametrize("text", ["2026-01-01T12:00:00Z", "2026-01-01T14:00:00+02:00", "2026-01-01T12:00:00"])
def test_a_parsed_time_keeps_its_offset_or_has_none(text: str) -> None:
    assert parse_timestamp(text) == datetime(2026, 1, 1, 12, tzinfo=UTC)
