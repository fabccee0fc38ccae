"""TLS between a socket and a connection: the connection writes and reads as it would without TLS.

It uses `ssl.SSLObject`, not asyncio's TLS transport, which cannot send an end and read on, does not say how many bytes
a slow client has left unread, and loses what a client sends together with its CONNECT. Network faults and timeouts
need all three.
"""

from __future__ import annotations

from asyncio import BaseProtocol, BaseTransport, Protocol, Transport, get_running_loop
from contextlib import suppress
from enum import Enum
from ssl import MemoryBIO, SSLContext, SSLError, SSLWantReadError
from typing import Any, cast
from typing import Protocol as Interface

HANDSHAKE_RECORD = 22  # the first byte of a client that speaks TLS (RFC 8446, 5.1)
# The alerts of clients that do not accept a certificate, by OpenSSL's names (RFC 8446, 6.2).
DISTRUST_BY_REASON = {
    "SSLV3_ALERT_BAD_CERTIFICATE": "bad_certificate",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "unsupported_certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "certificate_expired",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "certificate_unknown",
    "TLSV1_ALERT_UNKNOWN_CA": "unknown_ca",
    "TLSV1_ALERT_ACCESS_DENIED": "access_denied",
}
READ_BYTES = 256 * 1024


class Decrypted(Interface):
    """The connection above TLS."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Take the transport."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Close."""

    def data_received(self, data: bytes) -> None:
        """Take decrypted bytes."""

    def pause_writing(self) -> None:
        """Wait for the client to read."""

    def resume_writing(self) -> None:
        """Continue."""

    def refuse_plain_text(self) -> None:
        """Answer a client that does not speak TLS, without TLS."""

    def note_distrust(self, alert: str) -> None:
        """Note that the client does not accept the certificate."""


class Stage(Enum):
    """Before the first byte, during the handshake, open, without TLS for a client that speaks none, and ended."""

    START = 1
    HANDSHAKE = 2
    OPEN = 3
    PLAIN = 4
    ENDED = 5


class TlsTransport(Transport, Protocol):
    """The protocol of a socket or of another TLS transport, and the transport of a connection."""

    def __init__(self, context: SSLContext, connection: Decrypted) -> None:
        super().__init__()
        self._incoming, self._outgoing = MemoryBIO(), MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._connection = connection
        self._stage = Stage.START
        self._has_client_ended = False

    # as the protocol of the transport below

    def connection_made(self, transport: BaseTransport) -> None:
        """Start; the timeouts of the connection limit the handshake too."""
        self._below = cast(Transport, transport)
        self._connection.connection_made(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the connection."""
        self._stage = Stage.ENDED
        self._connection.connection_lost(exc)
        del self._connection  # it refers to this transport, so both would wait for the garbage collector

    def data_received(self, data: bytes) -> None:
        """Decrypt, and pass on what the client sent."""
        if self._stage is Stage.START:
            self._stage = Stage.HANDSHAKE if data[0] == HANDSHAKE_RECORD else Stage.PLAIN
            if self._stage is Stage.PLAIN:
                self._connection.refuse_plain_text()
        if self._stage not in (Stage.HANDSHAKE, Stage.OPEN):
            return
        self._incoming.write(data)
        try:
            content = self._decrypt()
        except SSLError as error:  # not TLS, or a client that does not trust the certificate
            if error.reason in DISTRUST_BY_REASON:
                self._connection.note_distrust(DISTRUST_BY_REASON[error.reason])
            self._send_encrypted()  # an alert that says why
            self._stage = Stage.ENDED
            self._below.close()
            return
        self._send_encrypted()
        if content:
            self._connection.data_received(content)
        if self._has_client_ended:
            get_running_loop().call_soon(self._close_if_reading)  # after the responses of this iteration

    def _close_if_reading(self) -> None:
        """Close for a client that sends nothing more, unless a request is still being answered."""
        if self._below.is_reading():
            self._below.close()

    def pause_writing(self) -> None:
        """Tell the connection that the client does not read."""
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        """Tell the connection that the client has read everything."""
        self._connection.resume_writing()

    def _decrypt(self) -> bytes:
        """Return what can be decrypted so far; SSLError if the client does not follow the protocol."""
        parts = []
        with suppress(SSLWantReadError):
            if self._stage is Stage.HANDSHAKE:
                self._tls.do_handshake()
                self._stage = Stage.OPEN
            while part := self._tls.read(READ_BYTES):
                parts.append(part)
            self._has_client_ended = True
        return b"".join(parts)

    def _send_encrypted(self) -> None:
        if self._outgoing.pending:
            self._below.write(self._outgoing.read())

    # as the transport of the connection

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt and send."""
        if self._stage is Stage.PLAIN:
            self._below.write(data)
        elif data and self._stage is not Stage.ENDED:
            try:
                self._tls.write(data)
            except SSLError:  # the handshake is incomplete, or the client has broken off
                self._below.abort()
                return
            self._send_encrypted()

    def write_eof(self) -> None:
        """Say that nothing follows, and read on until the client closes."""
        self._end()
        if not self._below.is_closing():
            self._below.write_eof()

    def close(self) -> None:
        """Say that nothing follows, and close when everything is sent."""
        self._end()
        self._below.close()

    def abort(self) -> None:
        """Close at once."""
        self._stage = Stage.ENDED
        self._below.abort()

    def _end(self) -> None:
        if self._stage is Stage.OPEN:
            with suppress(SSLError):
                self._tls.unwrap()
            self._send_encrypted()
        self._stage = Stage.ENDED

    def resume_reading(self) -> None:
        """Read on, or close if the client has said that nothing follows."""
        self._below.resume_reading()
        if self._has_client_ended:
            self._below.close()

    def pause_reading(self) -> None:
        """Read nothing more for now; everything that was read is decrypted."""
        self._below.pause_reading()

    def is_reading(self) -> bool:
        """Whether it reads."""
        return self._below.is_reading()

    def is_closing(self) -> bool:
        """Whether it closes or is closed."""
        return self._below.is_closing()

    def get_write_buffer_size(self) -> int:
        """Return how many encrypted bytes are unsent."""
        return self._below.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set when the connection is told that a client does not read."""
        self._below.set_write_buffer_limits(high, low)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return a fact about the connection; `ssl_object` says that it is encrypted."""
        return self._tls if name == "ssl_object" else self._below.get_extra_info(name, default)

    def set_protocol(self, protocol: BaseProtocol) -> None:
        """Pass what is decrypted to another protocol: that of TLS within TLS, after a CONNECT."""
        self._connection = cast(Decrypted, protocol)

    def get_protocol(self) -> BaseProtocol:
        """Return what reads the decrypted bytes."""
        return cast(BaseProtocol, self._connection)
