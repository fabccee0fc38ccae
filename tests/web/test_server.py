"""Bytes on a socket: valid requests in all their forms, and bytes that are not a request."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from typing import cast

import pytest

from mockserver.app import build
from mockserver.control.guard import Guard
from mockserver.messages import Request, Response
from mockserver.settings import Settings
from mockserver.tls.certificates import Certificates
from mockserver.web import request_parser
from mockserver.web import server as web
from mockserver.web.application import Application
from mockserver.web.connection import Connection
from mockserver.web.connection_state import TIMEOUTS, ConnectionState
from mockserver.web.dispatcher import Dispatcher
from mockserver.web.request_parser import ParsedRequest, RequestParser
from mockserver.web.response_writer import encode
from mockserver.web.server import Server
from mockserver.web.tunnels import TunnelKeeper
from mockserver.web.welcome import Welcome
from mockserver.web.write_batcher import WriteBatcher
from tests.support.live_server import TIMEOUT_SECONDS, start_server_in_thread
from tests.support.samples import GOLDEN, HAMMER, ITEM

ITEM_URL = f"/customer-segment/acme/segments{ITEM}"
HEALTH = "/__admin/health"
TOKEN = "Authorization: Bearer admin-token\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patching, start_server_in_thread(build(Settings())) as server:
        patching.setattr(web, "TIMEOUT_CHECK_SECONDS", 0.01)
        yield server


def exchange(server: Server, *parts: bytes) -> bytes:
    """Send the parts and close the sending side; return what is received until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as client:
        for part in parts:
            client.sendall(part)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def exchange_open(server: Server, *parts: bytes) -> bytes:
    """Send the parts and keep the sending side open; return what is received until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as client:
        for part in parts:
            client.sendall(part)
        return b"".join(iter(lambda: client.recv(65536), b""))


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def request(
    method: str = "GET", path: str = ITEM_URL, headers: str = "", body: bytes = b"", version: str = "1.1"
) -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/{version}\r\nHost: localhost\r\n{TOKEN}{length}{headers}\r\n".encode() + body


def test_many_requests_at_once_are_answered_in_order(server: Server) -> None:
    paths = [ITEM_URL, HEALTH, "/no", ITEM_URL]
    received = exchange(server, b"".join(request(path=path) for path in paths))
    assert statuses(received) == [200, 200, 404, 200]


def test_a_request_may_arrive_byte_by_byte(server: Server) -> None:
    whole = request("PUT", body=b'{"mixins": {}}')
    received = exchange(server, *(bytes((byte,)) for byte in whole))
    assert statuses(received) == [204]


def test_a_body_may_arrive_in_chunks_with_trailers(server: Server) -> None:
    head = request("PUT", headers="Transfer-Encoding: chunked\r\n")
    chunks = b'5;ext=1\r\n{"mix\r\n9\r\nins": {}}\r\n0\r\nAuthorization: Bearer no-scope-token\r\n\r\n'
    assert statuses(exchange(server, head + chunks)) == [204]


@pytest.mark.parametrize(
    ("version", "header", "stays"),
    [
        ("1.1", "", True),
        ("1.1", "Connection: close\r\n", False),
        ("1.0", "", False),
        ("1.0", "Connection: keep-alive\r\n", True),
    ],
)
def test_the_connection_stays_open_if_the_client_wants_it(
    server: Server, version: str, header: str, stays: bool
) -> None:
    last = request(headers="Connection: close\r\n")
    received = exchange_open(server, request(headers=header, version=version) + last)
    assert statuses(received) == ([200, 200] if stays else [200])
    assert (b"Connection: keep-alive" in received) == (stays and version == "1.0")


def test_bytes_after_the_last_request_are_not_read(server: Server) -> None:
    assert statuses(exchange_open(server, request(headers="Connection: close\r\n") + b"\0garbage")) == [200]


def test_a_client_that_expects_100_continue_receives_it(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as client:
        client.sendall(request("PUT", headers="Expect: 100-continue\r\nContent-Length: 2\r\n"))
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert client.recv(65536).startswith(b"HTTP/1.1 204 ")


def test_100_continue_is_not_sent_to_a_client_of_http_1_0(server: Server) -> None:
    head = request("PUT", headers="Expect: 100-continue\r\nContent-Length: 2\r\n", version="1.0")
    assert statuses(exchange_open(server, head, b"{}")) == [204]


def test_100_continue_follows_the_response_to_the_previous_request(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as client:
        client.sendall(request() + request("PUT", headers="Expect: 100-continue\r\nContent-Length: 2\r\n"))
        received = b""
        while not received.endswith(b"HTTP/1.1 100 Continue\r\n\r\n"):
            received += client.recv(65536)
        assert statuses(received) == [200, 100]
        client.sendall(b"{}")
        assert client.recv(65536).startswith(b"HTTP/1.1 204 ")


def test_a_client_that_expects_100_continue_for_too_long_a_body_receives_the_413(server: Server) -> None:
    head = request("PUT", headers="Expect: 100-continue\r\nContent-Length: 50000000000\r\n")
    received = exchange_open(server, head)
    assert statuses(received) == [413]
    assert b'"message":"The body is longer than 10485760 bytes."' in received


def test_a_response_arrives_although_the_client_continues_to_send(server: Server) -> None:
    received = exchange_open(server, request("PUT", headers="Content-Length: 50000000000\r\n"), b"x" * 5_000_000)
    assert statuses(received) == [413]


def test_endless_chunks_are_too_long(server: Server) -> None:
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    received = exchange_open(server, request("PUT", headers="Transfer-Encoding: chunked\r\n"), chunk * 11)
    assert statuses(received) == [413]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_another_protocol_is_declined(server: Server, method: str) -> None:
    upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"  # as Java's client asks
    body = b'{"mixins": {}}' if method == "PUT" else b""
    whole = request(method, headers=upgrade, body=body)
    for cut in range(1, len(whole), 7):
        received = exchange(server, whole[:cut], whole[cut:] + request(path=HEALTH))
        assert statuses(received) == [204 if method == "PUT" else 200, 200]


def test_head_has_the_headers_of_get_and_no_body(server: Server) -> None:
    head, got = exchange(server, request("HEAD")), exchange(server, request())
    assert statuses(head) == [200]
    assert head.endswith(b"\r\n\r\n")
    length = re.compile(rb"Content-Length: \d+")
    assert length.findall(head) == length.findall(got)


def test_a_path_with_unescaped_letters_means_the_same_as_the_escaped_one(server: Server) -> None:
    path = f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/käse"
    message = json.loads(exchange(server, request(path=path)).partition(b"\r\n\r\n")[2])["message"]
    escaped = json.loads(exchange(server, request(path=path.replace("ä", "%C3%A4"))).partition(b"\r\n\r\n")[2])
    assert escaped["message"] == message
    assert "käse" in message


def test_headers_of_one_name_are_joined_and_names_with_underscores_are_ignored() -> None:
    lines = b"A: 1\r\nA:\t2 \r\nB_C: x\r\nContent-Type: a/b\r\n"
    (parsed,) = RequestParser("::1").feed(b"GET /%41?b=c#d HTTP/1.1\r\n" + lines + b"\r\n")
    assert parsed.request == Request("GET", "/%41", "b=c", {"a": "1, 2", "content-type": "a/b"}, b"", "::1")


WRONG = {
    "no method": (b"FOO / HTTP/1.1\r\n\r\n", 400),
    "lower case": (b"get / HTTP/1.1\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "no version": (b"GET / HTTP/9.9\r\n\r\n", 400),
    "blank in the target": (b"GET /a b HTTP/1.1\r\n\r\n", 400),
    "zero byte in the target": (b"GET /a\0 HTTP/1.1\r\n\r\n", 400),
    "zero byte in a header": (b"GET / HTTP/1.1\r\nA: a\0b\r\n\r\n", 400),
    "bare return in a header": (b"GET / HTTP/1.1\r\nA: a\rB: b\r\n\r\n", 400),
    "blank before a colon": (b"GET / HTTP/1.1\r\nA : a\r\n\r\n", 400),
    "folded header": (b"GET / HTTP/1.1\r\nA: a\r\n b\r\n\r\n", 400),
    "two lengths": (b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "signed length": (b"PUT / HTTP/1.1\r\nContent-Length: +1\r\n\r\na", 400),
    "length beyond 64 bits": (b"PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
    "length and chunks": (b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "unknown coding": (b"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    "coding that is not chunked": (b"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    "hidden coding": (b"PUT / HTTP/1.1\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "chunk without size": (b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    "chunk longer than it says": (b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", 400),
    "endless header": (b"GET / HTTP/1.1\r\nA: " + b"a" * 300_000, 431),
    "endless headers": (b"GET / HTTP/1.1\r\n" + b"A: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 15_000, 431),
    "endless trailer": (
        b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + b"a" * 600_000,
        431,
    ),
    "endless target": (b"GET /" + b"a" * 300_000, 431),
}


@pytest.mark.parametrize("name", WRONG)
def test_invalid_bytes_are_answered_in_json_and_close_the_connection(server: Server, name: str) -> None:
    sent, status = WRONG[name]
    received = exchange_open(server, request(path=HEALTH) + sent)
    assert statuses(received) == [200, status]
    head, _, body = received[received.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
    assert b"Connection: close" in head
    error = json.loads(body)
    assert error["code"] == status
    assert error["message"]
    assert statuses(exchange(server, request())) == [200]


@pytest.mark.parametrize("cut", [5, 60, -1])
def test_an_incomplete_request_is_not_executed(server: Server, cut: int) -> None:
    new = f"/customer-segment/broken{cut % 100}/segments/{GOLDEN}/items/PRODUCT/{HAMMER}"
    before = exchange(server, request(path=new))
    whole = request("PUT", new, body=b'{"mixins": {}}')
    assert exchange(server, whole[:cut]) == b""
    assert exchange(server, request(path=new)).partition(b"\r\n\r\n")[2] == before.partition(b"\r\n\r\n")[2]


def test_a_client_that_pipelines_too_many_requests_gets_responses_up_to_the_limit(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_parser, "MAX_WAITING_REQUESTS", 3)
    assert statuses(exchange_open(server, request(path=HEALTH) * 5)) == [200] * 3


@pytest.mark.parametrize(
    ("state", "sent", "status"),
    [
        (ConnectionState.IDLE, b"", []),
        (ConnectionState.IDLE, request(), [200]),
        (ConnectionState.READING, b"GET / HT", [408]),
        (ConnectionState.READING, request("PUT", headers="Content-Length: 5\r\n") + b"{", [408]),
        (ConnectionState.LINGERING, request(headers="Connection: close\r\n"), [200]),
    ],
)
def test_a_client_that_lets_the_server_wait_is_closed(
    server: Server, monkeypatch: pytest.MonkeyPatch, state: ConnectionState, sent: bytes, status: list[int]
) -> None:
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as client:
        client.sendall(sent)
        received = client.recv(65536) if status == [200] else b""
        for short in (ConnectionState.LINGERING, state):
            monkeypatch.setitem(TIMEOUTS, short, TIMEOUTS[short]._replace(seconds=0))
        assert statuses(received + b"".join(iter(lambda: client.recv(65536), b""))) == status
        while server.connections:
            assert client.recv(1) == b""


def test_a_server_that_has_stopped_may_be_stopped_again() -> None:
    """A launcher and its process group may both get a signal, and the second one arrives while the server closes."""
    with start_server_in_thread(build(Settings())) as server:
        pass
    server.stop()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:1",
        "a.localhost",
        "127.0.0.1:8080",
        "[::1]:80",
        "user@localhost",
        "api.emporix.io",
        "shop.test",
        "Shop.Test.:8080",
        "[fe80::1]",
    ],
)
def test_a_url_of_this_server_or_the_vendor_is_answered(host: str) -> None:
    """Clients send the whole URL to a proxy (RFC 9112, 3.2.2)."""
    with start_server_in_thread(build(Settings(allowed_host=("shop.test", "fe80::1")))) as server:
        received = exchange(server, f"GET http://{host}{ITEM_URL}?x HTTP/1.1\r\nHost: x\r\n{TOKEN}\r\n".encode())
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com/", "example.com"),
        ("http://example.com:8080/customer-segment/acme/segments", "example.com"),
        ("http://localhost@example.com/", "example.com"),
        ("http://example.com?localhost", "example.com"),
        ("http://api.emporix.io.example/", "api.emporix.io.example"),
        ("http://[2001:db8::1]/__admin/health", "[2001:db8::1]"),
        ("ftp://192.168.0.1/", "192.168.0.1"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_url_of_another_host_is_refused_and_logged_once(
    server: Server, caplog: pytest.LogCaptureFixture, method: str, url: str, host: str
) -> None:
    sent = f"{method} {url} HTTP/1.1\r\nHost: {host}\r\n{TOKEN}Content-Length: 2\r\n\r\n{{}}".encode()
    for _ in range(2):
        received = exchange(server, sent)
        assert received.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        message = json.loads(received.partition(b"\r\n\r\n")[2])["message"]
        assert message.startswith(f"This server is no proxy for {host}; let this host bypass it (NO_PROXY)")
    assert len([text for text in caplog.messages if f"refused a request for {host}:" in text]) <= 1
    assert b"no proxy" not in exchange(server, b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")


def test_a_connection_without_a_socket_yet_can_wait_and_be_aborted() -> None:
    loop = asyncio.new_event_loop()
    try:
        connection = Connection(
            cast(Dispatcher, None), WriteBatcher(loop), loop, lambda _: None, TunnelKeeper(Certificates())
        )
        connection.check_timeout(loop.time() + 1000)
        connection.abort()
    finally:
        loop.close()


@pytest.mark.parametrize("header", ["b\r\nC: d", "b\nC: d", "\u0142"])
def test_a_header_with_a_line_break_is_not_sent(header: str, caplog: pytest.LogCaptureFixture) -> None:
    def split(_: Request) -> Response:
        return Response(200, b"text", {"A": header})

    request = Request("GET", "/x", "", {})
    response = encode(
        Application(split, split, split, split, Guard(), Welcome((), "acme", tuple, "open")).answer(request),
        ParsedRequest(request),
    )
    assert response.head.startswith(b"HTTP/1.1 500 ")
    assert b"C: d" not in response.head
    assert not response.keeps_open
    assert "line break" in caplog.text
