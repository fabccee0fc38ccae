"""Strict JSON: refuses what is ambiguous, and what a reply could not return unchanged."""

from __future__ import annotations

import math
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from functools import cache
from typing import Any

import jiter
import orjson

from ..errors import BadRequest
from ..practices.nesting import MAX_JSON_DEPTH, child_values, is_nested_deeper
from ..wording import shorten

UTF_16_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE)
INTEGER_RANGE = range(-(2**63), 2**64)  # the integers that a reply can contain
UNCOUNTED_BYTES = 8192  # of JSON in which counting brackets takes longer than writing more levels


def parse_json(content: bytes) -> Any:
    """Parse JSON; BadRequest if it is not JSON, repeats a name, nests too deep, or has a number beyond 64 bits (F3).

    Writing the value again proves most JSON strict in a third of the time of checking it.
    """
    try:
        value = jiter.from_json(content, allow_inf_nan=False)
    except ValueError:
        return parse_with_checks(content)
    return value if _is_strict(content, value) else parse_with_checks(content)


def parse_with_checks(content: bytes) -> Any:
    """Parse JSON as `parse_json` does, and check each name and each value.

    A UTF-8 byte order mark is ignored, as RFC 8259 allows: editors and shells of Windows write it.
    """
    if content.startswith(UTF_16_MARKS):
        raise _json_error("The body is in UTF-16; JSON must be in UTF-8.")
    try:
        value = jiter.from_json(content.removeprefix(BOM_UTF8), allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        raise _json_error(f"Not JSON: {shorten(str(error))}.") from None
    if is_nested_deeper(value):
        raise _json_error(f"Nests deeper than {MAX_JSON_DEPTH} levels.")
    if not all(map(_fits_64_bits, _iter_scalars(value))):
        raise _json_error("A number does not fit in 64 bits.")
    return value


def _json_error(detail: str) -> BadRequest:
    return BadRequest(error_type="json", detail=detail, rule="F3")


def _is_strict(content: bytes, value: Any) -> bool:
    """Whether writing a value proves that its JSON is strict; False if it proves nothing.

    orjson refuses integers beyond 64 bits, and writes an infinite float as null. Each repeated name that the parser
    dropped had a colon, and all other colons are written again, unless they were escaped.
    """
    if len(content) > UNCOUNTED_BYTES or content.count(b"[") + content.count(b"{") > MAX_JSON_DEPTH:
        for _ in range(_count_written_levels() - MAX_JSON_DEPTH):
            value = [value]
    try:
        written = orjson.dumps(value)
    except TypeError:
        return False
    return (
        content.count(b":") == written.count(b":")
        and (b"\\" not in content or b"\\u003" not in content)
        and (b"null" not in written or content.count(b"null") == written.count(b"null"))
    )


@cache
def _count_written_levels() -> int:
    """Return how many levels of nesting orjson writes: 254, or 255 before its version 3.12."""
    value: list[Any] = []
    for levels in range(1000):
        try:
            orjson.dumps(value)
        except TypeError:
            return levels
        value = [value]
    raise AssertionError("orjson writes any number of levels")


def _iter_scalars(value: Any) -> Iterator[Any]:
    """Yield the scalars of a value, which must not nest too deep for a recursion."""
    if isinstance(value, (dict, list)):
        for part in child_values(value):
            yield from _iter_scalars(part)
    else:
        yield value


def _fits_64_bits(scalar: Any) -> bool:
    if isinstance(scalar, float):
        return math.isfinite(scalar)
    return not isinstance(scalar, int) or scalar in INTEGER_RANGE
