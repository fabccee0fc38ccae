"""Query strings: those without escapes are split in a faster way, which gives what the standard library gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.parameters import ParameterSet, compile_parameter
from mockserver.contract.query_string import MAX_PAIRS, Pair, parse_pairs, parse_query_string
from mockserver.contract.spec import Spec

TEXTS = st.text("ab=&;é +%2", max_size=40)


def pairs_or_error(parse: Callable[[str], list[Pair]], text: str) -> list[Pair] | type[ValueError]:
    try:
        return parse(text)
    except ValueError as error:
        return type(error)


def parse_by_library(text: str) -> list[Pair]:
    return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PAIRS)


@given(TEXTS)
def test_query_strings_have_the_pairs_that_the_library_finds(text: str) -> None:
    assert pairs_or_error(parse_pairs, text) == pairs_or_error(parse_by_library, text)


@pytest.mark.parametrize("separators", [MAX_PAIRS - 1, MAX_PAIRS])
@pytest.mark.parametrize("pair", ["", "a", "a=b", "a=%20"])
def test_query_strings_have_the_librarys_limit(separators: int, pair: str) -> None:
    text = "&".join([pair] * (separators + 1))
    outcome = pairs_or_error(parse_pairs, text)
    assert outcome == pairs_or_error(parse_by_library, text)
    assert (outcome is ValueError) == (separators == MAX_PAIRS)


@pytest.mark.parametrize(
    ("options", "query", "expected"),
    [
        ({}, "a=1&a=2", ["1", "2"]),
        ({}, "a=1,2", ["1,2"]),
        ({}, "a=1&b=3&a=2,4&a=", ["1", "2,4"]),
        ({}, "a=1%2C2", ["1,2"]),
        ({}, "a=", None),
        ({}, "a=&a=", None),
        ({}, "b=1", None),
        ({"style": "form"}, "a=1&a=2", ["1", "2"]),
        ({"explode": True}, "a=1,2", ["1,2"]),
        ({"explode": False}, "a=1,2", ["1", "2"]),
        ({"explode": False}, "a=1&a=2", ["1"]),
        ({"style": "pipeDelimited"}, "a=1|2,3", ["1", "2,3"]),
        ({"style": "spaceDelimited"}, "a=1%202", ["1", "2"]),
        ({"style": "spaceDelimited", "explode": True}, "a=1&a=2", ["1", "2"]),
    ],
)
def test_c11c_an_array_is_read_as_its_style_says(
    options: dict[str, Any], query: str, expected: list[str] | None
) -> None:
    declared = {"name": "a", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}, **options}
    parameter = compile_parameter(Spec(Path("any.yaml"), {}), declared)
    repeatable = {"a"} if parameter.is_repeatable else set()
    values = ParameterSet.from_parameters([parameter]).read_values(parse_query_string(query, repeatable))
    assert values == ({} if expected is None else {"a": expected})


@pytest.mark.parametrize("place", ["path", "header"])
def test_c11c_arrays_outside_the_query_are_separated_by_commas(place: str) -> None:
    declared = {"name": "a", "in": place, "schema": {"type": "array", "items": {"type": "string"}}}
    parameters = ParameterSet.from_parameters([compile_parameter(Spec(Path("any.yaml"), {}), declared)])
    assert parameters.read_values({"a": "1,2"}) == {"a": ["1", "2"]}


def test_an_empty_query_string_has_no_values() -> None:
    assert parse_query_string("", frozenset({"a"})) == {}
