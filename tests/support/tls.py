"""Clients of a server that speaks TLS, and certificates of the tests' own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import trustme

from mockserver.app import App
from tests.support.live_server import TIMEOUT_SECONDS

VENDOR = "api.emporix.io"


def trust(app: App) -> ssl.SSLContext:
    """Return the settings of a client that trusts the authority of a simulator."""
    return ssl.create_default_context(cadata=app.certificates.read_authority().certificate.decode())


def connect(port: int, app: App, name: str = "localhost") -> ssl.SSLSocket:
    """Return a TLS connection to a server that a client knows by this name."""
    plain = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
    return trust(app).wrap_socket(plain, server_hostname=name)


class TlsClient:
    """TLS within a socket or another TLS client. Unlike `ssl.SSLSocket`, it tells a reset from an end."""

    def __init__(self, below: Any, app: App, name: str, sent_before: bytes = b"", answer_before: bytes = b"") -> None:
        """Shake hands; `sent_before` goes out with the first bytes, and `answer_before` comes in with the first."""
        self._below = below
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trust(app).wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._sent_before, self._answer_before = sent_before, answer_before
        self._run(self._tls.do_handshake)

    def sendall(self, content: bytes) -> None:
        self._run(lambda: self._tls.write(content))

    def recv(self, size: int) -> bytes:
        return bytes(self._run(lambda: self._tls.read(size)))

    def exchange(self, content: bytes) -> bytes:
        self.sendall(content)
        return self.recv(65536)

    def send_with_goodbye(self, content: bytes) -> None:
        """Send, and say at once that nothing follows."""
        self._tls.write(content)
        with suppress(ssl.SSLWantReadError):  # it has not heard the server's goodbye
            self._tls.unwrap()
        self._flush()

    def _run(self, step: Callable[[], Any]) -> Any:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
                received = self._below.recv(65536)
                if not received:
                    self._incoming.write_eof()
                assert received.startswith(self._answer_before)
                self._incoming.write(received[len(self._answer_before) :])
                self._answer_before = b""
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        sent, self._sent_before = self._sent_before + self._outgoing.read(), b""
        if sent:
            self._below.sendall(sent)


def read_all(connection: Any) -> bytes:
    """Read until the server closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def client_hello(name: str = VENDOR) -> bytes:
    """Return the first bytes of a TLS client."""
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake needs a server")


def write_certificate(folder: Path, name: str = "shop.test") -> tuple[Path, Path, trustme.CA]:
    """Write a certificate and its key. Return their paths, and the authority."""
    authority = trustme.CA()
    leaf = authority.issue_cert(name, "localhost")
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    leaf.cert_chain_pems[0].write_to_path(certificate)
    leaf.private_key_pem.write_to_path(key)
    return certificate, key, authority
