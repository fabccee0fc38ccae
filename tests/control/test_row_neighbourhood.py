"""A change of a row is checked near the row, with the same result as a check of the whole world."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from mockserver.control.state import single_rows
from mockserver.errors import BadRequest, ClientError
from mockserver.store.collection import format_key
from mockserver.store.state import State
from mockserver.worlds.exporting import export_rows, export_world
from mockserver.worlds.generate import generate_world
from mockserver.worlds.mistakes import WorldError
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
    *(str(row["email"]).upper() for row in export_rows(STATE, WORLDS.collections["customers"])),
]
Outcome = tuple[State, Any]
Change = tuple[str, str, dict[str, Any], str, bool]


def draw_change(random: Random) -> Change:
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


def apply_change(state: State, change: Change) -> Outcome:
    """Return the state after a change and the row, or the unchanged state and the error."""
    try:
        return apply_method(state, change)
    except ClientError as error:
        return state, (type(error).__name__, error.body())


def apply_method(state: State, change: Change) -> Outcome:
    """Return the state after a change and the row; ClientError."""
    name, key, row, method, dangling = change
    collection = WORLDS.collections[name]
    if method == "DELETE":
        found = single_rows.find_row(state, collection, key)
        return single_rows.remove_row(WORLDS, state, collection, found, dangling=dangling), None
    return single_rows.write_row(WORLDS, state, collection, key, row, dangling=dangling)


def find_mistakes(state: State, *, dangling: bool, **sections: Any) -> set[tuple[str, str]]:
    """Return the rows and reasons of all mistakes of a world, without the suggestions."""
    try:
        WORLDS.check(export_world(state, WORLDS.collections) | sections, dangling=dangling)
    except WorldError as error:
        return {(mistake.row, mistake.reason.partition(";")[0]) for mistake in error.mistakes}
    return set()


def find_new_mistakes(state: State, change: Change) -> set[tuple[str, str]] | None:
    """Return what a check of the whole world finds after a change, and not before; None if there is no such row."""
    name, key, row, method, dangling = change
    rows = export_rows(state, WORLDS.collections[name])
    found = WORLDS.collections[name].find(state, key)
    index = rows.index(found[0]) if found else len(rows)
    if method == "DELETE" and not found:
        return None
    rows[index : index + 1] = [] if method == "DELETE" else [row]
    return find_mistakes(state, dangling=dangling, **{name: rows}) - find_mistakes(state, dangling=False)


@pytest.mark.parametrize("seed", range(8))
def test_any_change_has_the_result_of_a_check_of_the_whole_world(seed: int) -> None:
    random, state, accepted_count = Random(seed), STATE, 0
    for _ in range(60):
        change = draw_change(random)
        expected = find_new_mistakes(state, change)
        changed, result = apply_change(state, change)
        is_refused = isinstance(result, tuple) and not isinstance(result, single_rows.WrittenRow)
        details = result[1].get("details", {}) if is_refused else {}
        if expected is not None and details.get("type") != "key":
            assert is_refused == bool(expected), (change, result, expected)
        mistakes = details.get("mistakes")
        if mistakes:
            found = {mistake["message"].partition(";")[0] for mistake in mistakes}
            assert found == {reason for _, reason in expected or ()}, change
        elif not is_refused:
            rows = export_rows(changed, WORLDS.collections[change[0]])
            assert not find_mistakes(changed, dangling=True)
            if result is not None:
                assert result.row in rows
        state, accepted_count = changed, accepted_count + (not is_refused)
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


@pytest.mark.parametrize(
    ("name", "fields", "reason"),
    [
        *((name, {"nmae": 1}, "unknown field") for name in NAMES if export_rows(STATE, WORLDS.collections[name])),
        ("products", {"categories": ["nowhere"]}, "'nowhere' is not among the categories"),
        ("segments", {"siteCode": "nowhere"}, "'nowhere' is not among the sites"),
        ("categories", {"parentId": "nowhere"}, "'nowhere' is not among the categories"),
        ("customers", {"legalEntities": ["nowhere"]}, "'nowhere' is not among the legalEntities"),
        ("customers", {"email": "CUSTOMER1@example.com"}, "is also the email of customer"),
        ("sites", {"defaultLanguage": "xx"}, "'xx' is not among the languages"),
        ("products", None, "is not among the products"),
        ("segments", None, "is not among the segments"),
        ("customers", None, "is not among the customers"),
        ("groups", None, "is not among the groups"),
        ("sites", None, "is not among the sites"),
    ],
)
def test_a_refusal_needs_no_check_of_the_whole_world(
    name: str, fields: Any, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.control.state.single_rows.exporting.export_world", refuse_whole_checks)
    collection = WORLDS.collections[name]
    key, row = next(iter(collection.export(STATE)))
    method = "DELETE" if fields is None else "PUT"
    with pytest.raises(BadRequest) as caught:
        apply_method(STATE, (name, format_key(key), {**row, **(fields or {})}, method, False))
    assert reason in caught.value.detail
    assert ("force=true" in caught.value.detail) == ("nowhere" in reason or fields is None)


@pytest.mark.parametrize("dangling", [False, True])
@pytest.mark.parametrize("id_", ["20000000", "new", "CUSTOMER1"])
def test_no_two_customers_get_one_e_mail(id_: str, dangling: bool) -> None:
    customers = WORLDS.collections["customers"]
    body = {"id": id_} if id_ == "CUSTOMER1" else {"id": id_, "email": "Customer1@Example.COM"}
    with pytest.raises(BadRequest) as caught:
        single_rows.write_row(WORLDS, STATE, customers, id_, body, dangling=dangling)
    assert caught.value.field == "/email"
    assert "is also the email of customer '20000001'; give each its own" in caught.value.detail


def test_mistakes_that_were_there_before_do_not_matter() -> None:
    customers = WORLDS.collections["customers"]
    entities = [f"e{number}" for number in range(25)]
    for count in (3, 25):  # the second has more mistakes than are listed
        body = {"id": "new", "legalEntities": entities[:count]}
        state, _ = single_rows.write_row(WORLDS, STATE, customers, "new", body, dangling=True)
        changed, written = single_rows.write_row(
            WORLDS, state, customers, "new", body | {"lastName": "Doe"}, dangling=False
        )
        assert written.row["lastName"] == "Doe"
        assert customers.find(changed, "new") == [written.row]
