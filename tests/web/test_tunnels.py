"""CONNECT: the simulator plays the vendor's host, and refuses all others; it never forwards anything."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPSConnection
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.web.server import Server
from mockserver.web.tunnels import TunnelKeeper, TunnelRefusal
from tests.support.live_server import TIMEOUT_SECONDS, start_server_in_thread
from tests.support.tls import VENDOR, TlsClient, client_hello, read_all, trust, write_certificate

SEGMENTS = "/customer-segment/acme/segments"
GET_SEGMENTS = f"GET {SEGMENTS} HTTP/1.1\r\nHost: {VENDOR}\r\nAuthorization: Bearer admin-token\r\n".encode()
CONNECT = f"CONNECT {VENDOR}:443 HTTP/1.1\r\nHost: {VENDOR}:443\r\n\r\n".encode()
NUMBERS = count(1)
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


@pytest.fixture(scope="module", params=[False, True], ids=["plain port", "HTTPS port"])
def app(request: pytest.FixtureRequest) -> App:
    return build(Settings(tls=request.param))


@pytest.fixture(scope="module")
def server(app: App) -> Iterator[Server]:
    with start_server_in_thread(app) as server:
        yield server


@pytest.fixture
def proxy(app: App, server: Server) -> Iterator[Any]:
    """A connection to the simulator as a proxy."""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
        if app.settings.tls:
            yield TlsClient(plain, app, "localhost")
        else:
            yield plain


def exchange(proxy: Any, sent: bytes) -> tuple[str, str]:
    """Send bytes; return the status line and the message of the JSON response."""
    proxy.sendall(sent)
    head, _, body = read_all(proxy).partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0].decode(), json.loads(body)["message"]


def open_plainly(proxy: Any, sent: bytes = CONNECT) -> None:
    proxy.sendall(sent)
    assert proxy.recv(len(OPEN)) == OPEN


def test_the_vendors_host_is_the_simulator(app: App, proxy: Any) -> None:
    open_plainly(proxy)
    tunnel = TlsClient(proxy, app, VENDOR)
    assert tunnel.exchange(GET_SEGMENTS + b"\r\n").startswith(b"HTTP/1.1 200 OK\r\n")
    assert tunnel.exchange(GET_SEGMENTS + b"\r\n").startswith(b"HTTP/1.1 200 OK\r\n")
    entry = app.records.list_entries("acme")[-1]
    assert (entry.request.scheme, entry.request.headers["host"]) == ("https", VENDOR)


@pytest.mark.parametrize(
    "connect",
    [
        b"CONNECT api.emporix.io:443 HTTP/1.0\r\n\r\n",
        b"CONNECT API.Emporix.IO:443 HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\nUser-Agent: a\r\n\r\n",
        b"CONNECT api.emporix.io.:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT api.emporix.io:443 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"CONNECT api.emporix.io:443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic eDp5\r\n\r\n",
    ],
)
def test_clients_write_connect_in_several_ways(app: App, proxy: Any, connect: bytes) -> None:
    open_plainly(proxy, connect)
    assert TlsClient(proxy, app, VENDOR).exchange(GET_SEGMENTS + b"\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_may_start_tls_before_the_tunnel_is_open(app: App, proxy: Any) -> None:
    tunnel = TlsClient(proxy, app, VENDOR, sent_before=CONNECT, answer_before=OPEN)
    assert tunnel.exchange(GET_SEGMENTS + b"\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_connection_may_first_send_requests(app: App, proxy: Any) -> None:
    proxy.sendall(GET_SEGMENTS + b"\r\n" + CONNECT)
    received = b""
    while not received.endswith(OPEN):
        received += proxy.recv(65536)
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert TlsClient(proxy, app, VENDOR).exchange(GET_SEGMENTS + b"\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("fault", "received"),
    [("CONNECTION_RESET_BY_PEER", None), ("EMPTY_RESPONSE", 0), ("RANDOM_DATA_THEN_CLOSE", 512)],
)
def test_faults_break_the_responses_in_a_tunnel(app: App, proxy: Any, fault: str, received: int | None) -> None:
    open_plainly(proxy)
    tunnel = TlsClient(proxy, app, VENDOR)
    tenant = f"tunnel{next(NUMBERS)}"
    rule = {"tenant": tenant, "response": {"fault": fault}}
    assert app.flask.test_client().post("/__admin/faults", json=rule).status_code == 201
    request = GET_SEGMENTS.replace(b"acme", tenant.encode()) + b"\r\n"
    if received is None:
        with pytest.raises(ConnectionResetError):
            tunnel.exchange(request)
    else:
        assert len(tunnel.exchange(request)) == received


@pytest.mark.parametrize(
    ("target", "status", "reason"),
    [
        ("example.com:443", 403, "This proxy answers for api.emporix.io:443 only"),
        ("example.com:443", 403, "let others bypass it (NO_PROXY): example.com:443"),
        ("api.emporix.io:80", 403, "api.emporix.io:443 only"),
        ("localhost:443", 403, "api.emporix.io:443 only"),
        ("127.0.0.1:8080", 403, "api.emporix.io:443 only"),
        ("[::1]:443", 403, "api.emporix.io:443 only"),
        ("api.emporix.io.evil.example:443", 403, "api.emporix.io:443 only"),
        ("x" * 9000 + ":443", 403, "x" * 100),
        ("api.emporix.io", 400, "CONNECT needs a host and a port, such as api.emporix.io:443"),
        ("api.emporix.io:", 400, "needs a host and a port"),
        (":443", 400, "needs a host and a port"),
        ("api.emporix.io:0", 400, "needs a host and a port"),
        ("api.emporix.io:65536", 400, "needs a host and a port"),
        ("api.emporix.io:443443443443", 400, "needs a host and a port"),
        ("api.emporix.io:+443", 400, "needs a host and a port"),
        ("/", 400, "needs a host and a port"),
        ("api.emporix.io:443?x=1", 400, "needs a host and a port"),
        ("api.emporix.io:443/?x=1", 400, "needs a host and a port"),
        ("https://api.emporix.io:443", 400, "needs a host and a port"),
        ("api.emporix.io:44é", 400, "needs a host and a port"),
    ],
)
def test_other_targets_are_refused(app: App, proxy: Any, target: str, status: int, reason: str) -> None:
    status_line, message = exchange(proxy, f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert status_line.startswith(f"HTTP/1.1 {status} ")
    assert reason in message
    assert reason in status_line  # Python and others show only this text
    assert len(status_line) < 300


@pytest.mark.parametrize(
    ("target", "header", "status", "says"),
    [
        ("x" * 20_000 + ":443", "", 414, "The URL is longer than"),
        ("api.emporix.io:443", "X-Long: " + "x" * 70_000, 431, "The headers are longer than"),
        ("example.com:443", "X-Long: " + "x" * 70_000, 431, "The headers are longer than"),
    ],
)
def test_a_connect_has_the_limits_of_all_requests(
    app: App, proxy: Any, target: str, header: str, status: int, says: str
) -> None:
    status_line, message = exchange(proxy, f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
    assert status_line.startswith(f"HTTP/1.1 {status} ")
    assert says in message


def test_the_first_refusal_of_each_host_is_logged(app: App, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    host = f"logged{next(NUMBERS)}.example"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
            proxy = TlsClient(plain, app, "localhost") if app.settings.tls else plain
            exchange(proxy, f"CONNECT {host}:443 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    (line,) = [text for text in caplog.messages if host in text]
    assert line.startswith(f"refused CONNECT {host}:443: This proxy answers for api.emporix.io:443 only, let others")


@pytest.mark.parametrize("name", ["unknown authority", "another name"])
def test_the_first_client_that_rejects_the_certificate_is_logged(
    app: App, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """In a tunnel, and on the port if that speaks HTTPS."""
    context = trust(app) if name == "another name" else ssl.create_default_context()
    with start_server_in_thread(app) as server:
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
                if not app.settings.tls:
                    open_plainly(plain)
                with pytest.raises(ssl.SSLCertVerificationError):
                    context.wrap_socket(plain, server_hostname="example.com")
                plain.close()
    (line,) = [text for text in caplog.messages if "does not accept the certificate" in text]
    assert line.startswith("the client at 127.0.0.1 does not accept the certificate (")
    assert f"let it trust the authority in {app.certificates.read_authority().path}" in line


def test_a_connect_within_a_tunnel_is_a_loop(app: App, proxy: Any) -> None:
    open_plainly(proxy)
    received = TlsClient(proxy, app, VENDOR).exchange(CONNECT)
    assert received.startswith(b"HTTP/1.1 508 This connection already leads to the simulator")


PLAIN = "This tunnel speaks HTTPS only; a client must start TLS after its CONNECT."


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", CONNECT])
def test_plain_text_in_a_tunnel_is_told_what_to_do(proxy: Any, sent: bytes) -> None:
    open_plainly(proxy)
    assert exchange(proxy, sent) == ("HTTP/1.1 400 Bad Request", PLAIN)


def test_garbage_in_a_tunnel_ends_it(proxy: Any) -> None:
    open_plainly(proxy)
    proxy.sendall(client_hello()[:50] + b"x" * 1000)
    assert read_all(proxy)[:1] in {b"", b"\x15"}


def test_a_connect_is_no_call(app: App, proxy: Any) -> None:
    before = len(app.records.list_entries(None))
    exchange(proxy, b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert len(app.records.list_entries(None)) == before


def test_the_control_plane_does_not_answer_as_the_vendor(app: App, server: Server) -> None:
    http = HTTPSConnection("localhost", server.port, timeout=TIMEOUT_SECONDS, context=trust(app))
    if app.settings.tls:
        http.request("GET", "/__admin/state", headers={"Host": VENDOR})
        assert http.getresponse().status == 403
    http.close()


def test_the_hash_of_the_authoritys_key_can_be_read(app: App) -> None:
    """Whatever the host is called, and without the token of the control plane."""
    client = app.flask.test_client()
    reply = client.get("/__admin/certs/spki.txt", headers={"Host": "mock.example"})
    assert (reply.status_code, reply.content_type) == (200, "text/plain")
    assert reply.text == app.certificates.identify().spki
    refused = client.get("/__admin/certs/other")
    assert refused.status_code == 404
    assert "ca.crt, and spki.txt" in refused.text


def test_without_a_certificate_the_refusal_says_why(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_text("nothing")
    app = build(Settings(tls_folder=tmp_path))
    with pytest.raises(TunnelRefusal, match="delete it to get a new one") as caught:
        TunnelKeeper(app.certificates).open_tunnel(f"{VENDOR}:443", is_nested=False)
    assert caught.value.status == 503
    with (
        start_server_in_thread(app) as server,
        socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as proxy,
    ):
        status_line, message = exchange(proxy, CONNECT)
    assert status_line.startswith("HTTP/1.1 503 ")
    assert "holds no usable certificate authority" in message
    reply = app.flask.test_client().get("/__admin/certs/ca.crt")
    assert reply.status_code == 404
    assert "holds no usable certificate authority" in reply.text


def test_a_given_certificate_is_shown_in_tunnels(tmp_path: Path) -> None:
    certificate, key, issuer = write_certificate(tmp_path, VENDOR)
    app = build(Settings(tls_cert=certificate, tls_key=key))
    context = ssl.create_default_context(cadata=issuer.cert_pem.bytes().decode())
    with start_server_in_thread(app) as server:
        plain = socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS)
        with context.wrap_socket(plain, server_hostname=VENDOR) as client:
            client.sendall(GET_SEGMENTS + b"Connection: close\r\n\r\n")
            assert read_all(client).startswith(b"HTTP/1.1 200 OK\r\n")
