"""State is a value: the ordered table against a model, and reset without copying."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import App
from mockserver.practices.rows import ConcatenatedTables
from mockserver.store import table
from mockserver.store.clock import parse_timestamp
from mockserver.store.state import CustomerAssignment, ItemAssignment, Revision
from mockserver.store.table import Table
from tests.support.client import Client
from tests.support.paths import ROOT
from tests.support.samples import GOLDEN, HAMMER

KEYS = st.integers(0, 60)
STEPS = st.lists(st.tuples(st.booleans(), KEYS, st.integers()), max_size=120)


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Iterator[None]:
    """Make chunks small, so that short histories split and empty them."""
    usual, table.CHUNK_SIZE = table.CHUNK_SIZE, 3
    yield
    table.CHUNK_SIZE = usual


@given(start=st.dictionaries(KEYS, st.integers()), steps=STEPS)
def test_a_table_is_a_sorted_dict_and_old_versions_stay_unchanged(
    start: dict[int, int], steps: list[tuple[bool, int, int]]
) -> None:
    model, held = dict(start), Table.from_pairs(start.items())
    for adds, key, value in steps:
        old, before = held, list(held)
        held = held.set(key, value) if adds else held.delete(key)
        if adds:
            model[key] = value
        else:
            model.pop(key, None)
        assert list(old) == before
    assert list(held) == sorted(model)
    assert list(held.values()) == [model[key] for key in sorted(model)]
    assert len(held) == len(model)
    assert [held.get(key) for key in range(61)] == [model.get(key) for key in range(61)]


def test_a_table_may_grow_and_shrink_in_any_order() -> None:
    keys = [at * 37 % 101 for at in range(101)]
    held: Table[int, int] = Table()
    for count, key in enumerate(keys, 1):
        held = held.set(key, -key)
        assert list(held) == sorted(keys[:count])
        assert held.slice(0, count) == [-key for key in sorted(keys[:count])]
    for count, key in enumerate(reversed(keys), 1):
        held = held.delete(key)
        assert list(held) == sorted(keys[: 101 - count])


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
    names = {item.name for kind in (Revision, ItemAssignment, CustomerAssignment) for item in fields(kind)}
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


@pytest.mark.parametrize("text", ["2026-01-01T12:00:00Z", "2026-01-01T14:00:00+02:00", "2026-01-01T12:00:00"])
def test_a_parsed_time_keeps_its_offset_or_has_none(text: str) -> None:
    assert parse_timestamp(text) == datetime(2026, 1, 1, 12, tzinfo=UTC)
