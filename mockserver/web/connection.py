"""One client's connection: its requests are answered one after the other, whole, as fast as it reads."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop, BaseTransport, Protocol, Transport
from collections import deque
from collections.abc import Callable
from typing import cast

from . import wires
from .callers import Callers
from .messages import Message, Messages
from .outbox import Outbox
from .wsgi import Response, refusal

IDLE_SECONDS = 30  # of a connection without a request, or of a client that does not read
REQUEST_SECONDS = 60  # until a request that has begun must be whole
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LINGER_SECONDS = 2  # to read on after the last answer: closing before the client has sent all would take it away


class Connection(Protocol):
    """A connection, from its opening to its end.

    A client that sends many requests at once gets one answer a round, as the others do, and the next when it has read
    that: else few clients could keep the server from all others, and have it hold as many answers as they like.
    Until then nothing is read from it, so its end is not seen before its last answer is sent.
    """

    def __init__(
        self, callers: Callers, outbox: Outbox, loop: AbstractEventLoop, closed: Callable[[Connection], None]
    ) -> None:
        self._callers, self._outbox, self._loop, self._closed = callers, outbox, loop, closed
        self._messages = Messages()
        self._waiting: deque[Message] = deque()
        self._transport: Transport | None = None
        self._client = ""
        self._is_busy = self._is_behind = self._is_ending = False
        self._unsent = 0
        self._since = loop.time()

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin: from now on the client is behind while anything of an answer is unsent."""
        self._transport = cast(Transport, transport)
        self._transport.set_write_buffer_limits(0)
        self._client = (transport.get_extra_info("peername") or ("",))[0]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End; an answer that is still being made will have nowhere to go."""
        self._transport = None
        self._waiting.clear()
        del self._messages  # it and its parser hold each other
        self._closed(self)

    def data_received(self, data: bytes) -> None:
        """Read requests, and answer the first."""
        if self._is_ending:
            return
        if not self._messages.is_partial:
            self._since = self._loop.time()
        self._waiting.extend(self._messages.fed(data))
        self._go_on()
        if self._transport and (self._waiting or self._is_busy or self._is_behind):
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        self._is_behind = True

    def resume_writing(self) -> None:
        """Go on: the client has read all."""
        self._is_behind = False
        self._go_on()

    def abort(self) -> None:
        """Close at once."""
        if self._transport:
            self._transport.abort()

    def look(self, now: float) -> None:
        """Close if the client lets the connection wait for too long; be called now and then."""
        if self._transport is None or self._is_busy:
            return
        waited = now - self._since
        if self._is_behind:
            unsent = self._transport.get_write_buffer_size()
            if unsent != self._unsent:
                self._unsent, self._since = unsent, now
            elif waited > IDLE_SECONDS:
                self.abort()
        elif self._is_ending:
            if waited > LINGER_SECONDS:
                self.abort()
        elif self._messages.is_partial:
            if waited > REQUEST_SECONDS:
                self._answered(refusal(408, f"The request was not whole after {REQUEST_SECONDS} seconds."))
        elif waited > IDLE_SECONDS:
            self._transport.close()

    def _go_on(self) -> None:
        """Answer the next request, if there is one and the client has read all answers so far; else read on."""
        if self._is_busy or self._is_behind or self._is_ending or self._transport is None:
            return
        if self._waiting:
            self._is_busy = True
            message = self._waiting.popleft()
            if message.problem:
                self._answered(refusal(*message.problem))
            else:
                self._callers.call(message, self._client, self._answered)
        else:
            self._transport.resume_reading()
            if self._messages.awaits_continue:
                self._messages.awaits_continue = False
                self._transport.write(CONTINUE)

    def _answered(self, response: Response) -> None:
        """Send an answer, or what is left of it."""
        transport, wire = self._transport, response.wire
        if transport is None:
            return
        if wire is None:
            if response.keeps:
                self._outbox.send(transport, response.head + response.body)
            else:
                transport.write(response.head + response.body)
            self._sent(transport, response.keeps)
        elif wire.kind == "drip":
            transport.write(response.head)
            self._drip(wires.parts(response.body, wire.chunks), wire.seconds / wire.chunks, response.keeps)
        else:
            self._break(transport, wire.kind, response)

    def _drip(self, parts: list[bytes], pause: float, keeps: bool) -> None:
        """Send the parts of a body, with a pause before each."""
        if self._transport is None:
            return
        if parts:
            self._loop.call_later(pause, self._drop, parts, pause, keeps)
        else:
            self._sent(self._transport, keeps)

    def _drop(self, parts: list[bytes], pause: float, keeps: bool) -> None:
        if self._transport:
            self._transport.write(parts[0])
        self._drip(parts[1:], pause, keeps)

    def _break(self, transport: Transport, kind: str, response: Response) -> None:
        """Send what comes through, and close."""
        if kind == "reset":
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, wires.AT_ONCE)
            transport.abort()
        else:
            transport.write(wires.rest(kind, response))
            self._sent(transport, keeps=False)

    def _sent(self, transport: Transport, keeps: bool) -> None:
        """Go on with the client's next request in the next round, or end here."""
        self._is_busy = False
        self._since = self._loop.time()
        if not keeps:  # nothing more will come; but the client may not have sent all yet, so read on until it says so
            self._is_ending = True
            transport.write_eof()
            transport.resume_reading()
        elif self._waiting or self._messages.awaits_continue or not transport.is_reading():
            self._loop.call_soon(self._go_on)
