"""Answers that go wrong on their way, by order: what leaves of them."""

from __future__ import annotations

import struct
from random import Random

from .wsgi import Response

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing drops what is unsent, and resets the connection
GARBAGE = Random(0).randbytes(512)  # noqa: S311 - the same in every run


def rest(kind: str, response: Response) -> bytes:
    """Return what is left of an answer; without a body, half a status line, which no client takes for one."""
    if kind == "garbage":
        return GARBAGE
    if kind != "truncated":
        return b""
    if response.body:
        return response.head + response.body[: len(response.body) // 2]
    first_line = response.head.partition(b"\r\n")[0]
    return first_line[: len(first_line) // 2]


def parts(body: bytes, many: int) -> list[bytes]:
    """Cut a body that drips."""
    size = max(1, -(-len(body) // many))
    return [body[start : start + size] for start in range(0, len(body), size)]
