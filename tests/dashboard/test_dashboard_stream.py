"""The stream of events: what it sends, how much, and when it ends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mockserver.app import App, build
from mockserver.dashboard import news
from mockserver.dashboard.news import NewsFeed
from mockserver.messages import Request
from mockserver.settings import Settings
from mockserver.web import connection
from mockserver.web.connection_state import ConnectionState
from mockserver.web.server import Server
from tests.support.live_server import TIMEOUT_SECONDS, start_server_in_thread

EVENTS = b"GET /__admin/ui/events%b HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEALTH = b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
CALL = Request("GET", "/customer-segment/acme/segments/none", "", {"authorization": "Bearer admin-token"})


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setattr(news, "SECONDS_BETWEEN_LOOKS", 0)
    return build(Settings())


@pytest.fixture
def server(app: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("mockserver.web.server.TIMEOUT_CHECK_SECONDS", 0.01)
    with start_server_in_thread(app) as server:
        yield server


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as closing:
        yield closing


def listen(server: Server, closing: ExitStack, query: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS)
    closing.callback(client.close)
    client.sendall(EVENTS % query)
    return client


def read_until(client: socket.socket, end: bytes) -> bytes:
    received = b""
    while end not in received:
        part = client.recv(4096)
        assert part, received
        received += part
    return received


def wait_until_closed(server: Server, count: int = 0) -> None:
    """Return when only so many connections are open; the server checks them again and again."""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as client:
        while True:
            client.sendall(HEALTH)
            read_until(client, b"}")
            if len(server.connections) == count + 1:
                return


def test_a_page_hears_of_calls_and_of_how_many_failed(server: Server, app: App, closing: ExitStack) -> None:
    client = listen(server, closing)
    head = read_until(client, b'data: {"look":1,"failures":0}\n\n')
    assert b"Content-Type: text/event-stream\r\n" in head
    assert b"Content-Length" not in head
    assert b"Connection: close\r\n" in head
    app.entrances.answer(CALL)
    assert read_until(client, b"\n\n").endswith(b'event: news\ndata: {"look":2,"failures":1}\n\n')


def test_other_requests_are_answered_meanwhile(server: Server, closing: ExitStack) -> None:
    for _ in range(3):
        read_until(listen(server, closing), b"\n\n")
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as other:
        other.sendall(HEALTH)
        assert b"healthy" in read_until(other, b"}")


def test_a_world_has_its_own_news(server: Server, app: App, closing: ExitStack) -> None:
    client = listen(server, closing, b"?world=blue")
    read_until(client, b'"failures":0}\n\n')
    app.entrances.answer(CALL)
    headers = {**CALL.headers, "x-mock-world": "blue"}
    for _ in range(2):
        app.entrances.answer(Request(CALL.method, CALL.path, "", headers))
    while b'"failures":2}' not in read_until(client, b"\n\n"):
        pass


def test_listening_to_an_unknown_world_does_not_create_it(server: Server, app: App, closing: ExitStack) -> None:
    read_until(listen(server, closing, b"?world=ghost"), b"\n\n")
    assert app.simulations.list_named() == []


def test_a_silent_stream_shows_that_it_is_alive(
    server: Server, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "SILENT_EVENTS", 3)
    client = listen(server, closing)
    read_until(client, b"\n\n")
    assert read_until(client, b": still here\n\n")


def test_the_server_notices_when_a_page_closes(server: Server, closing: ExitStack) -> None:
    client = listen(server, closing)
    read_until(client, b"\n\n")
    client.close()
    wait_until_closed(server)


def test_what_a_page_sends_after_its_request_is_dropped(server: Server, closing: ExitStack) -> None:
    client = listen(server, closing)
    client.sendall(EVENTS % b"" * 3)
    received = read_until(client, b"\n\n")
    client.sendall(EVENTS % b"")
    assert received.count(b"HTTP/1.1 200") == 1
    client.close()
    wait_until_closed(server)


def test_the_stop_of_the_server_ends_streams(app: App, closing: ExitStack) -> None:
    with start_server_in_thread(app) as server:
        client = listen(server, closing)
        read_until(client, b"\n\n")
    try:
        while client.recv(4096):
            pass
    except ConnectionResetError:
        pass


def test_a_page_that_does_not_read_costs_one_event_and_is_dropped(
    server: Server, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_UNREAD_SECONDS", 0)
    monkeypatch.setattr(news.NewsStream, "next_event", lambda _: b":" * 40_000_000)
    listen(server, closing)
    wait_until_closed(server)


def test_the_number_of_streams_is_limited(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "MAX_STREAMS", 2)
    feed = NewsFeed(app.simulations)
    streams = [feed.open_stream(None) for _ in range(2)]
    with pytest.raises(news.TooManyStreams):
        feed.open_stream(None)
    del streams[0]
    feed.open_stream(None)
    request = Request("GET", "/__admin/ui/events", "", {"host": "localhost"})
    opened = [app.entrances.answer(request) for _ in range(3)]
    assert [response.status for response in opened] == [200, 200, 503]


def test_a_server_that_cannot_stream_sends_the_first_event_as_a_whole(app: App) -> None:
    reply = app.flask.test_client().get("/__admin/ui/events")
    assert reply.data == b'retry: 2000\nevent: news\ndata: {"look":1,"failures":0}\n\n'
    assert reply.headers["Content-Type"] == "text/event-stream"


def test_head_does_not_stream(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as client:
        client.sendall(EVENTS.replace(b"GET", b"HEAD") % b"" + HEALTH)
        assert read_until(client, b"}").count(b"HTTP/1.1 200") == 2


def test_looks_are_shared(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "SECONDS_BETWEEN_LOOKS", 3600)
    feed = NewsFeed(app.simulations)
    first = feed.look(None)
    app.entrances.answer(CALL)
    assert feed.look(None) is first
    monkeypatch.setattr(news, "SECONDS_BETWEEN_LOOKS", 0)
    assert (feed.look(None).number, feed.look(None).number, feed.look(None).failures) == (2, 2, 1)
    app.records.clear_journals()
    assert (feed.look(None).number, feed.look(None).failures) == (3, 1)


def test_a_page_without_a_world_hears_of_all_worlds(app: App) -> None:
    feed = NewsFeed(app.simulations)
    feed.look(None)
    app.entrances.answer(Request(CALL.method, CALL.path, "", {**CALL.headers, "x-mock-world": "blue"}))
    assert (feed.look(None).number, feed.look(None).failures) == (2, 1)
    assert feed.look("red").failures == 0
    app.simulations.drop_simulation("blue")
    assert feed.look(None).failures == 1


def test_streaming_is_a_state_of_a_connection(server: Server, closing: ExitStack) -> None:
    read_until(listen(server, closing), b"\n\n")
    (client,) = server.connections
    assert client._state is ConnectionState.STREAMING
