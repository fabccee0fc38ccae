"""One client's connection: answers its requests in order, each completely, as fast as the client reads."""

from __future__ import annotations

import socket
import struct
from asyncio import AbstractEventLoop, BaseTransport, Protocol, Transport
from collections import deque
from collections.abc import Callable
from typing import cast

from ..messages import EventStream, NetworkFault, Response
from .application import error_response
from .connection_state import (
    ANSWERING,
    BETWEEN_RESPONSES,
    CLOSED,
    ENDING,
    IDLE,
    LINGERING,
    OPENING,
    READING,
    STREAMING,
    TIMEOUTS,
    WRITING,
    WRITING_LAST,
    ConnectionState,
)
from .dispatcher import Dispatcher
from .request_parser import EMPTY, ParsedRequest, RequestParser
from .response_writer import EncodedResponse, broken_bytes, encode, replace_reason, split_body
from .tls_transport import TlsTransport
from .tunnels import TUNNEL_OPEN, TunnelKeeper, TunnelRefusal
from .write_batcher import WriteBatcher

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
REFUSED = ParsedRequest(EMPTY)  # answered if bytes are not a request; the connection closes after it
PLAIN_TEXT_IN_TUNNEL = "This tunnel speaks HTTPS only; a client must start TLS after its CONNECT."
PLAIN_TEXT = "This port speaks HTTPS only; use a URL that starts with https://."
LINGER_ZERO = struct.pack("ii", 1, 0)  # SO_LINGER: closing drops unsent bytes and resets the connection


MAX_UNREAD_SECONDS = 30  # for which a client of a stream may leave an event unread


