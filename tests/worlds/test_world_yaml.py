"""World files are written as PyYAML writes them, byte for byte, only faster."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.worlds import world_yaml
from mockserver.worlds.world_yaml import LINE_WIDTH, WorldDumper, dump_world

TEXTS = [
    *(
        "",
        " ",
        "a",
        "y",
        "No",
        "false",
        "null",
        "~",
        "on",
        "Hammer, large",
        "Hammer: large",
        "Hammer #1",
        "it's",
        '"a"',
    ),
    *("a\x0bb", "a\x1cb", "a\u2029b"),
    *("1", "12468505", "012", "0x1f", "1_000", "1e5", "12e5", "1.5", ".5", "-1", "+1", "1:30", "9" * 18, "9" * 19),
    *("2026-08-03", "2026-08-03T10:00:00.000Z", "2026-08-03T10:00:00Z", "2026-08-03T10:00:00+02:00", "2026-13-99T"),
    *("https://shop.example/a?b=c&d=e", "https://shop.example/a#b", "http://a:8080/b", "a/b", "a:b", "a: b", "a:"),
    *("Größe, groß", "日本語", "قلم", "\U0001f528", "a\u2028b", "a\x85b", "a\ufeffb", "a\x00b", "a\x7fb", "a\u200bb"),
    *("line\nline", "line\n", "\nline", "tab\ttab", "end ", " begin", "- dash", "? key", "* alias", "& anchor", "!tag"),
    *("% directive", "@at", "`tick`", "{a}", "[a]", "a, b]", "a {b}", "---", "...", "<<", "=", "a  b", "word " * 60),
    *("word " * 300 + "end", "x" * 1200, "ends with -", "ends with a quote'", "quoted 'word' inside", "Yes, of course"),
]
VALUES: list[Any] = [
    *TEXTS,
    *(None, True, False, 0, 1, -1, 2**63, 1.5, -0.0, 0.1, 1e20, 1e-7, 123456.654321, 3.0),
    *([], {}, [[]], [{}], [[1, 2], [3]], {"a": {}}, {"a": []}, [{"a": 1, "b": [1]}, {"c": {"d": [{"e": 1}]}}]),
    *({"a b": 1, "y": 2, "1": 3, "": 4, "ä": 5}, {"k" * 100: 1, "k" * 140: 2}, {"ä" * 100: 1}, {1: 2}),
]


def write_by_pyyaml(world: Any) -> str:
    text: str = yaml.dump(world, Dumper=WorldDumper, allow_unicode=True, sort_keys=False, width=LINE_WIDTH)
    return text


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:40])
def test_each_value_is_written_as_pyyaml_writes_it(value: Any) -> None:
    row = {"first": value, "list": [value, "last"], "inner": {"deep": value, "list": [{"a": value, "b": value}]}}
    world = {"description": value, "rows": [row, {"id": "2"}, value, {"lists": [row]}], "empty": [], "map": row}
    assert dump_world(world) == write_by_pyyaml(world)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(TEXTS), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["rows", "more"]), st.lists(JSON, max_size=4) | JSON, min_size=1))
def test_every_world_is_written_as_pyyaml_writes_it(world: dict[str, Any]) -> None:
    assert dump_world(world) == write_by_pyyaml(world)


@given(st.from_regex(world_yaml.PLAIN_TEXT, fullmatch=True) | st.from_regex(world_yaml.QUOTED_TEXT, fullmatch=True))
def test_texts_that_are_written_without_pyyaml_are_as_it_writes_them(text: str) -> None:
    world = {"rows": [{"id": text, "inner": {"text": text, "list": [text]}}]}
    assert dump_world(world) == write_by_pyyaml(world)


def test_deep_rows_are_written_as_pyyaml_writes_them() -> None:
    row: Any = "end"
    for _ in range(60):
        row = {"a": row}
    assert dump_world({"rows": [row]}) == write_by_pyyaml({"rows": [row]})


def test_writing_reports_how_far_it_is() -> None:
    shares: list[float] = []
    dump_world({"description": "a", "rows": [{"id": "1"}] * 1000, "more": [{"id": "1"}] * 1000}, shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]
