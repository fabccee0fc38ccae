"""Query strings and forms: `application/x-www-form-urlencoded` text as values by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from urllib.parse import parse_qsl

from ..errors import INVALID_BODY, INVALID_PARAMETERS, BadRequest

MAX_PAIRS = 100  # names with values in one query string or form

Pair = tuple[str, str]  # name and value
RawValue = str | list[str]  # all values of an array that is sent as repeated names; one text of any other parameter


def parse_pairs(text: str) -> list[Pair]:
    """Return the decoded pairs in order; UnicodeDecodeError if one is not UTF-8, ValueError if there are too many."""
    if "%" in text or "+" in text:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PAIRS)
    parts = text.split("&")  # without escapes, this does the same in a tenth of the time
    if len(parts) > MAX_PAIRS:
        raise ValueError("too many parameters")
    return [part.partition("=")[::2] for part in parts if part]


def first_values(pairs: Sequence[Pair]) -> dict[str, str]:
    """Return the first value of each name."""
    return dict(reversed(pairs))


def collect_values(pairs: Sequence[Pair], repeatable: Set[str]) -> Mapping[str, RawValue]:
    """Return the value of each name: the first one, but of a repeatable name the list of those that are not empty."""
    first = first_values(pairs)
    if not repeatable or repeatable.isdisjoint(first):
        return first
    lists = {name: [value for other, value in pairs if other == name and value] for name in repeatable & first.keys()}
    return {**first, **lists}


def parse_query_string(text: str, repeatable: Set[str]) -> Mapping[str, RawValue]:
    """Return the raw value of each parameter (see `collect_values`); BadRequest if the query cannot be read (F3)."""
    try:
        pairs = parse_pairs(text)
    except ValueError as error:  # includes UnicodeDecodeError
        detail = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "has too many parameters"
        raise BadRequest(INVALID_PARAMETERS, field="query", error_type="encoding", detail=detail, rule="F3") from None
    return collect_values(pairs, repeatable)


def parse_form(content: bytes) -> dict[str, str]:
    """Return the first value of each field; BadRequest if the form cannot be read (F3)."""
    try:
        return first_values(parse_pairs(content.decode()))
    except ValueError:  # includes UnicodeDecodeError
        raise BadRequest(INVALID_BODY, error_type="form", detail="Not a form in UTF-8.", rule="F3") from None