class Connection(Protocol):
    """A connection, from opening to close.

    A client that pipelines requests gets one response per loop iteration, and the next one only when it has read the
    last. Otherwise a few clients could starve the rest, and make the server buffer any number of responses. Until then
    the server does not read from the connection, so it notices a close only after the last response; except while a
    call waits for requests, which ends with its client.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        batcher: WriteBatcher,
        loop: AbstractEventLoop,
        on_closed: Callable[[Connection], None],
        tunnels: TunnelKeeper,
    ) -> None:
        self._dispatcher, self._batcher, self._loop, self._on_closed = dispatcher, batcher, loop, on_closed
        self._tunnels, self._is_tunnel = tunnels, False
        self._waiting: deque[ParsedRequest] = deque()
        self._state = OPENING
        self._abandon: Callable[[], None] | None = None  # ends a call that waits for requests
        self._since = loop.time()
        self._unsent_bytes = 0
        self._stream: EventStream | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Start in IDLE. With a limit of 0, the state is WRITING while any byte of a response is unsent."""
        self._transport = cast(Transport, transport)
        self._transport.set_write_buffer_limits(0)
        scheme = "https" if transport.get_extra_info("ssl_object") else "http"
        self._parser = RequestParser(
            (transport.get_extra_info("peername") or ("",))[0], scheme, self._tunnels.refuse_target
        )
        self._enter(IDLE)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Close; the response to a request that is still running will be dropped."""
        self._state = CLOSED
        self._stream = None
        self._waiting.clear()
        if self._abandon:
            self._abandon()
        self._parser.release_llhttp()
        del self._transport, self._parser  # a TLS transport refers to this, so both would wait for the collector
        self._on_closed(self)

    def data_received(self, data: bytes) -> None:
        """Parse requests, and answer the first of them."""
        if self._state in ENDING:
            return
        if self._state is IDLE:
            self._since = self._loop.time()
        self._waiting.extend(self._parser.feed(data))
        self._proceed()
        if self._waiting or self._state is WRITING or (self._state is ANSWERING and not self._abandon):
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """Wait for the client to read; after a dripped response, `_finish` checks that instead."""
        if self._state in BETWEEN_RESPONSES:
            self._enter(WRITING)

    def resume_writing(self) -> None:
        """Continue, because the client has read everything."""
        if self._state is WRITING_LAST:
            self._enter(LINGERING)
        elif self._state is WRITING:
            self._enter(IDLE)
            self._proceed()

    def abort(self) -> None:
        """Close at once."""
        if self._state not in (OPENING, CLOSED):
            self._transport.abort()

    def check_timeout(self, now: float) -> None:
        """Close the connection if its client is idle, stalled or slow, or continue its stream; called once a second."""
        timeout = TIMEOUTS.get(self._state)
        if timeout is None:
            if self._stream:
                self._continue_stream(self._stream, now)
            return
        if self._state in (WRITING, WRITING_LAST):
            self._note_progress(now)
        if now - self._since <= timeout.seconds:
            return
        if timeout.action == "refuse":
            reason = f"The request was incomplete after {timeout.seconds} seconds."
            self._refuse(408, reason)
        elif timeout.action == "close":
            self._transport.close()
        else:
            self._transport.abort()

    def _note_progress(self, now: float) -> None:
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent_bytes:
            self._unsent_bytes, self._since = unsent, now

    def _enter(self, state: ConnectionState) -> None:
        self._state, self._since = state, self._loop.time()

    def _proceed(self) -> None:
        """Answer the next request if the client has read all responses so far; read on if no request waits."""
        if self._state not in (IDLE, READING):
            return
        if self._waiting:
            self._state = ANSWERING  # it has no timeout
            self._parsed = self._waiting.popleft()
            if self._parsed.keeps_open or not self._answer_without_application(self._parsed):
                self._abandon = self._dispatcher.dispatch(self._parsed.request, self._respond)
            return
        if self._state is IDLE and self._parser.is_partial:
            self._enter(READING)
        self._transport.resume_reading()
        if self._parser.awaits_continue:
            self._parser.awaits_continue = False
            self._transport.write(CONTINUE)

    def _answer_without_application(self, parsed: ParsedRequest) -> bool:
        """Refuse what is not a request, and answer CONNECT; return False for any other request."""
        if parsed.refusal:
            self._refuse(*parsed.refusal)
        elif parsed.request.method == "CONNECT" and (problem := parsed.request.problem):
            self._refuse(problem.status, problem.message)
        elif parsed.request.method == "CONNECT":
            self._open_tunnel(parsed.request.path)
        else:
            return False
        return True

    def _open_tunnel(self, target: str) -> None:
        """Speak TLS from now on, as the host that the client wants to reach; refuse other hosts."""
        try:
            context = self._tunnels.open_tunnel(target, is_nested=self._is_tunnel)
        except TunnelRefusal as refusal:
            self._send(replace_reason(encode(error_response(refusal.status, refusal.reason), REFUSED), refusal.reason))
            return
        self._is_tunnel = True
        first_bytes, below = self._parser.rest, self._transport
        self._parser.release_llhttp()
        below.write(TUNNEL_OPEN)
        tunnel = TlsTransport(context, self)
        below.set_protocol(tunnel)
        tunnel.connection_made(below)
        below.resume_reading()
        if first_bytes:
            tunnel.data_received(first_bytes)

    def refuse_plain_text(self) -> None:
        """Answer a client that does not speak TLS although this port does."""
        self._refuse(400, PLAIN_TEXT_IN_TUNNEL if self._is_tunnel else PLAIN_TEXT)

    def note_distrust(self, alert: str) -> None:
        """Log that the client does not accept the certificate."""
        self._tunnels.warn_of_distrust(self._transport.get_extra_info("peername", ("?",))[0], alert)

    def _respond(self, response: Response) -> None:
        """Send the response to the current request."""
        if self._state is not CLOSED:
            self._send(encode(response, self._parsed))

    def _refuse(self, status: int, reason: str) -> None:
        """Answer bytes that are not a valid or complete request, and close the connection."""
        self._enter(ANSWERING)
        self._send(encode(error_response(status, reason), REFUSED))

    def _send(self, encoded: EncodedResponse) -> None:
        """Send a response, or what its network fault leaves of it."""
        if encoded.network_fault:
            self._send_broken(encoded, encoded.network_fault)
            return
        if encoded.stream:
            self._start_stream(encoded, encoded.stream)
            return
        if encoded.keeps_open:
            self._batcher.write(self._transport, encoded.head + encoded.body)
        else:
            self._transport.write(encoded.head + encoded.body)
        self._finish(encoded.keeps_open)

    def _start_stream(self, encoded: EncodedResponse, stream: EventStream) -> None:
        """Send the beginning of a response without an end; read on, to notice when the client closes."""
        self._stream = stream
        self._waiting.clear()
        self._enter(STREAMING)
        self._transport.write(encoded.head + encoded.body)
        self._transport.resume_reading()

    def _continue_stream(self, stream: EventStream, now: float) -> None:
        """Send the next event if the client has read the last one; so at most one is buffered."""
        if not self._transport.get_write_buffer_size():
            self._since = now
            self._transport.write(stream.next_event())
        elif now - self._since > MAX_UNREAD_SECONDS:
            self._transport.abort()

    def _send_broken(self, encoded: EncodedResponse, fault: NetworkFault) -> None:
        transport = self._transport
        if fault.kind == "drip":
            transport.write(encoded.head)
            parts = split_body(encoded.body, fault.chunks)
            self._drip(parts, fault.seconds / fault.chunks, encoded.keeps_open)
        elif fault.kind == "reset":
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
            transport.abort()
        else:
            transport.write(broken_bytes(fault.kind, encoded))
            self._finish(keeps_open=False)

    def _drip(self, parts: list[bytes], pause: float, keeps_open: bool) -> None:
        """Send the parts of a body, each after a pause in seconds."""
        if self._state is CLOSED:
            return
        if parts:
            self._loop.call_later(pause, self._drip_next, parts, pause, keeps_open)
        else:
            self._finish(keeps_open)

    def _drip_next(self, parts: list[bytes], pause: float, keeps_open: bool) -> None:
        if self._state is not CLOSED:
            self._transport.write(parts[0])
        self._drip(parts[1:], pause, keeps_open)

    def _finish(self, keeps_open: bool) -> None:
        """Leave ANSWERING; the next request is answered in the next loop iteration, unless the connection closes."""
        transport = self._transport
        is_unread = transport.get_write_buffer_size() > 0
        if not keeps_open:  # the client may still be sending, so read on until it closes
            self._enter(WRITING_LAST if is_unread else LINGERING)
            transport.write_eof()
            transport.resume_reading()
            return
        if is_unread:
            self._enter(WRITING)
        else:
            self._enter(READING if self._parser.is_partial else IDLE)
        if self._waiting or self._parser.awaits_continue or not transport.is_reading():
            self._loop.call_soon(self._proceed)
