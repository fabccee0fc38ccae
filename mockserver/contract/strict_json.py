"""Strict JSON: refuses what is ambiguous, and what a reply could not return unchanged."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import jiter

from ..errors import BadRequest
from ..practices.nesting import MAX_JSON_DEPTH, child_values, is_nested_deeper
from ..wording import shorten

INTEGER_RANGE = range(-(2**63), 2**64)  # the integers that a reply can contain
BRACKETS = b"[]{}"
NOT_BRACKETS = bytes(set(range(256)) - set(BRACKETS))
NUMERAL_TABLE = bytes.maketrans(b"123456789E", b"000000000e")
LONG_DIGITS, EXPONENT = b"0" * 19, b"e000"


def parse_json(content: bytes) -> Any:
    """Parse JSON; BadRequest if it is not JSON, repeats a name, nests too deep, or has a number beyond 64 bits (F3)."""
    try:
        value = jiter.from_json(content, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        raise _json_error(f"Not JSON: {shorten(str(error))}.") from None
    if _may_nest_deeper(content, MAX_JSON_DEPTH) and is_nested_deeper(value):
        raise _json_error(f"Nests deeper than {MAX_JSON_DEPTH} levels.")
    if _may_have_large_number(content) and not all(map(_fits_64_bits, _iter_scalars(value))):
        raise _json_error("A number does not fit in 64 bits.")
    return value


def _json_error(detail: str) -> BadRequest:
    return BadRequest(error_type="json", detail=detail, rule="F3")


def _may_nest_deeper(content: bytes, max_depth: int) -> bool:
    """Whether JSON may nest deeper than this; brackets in strings count too. A hundred times faster than a walk."""
    if content.count(b"[") + content.count(b"{") <= max_depth:
        return False
    brackets = content.translate(None, NOT_BRACKETS)
    for _ in range(max_depth // 2):  # each round removes one level or two
        if not brackets:
            return False
        brackets, previous = brackets.replace(b"[]", b"").replace(b"{}", b""), brackets
        if brackets == previous:
            return True
    return bool(brackets)


def _may_have_large_number(content: bytes) -> bool:
    """Whether JSON may have a number that does not fit in 64 bits; digits in strings count too.

    It misses no such number: all digits become 0, E becomes e, and + is removed, so `5E+300` is found as `0e000`.
    """
    numerals = content.translate(NUMERAL_TABLE, b"+")
    return LONG_DIGITS in numerals or EXPONENT in numerals


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
