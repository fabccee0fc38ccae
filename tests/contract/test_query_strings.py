"""Query strings: the short way for plain ones gives what the standard library gives."""

from __future__ import annotations

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.query_string import parse_pairs

TEXTS = st.text("ab=&;é +%2", max_size=40)


@given(TEXTS)
def test_plain_query_strings_are_split_as_others_are(text: str) -> None:
    try:
        expected = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        return
    assert parse_pairs(text) == expected
