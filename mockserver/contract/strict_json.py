"""JSON, read strictly: what a client could mean in two ways, or what would come back as something else, is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import jiter

from ..errors import BadRequest
from .validation import shortened

DEEPEST = 100  # levels; a reply of 255 cannot be written, and patches copy recursively
INTEGERS = range(-(2**63), 2**64)  # what a reply can hold
PERHAPS_TOO_LARGE = re.compile(rb"[0-9]{19}|[eE]\+?[0-9]{3}")


def read(content: bytes) -> Any:
    """Read JSON; BadRequest for anything that is none, names that come twice, and numbers that none can hold (F3)."""
    try:
        value = jiter.from_json(content, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        raise _problem(f"Not JSON: {shortened(str(error))}.") from None
    if content.count(b"[") + content.count(b"{") > DEEPEST and _nests_deeper(value, DEEPEST):
        raise _problem(f"Nests deeper than {DEEPEST} levels.")
    if PERHAPS_TOO_LARGE.search(content) and not all(map(_can_be_kept, _leaves(value))):
        raise _problem("A number that 64 bits do not hold.")
    return value


def _problem(detail: str) -> BadRequest:
    return BadRequest(kind="json", detail=detail, rule="F3")


def _nests_deeper(value: Any, levels: int) -> bool:
    """Whether a value nests deeper than this; level by level, since it may nest deeper than Python recurses."""
    containers = [value]
    for _ in range(levels):
        containers = [part for each in containers for part in _parts(each) if isinstance(part, (dict, list))]
    return bool(containers)


def _parts(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _leaves(value: Any) -> Iterator[Any]:
    """Give all that is no container; the value nests no deeper than Python recurses."""
    if isinstance(value, (dict, list)):
        for part in _parts(value):
            yield from _leaves(part)
    else:
        yield value


def _can_be_kept(leaf: Any) -> bool:
    if isinstance(leaf, float):
        return math.isfinite(leaf)
    return not isinstance(leaf, int) or leaf in INTEGERS
