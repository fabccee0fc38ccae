"""What a closed connection leaves in memory: nothing that waits for the garbage collector."""

from __future__ import annotations

import gc
import socket
import ssl
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPSConnection
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.web.connection import Connection
from mockserver.web.request_parser import RequestParser
from mockserver.web.tls_transport import TlsTransport
from tests.support.live_server import TIMEOUT_SECONDS, start_server_in_thread
from tests.support.tls import VENDOR, TlsClient, client_hello, trust

TYPES = (Connection, TlsTransport, RequestParser, ssl.SSLObject)
REQUEST = b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
CONNECT = f"CONNECT {VENDOR}:443 HTTP/1.1\r\nHost: {VENDOR}:443\r\n\r\n".encode()
CLIENTS = 5
MAX_PROBES = 200  # requests of another client, during which the server notices that the clients have closed


@pytest.fixture(params=[False, True], ids=["plain port", "HTTPS port"])
def app(request: pytest.FixtureRequest) -> App:
    return build(Settings(tls=request.param))


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def send_request(app: App, plain: socket.socket) -> None:
    client: Any = TlsClient(plain, app, "localhost") if app.settings.tls else plain
    client.sendall(REQUEST)
    assert client.recv(65536)


def send_half_a_request(app: App, plain: socket.socket) -> None:
    client: Any = TlsClient(plain, app, "localhost") if app.settings.tls else plain
    client.sendall(REQUEST + REQUEST[:20])
    assert client.recv(65536)


def abandon_handshake(app: App, plain: socket.socket) -> None:
    plain.sendall(client_hello())


def break_handshake(app: App, plain: socket.socket) -> None:
    plain.sendall(client_hello()[:50] + b"x" * 1000)


def send_nothing(app: App, plain: socket.socket) -> None:
    pass


def use_tunnel(app: App, plain: socket.socket) -> None:
    tunnel = open_tunnel(app, plain)
    tunnel.sendall(REQUEST)
    assert tunnel.recv(65536)


def open_tunnel(app: App, plain: socket.socket) -> TlsClient:
    proxy: Any = TlsClient(plain, app, "localhost") if app.settings.tls else plain
    proxy.sendall(CONNECT)
    assert proxy.recv(65536).startswith(b"HTTP/1.1 200 ")
    return TlsClient(proxy, app, VENDOR)


WAYS = [send_request, send_half_a_request, abandon_handshake, break_handshake, send_nothing, use_tunnel]


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("use", WAYS, ids=lambda use: use.__name__)
def test_a_closed_connection_leaves_nothing(app: App, use: Callable[[App, socket.socket], None]) -> None:
    with start_server_in_thread(app) as server:
        probe = (
            HTTPSConnection("localhost", server.port, timeout=TIMEOUT_SECONDS, context=trust(app))
            if app.settings.tls
            else HTTPConnection("localhost", server.port, timeout=TIMEOUT_SECONDS)
        )
        send_probe(probe)
        before = count_server_objects()
        for _ in range(CLIENTS):
            with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
                use(app, plain)
        for _ in range(MAX_PROBES):
            send_probe(probe)
            if len(server.connections) == 1 and count_server_objects() == before:
                break
        assert count_server_objects() == before
        probe.close()


def send_probe(probe: HTTPConnection) -> None:
    probe.request("GET", "/__admin/health")
    assert probe.getresponse().read()


def count_server_objects() -> dict[str, int]:
    """Return how many objects of connections exist; an `SSLObject` also of a test's client, which ends with it."""
    found = [type(one) for one in gc.get_objects() if type(one) in TYPES]
    return {kind.__name__: found.count(kind) for kind in TYPES}
