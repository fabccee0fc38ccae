"""A change of a row is checked near the row, with the same result as a check of the whole world."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from mockserver.control.state import single_rows
from mockserver.errors import ClientError
from mockserver.store.collection import format_key
from mockserver.store.state import State
from mockserver.worlds.exporting import export_rows, export_world
from mockserver.worlds.generate import generate_world
from tests.support.samples import WORLDS

COUNTS = dict.fromkeys(("products", "categories", "customers", "legalEntities", "groups", "segments"), 4)
STATE = WORLDS.build_state(WORLDS.check(generate_world(WORLDS.collections, 16, COUNTS)))
NAMES = list(WORLDS.collections)
IDS = sorted({format_key(key) for collection in WORLDS.collections.values() for key, _ in collection.export(STATE)})
IDS = [id_ for id_ in IDS if "/" not in id_]
VALUES: list[Any] = [
    None,
    5,
    "",
    "nowhere",
    [],
    {},
    ["nowhere"],
    "CUSTOMER",
    "EMPLOYEE",
    "PRODUCT",
    "CATEGORY",
    "en",
    True,
]
Outcome = tuple[State, Any]


def draw_change(random: Random) -> tuple[str, str, dict[str, Any], str, bool]:
    """Return collection, key, row, method, and whether references may dangle."""
    name = random.choice(NAMES)
    collection = WORLDS.collections[name]
    rows = export_rows(STATE, collection)
    row = dict(random.choice(rows)) if rows else {}
    fields = list(collection.schema["properties"])
    references = [path for path in collection.all_references() if "." not in path]
    keys = (collection.key,) if isinstance(collection.key, str) else collection.key
    if random.random() < 0.4:  # another row, which may be new
        row |= {field: random.choice(IDS) for field in keys if field != "type"}
    for _ in range(random.randint(0, 2)):
        row.pop(random.choice(fields), None)
    if random.random() < 0.7:
        value = random.choice([*VALUES, *IDS])
        field = random.choice((references or fields) if random.random() < 0.6 else fields)
        row[field] = [value] if random.random() < 0.3 else value
    key = format_key(tuple(part if isinstance(part := row.get(field), str) else "k" for field in keys)) or "new"
    return name, key, row, random.choice(["PUT", "PUT", "DELETE"]), random.random() < 0.3


def apply_change(state: State, change: tuple[str, str, dict[str, Any], str, bool]) -> Outcome:
    """Return the state after a change and the row, or the unchanged state and the error."""
    name, key, row, method, dangling = change
    collection = WORLDS.collections[name]
    try:
        if method == "DELETE":
            found = single_rows.find_row(state, collection, key)
            return single_rows.remove_row(WORLDS, state, collection, found, dangling=dangling), None
        state, written = single_rows.write_row(WORLDS, state, collection, key, row, dangling=dangling)
    except ClientError as error:
        return state, (type(error).__name__, error.body())
    return state, written


def apply_with_whole_checks(state: State, change: Any) -> Outcome:
    with patch.object(single_rows, "is_surely_fine", lambda *_, **__: False):
        return apply_change(state, change)


@pytest.mark.parametrize("seed", range(8))
def test_any_change_has_the_result_of_a_check_of_the_whole_world(seed: int) -> None:
    random, state, accepted_count = Random(seed), STATE, 0
    for _ in range(60):
        change = draw_change(random)
        expected_state, expected = apply_with_whole_checks(state, change)
        state, result = apply_change(state, change)
        assert repr(result) == repr(expected), change
        assert repr(export_world(state, WORLDS.collections)) == repr(export_world(expected_state, WORLDS.collections))
        accepted_count += not isinstance(result, tuple) or isinstance(result, single_rows.WrittenRow)
    assert 5 < accepted_count < 55


def refuse_whole_checks(*_: Any) -> Any:
    pytest.fail("the whole world was checked")


@pytest.mark.parametrize("name", [name for name in NAMES if export_rows(STATE, WORLDS.collections[name])])
@pytest.mark.parametrize("change_row", [lambda row: row, lambda row: row | {"metadata": {"version": 9}}])
def test_a_good_change_needs_no_check_of_the_whole_world(
    name: str, change_row: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = WORLDS.collections[name]
    monkeypatch.setattr("mockserver.control.state.single_rows.exporting.export_world", refuse_whole_checks)
    for key, row in collection.export(STATE):
        changed = change_row(row) if "metadata" in collection.schema["properties"] else row
        _, written = single_rows.write_row(WORLDS, STATE, collection, format_key(key), changed, dangling=False)
        assert written.is_new is False
        if not any(name in str(other.all_references()) for other in WORLDS.collections.values()):
            emptied = single_rows.remove_row(WORLDS, STATE, collection, row, dangling=False)
            assert collection.find(emptied, format_key(key)) == []
