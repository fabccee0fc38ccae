"""Query strings and forms: `application/x-www-form-urlencoded` text as values by name."""

from __future__ import annotations

from collections.abc import Sequence, Set
from urllib.parse import parse_qsl

from ..errors import INVALID_BODY, INVALID_PARAMETERS, BadRequest

MAX_PAIRS = 100  # names with values in one query string or form

Pair = tuple[str, str]  # name and value


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


def parse_query_string(text: str, array_parameters: Set[str]) -> dict[str, str]:
    """Return the value of each parameter; BadRequest if the query cannot be read (F3).

    If a name is repeated, the first value counts; the values of an array parameter are joined by commas.
    """
    try:
        pairs = parse_pairs(text)
    except ValueError as error:  # includes UnicodeDecodeError
        detail = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "has too many parameters"
        raise BadRequest(INVALID_PARAMETERS, field="query", error_type="encoding", detail=detail, rule="F3") from None
    query = first_values(pairs)
    for name in array_parameters & query.keys() if array_parameters else ():
        query[name] = ",".join(value for pair_name, value in pairs if pair_name == name)
    return query


def parse_form(content: bytes) -> dict[str, str]:
    """Return the first value of each field; BadRequest if the form cannot be read (F3)."""
    try:
        return first_values(parse_pairs(content.decode()))
    except ValueError:  # includes UnicodeDecodeError
        raise BadRequest(INVALID_BODY, error_type="form", detail="Not a form in UTF-8.", rule="F3") from None
