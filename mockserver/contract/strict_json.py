"""JSON, read strictly: what a client could mean in two ways, or what would come back as something else, is refused."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import jiter

from ..errors import BadRequest
from ..practices.nesting import DEEPEST, nests_deeper, parts
from .validation import shortened

INTEGERS = range(-(2**63), 2**64)  # what a reply can hold
BRACKETS = b"[]{}"
ALL_BUT_BRACKETS = bytes(set(range(256)) - set(BRACKETS))
NUMERALS = bytes.maketrans(b"123456789E", b"000000000e")
DIGITS, POWER = b"0" * 19, b"e000"


def read(content: bytes) -> Any:
    """Read JSON; BadRequest for anything that is none, names that come twice, and numbers that none can hold (F3)."""
    try:
        value = jiter.from_json(content, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        raise _problem(f"Not JSON: {shortened(str(error))}.") from None
    if _perhaps_nests_deeper(content, DEEPEST) and nests_deeper(value):
        raise _problem(f"Nests deeper than {DEEPEST} levels.")
    if _perhaps_large(content) and not all(map(_can_be_kept, _leaves(value))):
        raise _problem("A number that 64 bits do not hold.")
    return value


def _problem(detail: str) -> BadRequest:
    return BadRequest(kind="json", detail=detail, rule="F3")


def _perhaps_nests_deeper(content: bytes, levels: int) -> bool:
    """Whether a text may nest deeper than this: brackets in its strings count too. Costs a hundredth of a walk."""
    if content.count(b"[") + content.count(b"{") <= levels:
        return False
    brackets = content.translate(None, ALL_BUT_BRACKETS)
    for _ in range(levels // 2):  # each round takes off one level, or two
        if not brackets:
            return False
        brackets, before = brackets.replace(b"[]", b"").replace(b"{}", b""), brackets
        if brackets == before:
            return True
    return bool(brackets)


def _perhaps_large(content: bytes) -> bool:
    """Whether a text may have a number that 64 bits do not hold: digits in its strings count too.

    Nothing is missed, since all digits become 0, E becomes e, and + goes: `5E+300` is looked for as `0e000`.
    """
    numerals = content.translate(NUMERALS, b"+")
    return DIGITS in numerals or POWER in numerals


def _leaves(value: Any) -> Iterator[Any]:
    """Give all that is no container; the value nests no deeper than Python recurses."""
    if isinstance(value, (dict, list)):
        for part in parts(value):
            yield from _leaves(part)
    else:
        yield value


def _can_be_kept(leaf: Any) -> bool:
    if isinstance(leaf, float):
        return math.isfinite(leaf)
    return not isinstance(leaf, int) or leaf in INTEGERS
