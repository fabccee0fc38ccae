"""Query strings: those without escapes are split in a faster way, which gives what the standard library gives."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.query_string import MAX_PAIRS, Pair, parse_pairs, parse_query_string

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


def test_an_empty_query_string_has_no_values() -> None:
    assert parse_query_string("", frozenset({"a"})) == {}
