"""Network faults: which bytes of a response are sent when a fault breaks it in transit."""

from __future__ import annotations

import struct
from random import Random

from .response_writer import EncodedResponse

LINGER_ZERO = struct.pack("ii", 1, 0)  # SO_LINGER: closing drops unsent bytes and resets the connection
GARBAGE = Random(0).randbytes(512)  # noqa: S311 - the same in every run


def broken_bytes(kind: str, response: EncodedResponse) -> bytes:
    """Return the bytes that are sent; a response without a body is cut within its status line."""
    if kind == "garbage":
        return GARBAGE
    if kind != "truncated":
        return b""
    if response.body:
        return response.head + response.body[: len(response.body) // 2]
    first_line = response.head.partition(b"\r\n")[0]
    return first_line[: len(first_line) // 2]


def split_body(body: bytes, chunks: int) -> list[bytes]:
    """Return a body in so many parts, or fewer."""
    size = max(1, -(-len(body) // chunks))
    return [body[start : start + size] for start in range(0, len(body), size)]
