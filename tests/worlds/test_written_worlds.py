"""Worlds that people write: what may be left out, what all mistakes are, and what editors know from the schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.resources import data_folder
from mockserver.strict_yaml import iter_lines, load_yaml
from mockserver.worlds.completion import complete_world
from mockserver.worlds.counts import default_counts
from mockserver.worlds.exporting import export_world
from mockserver.worlds.generate import generate_world
from mockserver.worlds.mistakes import MAX_MISTAKES, Mistake, WorldError
from mockserver.worlds.reading import MAX_FILE_MB, MAX_YAML_MB, MEGABYTE, WorldText, find_lines, parse_world
from mockserver.worlds.sections import all_sections, build_world_schema
from mockserver.worlds.world_yaml import dump_world
from tests.support.paths import TABLES
from tests.support.samples import WORLDS

FIXTURES = data_folder("fixtures")
SECTIONS = all_sections(WORLDS.collections)
SCHEMA = build_world_schema(WORLDS.collections)
REFERENCE = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker(["date-time"]))
SMALL = load_yaml((FIXTURES / "start" / "small.yaml").read_text())
FULL = load_yaml((FIXTURES / "start" / "full.yaml").read_text())
GENERATED = generate_world(
    WORLDS.collections, 5, {**dict.fromkeys(default_counts(WORLDS.collections), 3), "itemAssignments": 5}
)
BROKEN = [case["text"] for case in load_yaml((TABLES / "worlds.yaml").read_text())]
METADATA = {"createdAt": "2024-01-01T08:00:00.000Z", "modifiedAt": "2024-01-01T08:00:00.000Z", "version": 1}
LATER = "2025-06-01T12:00:00.000Z"


def complete(world: dict[str, Any], section: str) -> Any:
    return WORLDS.check(SMALL | world)[section]


@pytest.mark.parametrize(
    ("section", "written", "completed"),
    [
        ("products", {"id": "p"}, {"id": "p", "code": "p", "name": {"en": "p"}}),
        ("products", {"id": "p", "code": "7", "name": "P"}, {"id": "p", "code": "7", "name": {"en": "P"}}),
        (
            "products",
            {"id": "p", "description": ""},
            {"id": "p", "code": "p", "name": {"en": "p"}, "description": {"en": ""}},
        ),
        ("categories", {"id": "c"}, {"id": "c", "code": "c", "name": {"en": "c"}, "position": 0, "published": True}),
        ("legalEntities", {"id": "e"}, {"id": "e", "name": "e"}),
        (
            "customers",
            {"id": "c 1"},
            {"id": "c 1", "firstName": "Customer", "lastName": "c 1", "email": "c-1@example.com"},
        ),
        ("groups", {"id": "g"}, {"id": "g", "name": {"en": "g"}, "userType": "CUSTOMER"}),
        ("clients", {"id": "shop"}, {"id": "shop", "secret": "secret", "scopes": []}),
        ("tokens", {"token": "t"}, {"token": "t", "scopes": []}),
        (
            "segments",
            {"id": "s"},
            {"id": "s", "name": {"en": "s"}, "status": "INACTIVE", "siteCode": "main", "metadata": METADATA},
        ),
    ],
)
def test_everything_that_the_api_does_not_ask_for_has_a_default(
    section: str, written: dict[str, Any], completed: dict[str, Any]
) -> None:
    world: dict[str, Any] = {"segments": [], "customerAssignments": [], "itemAssignments": [], section: [written]}
    row = complete(world, section)[0]
    assert row == completed
    assert list(row) == list(completed)  # in the order of the schema, as exports have it


@pytest.mark.parametrize(
    ("languages", "site", "completed"),
    [
        (None, {"code": "a"}, {"defaultLanguage": "en", "languages": ["en"], "currency": "EUR", "default": True}),
        (["de", "en"], {"code": "a"}, {"defaultLanguage": "de", "languages": ["de", "en"]}),
        (["de", "en"], {"code": "a", "languages": ["en", "fr"]}, {"defaultLanguage": "en", "languages": ["en", "fr"]}),
        (["de"], {"code": "a", "defaultLanguage": "en"}, {"defaultLanguage": "en", "languages": ["de", "en"]}),
        (None, {"code": "a", "availableCurrencies": ["CHF", "EUR"]}, {"currency": "CHF"}),
        (None, {"code": "a", "homeBase": {}}, {"homeBase": {"address": {"country": "DE", "zipCode": "10115"}}}),
        (
            None,
            {"code": "a", "homeBase": {"address": {"country": "FR"}}},
            {"homeBase": {"address": {"country": "FR", "zipCode": "10115"}}},
        ),
    ],
)
def test_a_site_has_the_languages_of_the_tenant(languages: Any, site: Any, completed: Any) -> None:
    world = {"sites": [site]} | ({"languages": languages} if languages else {})
    assert WORLDS.check(world)["sites"][0].items() >= completed.items()


@pytest.mark.parametrize(
    ("languages", "sites", "completed"),
    [
        (None, [], ("en", ["en"])),
        (None, [{"code": "a", "defaultLanguage": "de"}], ("de", ["de"])),
        (
            None,
            [{"code": "a", "languages": ["en"]}, {"code": "b", "languages": ["fr", "de"], "default": True}],
            ("fr", ["fr", "de", "en"]),
        ),
        (["fr"], [{"code": "a", "languages": ["de"]}], ("fr", ["fr"])),
        ({"default": "fr"}, [{"code": "a", "languages": ["de"]}], ("fr", ["fr", "de"])),
        ({"supported": ["fr", "de"]}, [], ("fr", ["fr", "de"])),
        ({"default": "de", "supported": ["fr", "de"]}, [], ("de", ["fr", "de"])),
        ({}, [], ("en", ["en"])),
    ],
)
def test_languages_come_from_the_sites_unless_the_world_lists_them(languages: Any, sites: Any, completed: Any) -> None:
    world = {"sites": sites} | ({} if languages is None else {"languages": languages})
    assert WORLDS.check(world)["languages"] == dict(zip(("default", "supported"), completed, strict=True))


@pytest.mark.parametrize(
    ("written", "completed"),
    [
        ({}, METADATA),
        ({"version": 3}, METADATA | {"version": 3}),
        ({"createdAt": LATER}, {"createdAt": LATER, "modifiedAt": LATER, "version": 1}),
        ({"modifiedAt": LATER}, {"createdAt": LATER, "modifiedAt": LATER, "version": 1}),
        ({"mixins": {"a": "https://example.com/a.json"}}, METADATA | {"mixins": {"a": "https://example.com/a.json"}}),
    ],
)
def test_metadata_are_completed_field_by_field(written: Any, completed: Any) -> None:
    assignments = complete(
        {"customerAssignments": [{"segmentId": "regulars", "customerId": "jane", "metadata": written}]},
        "customerAssignments",
    )
    assert assignments[0]["metadata"] == completed
    assert assignments[0]["assignmentType"] == "MANUAL"


def test_the_type_of_an_item_or_user_follows_from_what_the_id_names() -> None:
    world = WORLDS.check(
        SMALL
        | {
            "categories": [{"id": "tools"}, {"id": "hammer"}],
            "itemAssignments": [{"segmentId": "regulars", "itemId": id_} for id_ in ("tools", "hammer")],
            "groups": [{"id": "g"}, {"id": "staff", "userType": "EMPLOYEE"}],
            "groupUsers": [{"groupId": "g", "userId": "jane"}, {"groupId": "staff", "userId": "anybody"}],
        }
    )
    assert [row["type"] for row in world["itemAssignments"]] == ["CATEGORY", "PRODUCT"]
    assert [row["userType"] for row in world["groupUsers"]] == ["CUSTOMER", "EMPLOYEE"]


def test_addresses_and_tokens_of_a_customer_are_completed() -> None:
    world = WORLDS.check(
        {
            "customers": [{"id": "jane", "firstName": "Jane", "addresses": [{"city": "Bonn"}, {"id": "x"}]}],
            "tokens": [{"token": "t", "customerId": "jane"}],
        }
    )
    assert world["customers"][0]["addresses"] == [
        {"id": "1", "contactName": "Jane jane", "city": "Bonn"},
        {"id": "x", "contactName": "Jane jane"},
    ]
    assert "customersegment.segment_read_own" in world["tokens"][0]["scopes"]


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_worlds_leave_nothing_out(path: Path) -> None:
    world = load_yaml(path.read_text())
    completed = complete_world(world, SECTIONS)
    for name, rows in world.items():
        assert completed[name] == rows
        assert not isinstance(rows, list) or all(a is b for a, b in zip(completed[name], rows, strict=True))


@settings(max_examples=60)
@given(data=st.data())
def test_what_people_may_leave_out_is_filled_in_once(data: st.DataObject) -> None:
    world = deepcopy({name: GENERATED[name] for name in GENERATED if name != "languages"})
    for section in SECTIONS:
        for row in world.get(section.name, ()):
            optional = sorted(row.keys() - set(section.schema.get("required", ())) - section.references.keys())
            for name in data.draw(st.sets(st.sampled_from(optional))) if optional else ():
                del row[name]
    completed = WORLDS.check(world)
    assert WORLDS.check(completed) == completed
    exported = export_world(WORLDS.build_state(completed), WORLDS.collections)
    assert WORLDS.check(exported) == exported
    assert REFERENCE.is_valid(world)
    assert REFERENCE.is_valid(exported)


def iter_places(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield steps
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from iter_places(child, (*steps, step))


def replace(value: Any, steps: tuple[Any, ...], new: Any) -> Any:
    if not steps:
        return new
    changed = value.copy()
    changed[steps[0]] = replace(value[steps[0]], steps[1:], new)
    return changed


JSON = st.recursive(
    st.sampled_from([None, True, 0, 7, 1.5, "", "en", "ACTIVE", "main", "2024-01-01T08:00:00.000Z", "a@b", "\t"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "en", "x"]), inner, max_size=2),
    max_leaves=3,
)


def list_mistakes(world: Any) -> list[Mistake]:
    text = json.dumps(world, indent=1)
    try:
        WORLDS.check(world, text=WorldText(text, world, is_json=True))
    except WorldError as error:
        return list(error.mistakes)
    return []


OF_REFERENCES = re.compile(
    "is not among|comes twice; it|does not belong|is for the type|ancestor|not a JSON Schema"
    "|is open too|has this code too|the (id|code) is '.*', from|a cart needs a customerId|needs as many values"
)


@given(data=st.data())
def test_the_schema_for_editors_and_the_loader_agree(data: st.DataObject) -> None:
    world = data.draw(st.sampled_from([SMALL, FULL, GENERATED]))
    places = list(iter_places(world))
    world = replace(world, data.draw(st.sampled_from(places)), data.draw(JSON))
    mistakes = list_mistakes(world)
    assert len(mistakes) <= MAX_MISTAKES
    assert all(mistake.line for mistake in mistakes)
    assert REFERENCE.is_valid(world) == all(OF_REFERENCES.search(mistake.reason) for mistake in mistakes)


@pytest.mark.parametrize("text", [*BROKEN, dump_world(GENERATED), (FIXTURES / "start" / "full.yaml").read_text()])
def test_lines_in_yaml_and_json_are_those_of_the_text(text: str) -> None:
    try:
        value = load_yaml(text)
    except Exception:
        return
    assert {steps for steps, _ in iter_lines(text)} >= set(iter_places(value))
    as_json = json.dumps(value, indent="\t", ensure_ascii=False)
    lines = find_lines(parse_world(Path("w.json"), as_json.encode()), iter_places(value))
    for steps, line in lines.items():
        last = steps[-1] if steps else None
        if isinstance(last, str):
            assert as_json.split("\n")[line - 1].strip().startswith(json.dumps(last, ensure_ascii=False))


def test_lines_are_those_where_a_key_or_an_element_begins() -> None:
    text = "# c\na: 1\nb:\n- {id: x,\n   n: 2}\n-\n  id: y\n"
    assert dict(iter_lines(text)) == {
        (): 2,
        ("a",): 2,
        ("b",): 3,
        ("b", 0): 4,
        ("b", 0, "id"): 4,
        ("b", 0, "n"): 5,
        ("b", 1): 7,
        ("b", 1, "id"): 7,
    }


def iter_properties(schema: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            yield f"{place}/{name}", field
        for name, part in schema.items():
            yield from iter_properties(part, f"{place}/{name}")


def test_editors_have_a_description_of_every_section_and_field() -> None:
    undescribed = [place for place, field in iter_properties(SCHEMA) if not field.get("description")]
    assert undescribed == []
    assert [name for name, definition in SCHEMA["$defs"].items() if not definition.get("description")] == []


def test_the_defaults_and_examples_that_editors_offer_are_valid() -> None:
    for place, field in iter_properties(SCHEMA):
        validator = REFERENCE.evolve(schema={"$defs": SCHEMA["$defs"], **field})
        for value in (*field.get("examples", ()), *([field["default"]] if "default" in field else ())):
            assert validator.is_valid(value), place


def test_no_more_than_twenty_mistakes_are_listed() -> None:
    with pytest.raises(WorldError) as caught:
        WORLDS.check({"products": [{"id": number} for number in range(100_000)]})
    assert len(caught.value.mistakes) == MAX_MISTAKES
    assert str(caught.value).startswith("world has more than 20 mistakes; these are the first:\n")
    assert caught.value.mistakes[19].place == "/products/19/id"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (
            "big.yaml",
            b"#" * (MAX_YAML_MB * MEGABYTE + 1),
            "YAML of more than 16 MB takes minutes to read; write it as JSON",
        ),
        ("huge.json", b" " * (MAX_FILE_MB * MEGABYTE + 1), "a world file has at most 64 MB"),
        ("deep.yaml", b"a: " + b"[" * 100_000, "nests deeper than 100 levels"),
        ("deep.json", b'{"a":' * 100_000, "not JSON: "),
        ("levels.json", b"[" * 150 + b"]" * 150, "nests deeper than 100 levels"),
        ("number.json", b'{"a": 1' + b"0" * 30 + b"}", "a number does not fit in 64 bits"),
        ("infinite.json", b'{"a": 1e999}', "a number does not fit in 64 bits"),
        ("binary.yaml", bytes(range(256)), "not UTF-8, or not a text"),
        ("zeros.yaml", b"a: \0\0", "unacceptable character #x0000"),
        ("wide.yaml", "a: b".encode("utf-16"), "UTF-16; a world file is in UTF-8"),
        ("twice.json", b'{"sites": [],\n"sites": []}', 'Detected duplicate key "sites"'),
        ("cut.json", b'{"sites": [\n{"code":', "not JSON: EOF while parsing"),
        ("cut.yaml", b"sites: [{code: main", "a bracket or brace is not closed"),
        ("comma.json", b'{"sites": [],}', "not JSON: "),
        ("text.yaml", b"hello", '"hello" is a text; expected an object'),
    ],
)
def test_what_is_no_world_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WorldError) as caught:
        WORLDS.load(path)
    assert reason in caught.value.reason
    assert str(caught.value).startswith(str(path))
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("schema.json", b'{"$schema": "world.schema.json", "sites": [{"code": "main"}]}'),
        ("tabs.json", b'{\n\t"sites": [\n\t\t{"code": "main"}\n\t]\n}'),
        ("mark.yaml", b"\xef\xbb\xbfsites: [{code: main}]"),
        ("mark.json", b'\xef\xbb\xbf{"sites": [{"code": "main"}]}'),
        ("flow.yaml", b"{sites: [{code: main}]}"),
        ("lines.yaml", b"sites:\r\n- code: main\r\n"),
    ],
)
def test_worlds_of_editors_and_shells_are_read(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert WORLDS.load(path)["sites"][0]["code"] == "main"


@pytest.mark.parametrize(
    ("text", "line", "tip"),
    [
        ("sites:\n- code: main\n\tname: x\n", 3, "indent with spaces, not with tabs"),
        ("sites:\n- code: main\n name: x\n", 3, "indent the line like its neighbours"),
        ("sites:\n- code: main\n  name: Shop: main\n", 3, "quote a text that contains `: `"),
        ("sites:\n- code: main\n  name: @home\n", 3, "quote a text that begins with @"),
        ("sites:\n- {code: main\n- {code: b}\n", 2, "a bracket or brace is not closed"),
        ('sites:\n- {code: "main, name: x}\n', 2, "a quotation mark is not closed"),
    ],
)
def test_a_text_that_is_not_yaml_gets_a_tip(text: str, line: int, tip: str) -> None:
    with pytest.raises(WorldError) as caught:
        parse_world(Path("w.yaml"), text.encode())
    assert caught.value.mistakes[0].line == line
    assert tip in caught.value.reason
