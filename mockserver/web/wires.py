"""Answers that go wrong on their way, by order: what leaves of them, and how."""

from __future__ import annotations

import socket
import struct
import time
from random import Random
from typing import Any

from waitress.task import WSGITask

from ..exchange import Wire
from .adapter import WIRE

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing drops what is unsent, and resets the connection
GARBAGE = Random(0).randbytes(512)  # noqa: S311 - the same in every run


class WiredTask(WSGITask):  # type: ignore[misc]
    """Writes an answer as its wire says, in place of WSGITask's own writing; without one, as it is."""

    _is_broken = False

    def write(self, data: bytes) -> None:
        """Write headers and body, or what a fault leaves of them."""
        wire: Wire | None = self.environ and self.environ.get(WIRE)
        if wire is None:
            super().write(data)
        elif wire.kind == "drip":
            self._drip(wire, data)
        elif not self._is_broken:
            self._break(wire.kind, data)

    def _drip(self, wire: Wire, data: bytes) -> None:
        """Write the body in chunks, with a pause before each; in a thread of its own (`Tasks`)."""
        super().write(b"")
        size = max(1, -(-len(data) // wire.chunks))
        for start in range(0, len(data), size):
            time.sleep(wire.seconds / wire.chunks)
            super().write(data[start : start + size])

    def _break(self, kind: str, data: bytes) -> None:
        """Write what comes through, and have the loop close the connection when that is out."""
        if kind == "reset":
            self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.channel.write_soon(self._rest(kind, data))
        self._is_broken = self.wrote_header = self.close_on_finish = True
        self.content_bytes_written = self.content_length  # else waitress warns that some are missing

    def _rest(self, kind: str, data: bytes) -> bytes:
        """Return what is left of an answer; without a body, half a status line, which no client takes for one."""
        if kind == "garbage":
            return GARBAGE
        if kind != "truncated":
            return b""
        headers: bytes = self.build_response_header()
        first_line = headers.partition(b"\r\n")[0]
        return headers + data[: len(data) // 2] if data else first_line[: len(first_line) // 2]

    def finish(self) -> Any:
        """End the answer; a broken one has no end."""
        if not self._is_broken:
            super().finish()
