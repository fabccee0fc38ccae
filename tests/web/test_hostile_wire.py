"""Clients on real sockets that do not read, or too many of them: others are served, and no write is lost."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from random import Random

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.web.connection_state import TIMEOUTS, ConnectionState
from mockserver.web.server import Server
from tests.support.live_server import (
    COMMAND,
    TIMEOUT_SECONDS,
    Connection,
    send_request,
    start_server,
    start_server_in_thread,
)
from tests.support.samples import GOLDEN, HAMMER, SCREWDRIVER, WORLDS

ITEMS = f"/{GOLDEN}/items/PRODUCT"
LARGE = 9 * 1024 * 1024  # bytes of a reply; more than sockets hold for a client that does not read
NUMBERS = count(1)


@dataclass
class Served:
    """A server in this process, and a client of it."""

    app: App
    client: Connection
    server: Server

    def wait_for_connections(self, count: int) -> None:
        """Send requests until at most this many connections are left, including its own."""
        while len(self.server.connections) > count:
            assert self.health() == 200

    def health(self) -> int:
        return self.client.send("GET", "/__admin/health")[0]

    def calls(self) -> int:
        """Return how many calls for the client's tenant have been answered."""
        return len(self.app.records.list_entries(self.client.tenant))

    def wait_for_calls(self, times: int) -> int:
        """Send requests until this many calls were answered; return how many there are after ten more requests."""
        while self.calls() < times:
            assert self.health() == 200
        for _ in range(10):  # meanwhile, the server could answer more calls
            assert self.health() == 200
        return self.calls()

    def request_without_reading(self, times: int) -> socket.socket:
        """Request something large this many times at once; return the connection, still unread."""
        assert self.client.send("PUT", f"{ITEMS}/{HAMMER}", {"mixins": {"a": {"text": "x" * LARGE}}})[0] == 204
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(("127.0.0.1", self.client.port))
        head = f"GET /customer-segment/{self.client.tenant}/segments{ITEMS}/{HAMMER} HTTP/1.1\r\n"
        head += "Authorization: Bearer admin-token\r\n"
        connection.sendall(f"{head}\r\n".encode() * (times - 1) + f"{head}Connection: close\r\n\r\n".encode())
        return connection


def count_received(connection: socket.socket) -> int:
    """Read until the server closes; return the number of bytes."""
    return sum(map(len, iter(lambda: connection.recv(1 << 20), b"")))


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[App, Server]]:
    app = build(Settings())
    with start_server_in_thread(app) as server:
        yield app, server


@pytest.fixture
def served(running: tuple[App, Server]) -> Iterator[Served]:
    app, server = running
    with ExitStack() as closing:
        yield Served(app, Connection(server.port, f"hostile{next(NUMBERS)}", closing), server)


@pytest.fixture
def client(served: Served) -> Connection:
    return served.client


def test_a_client_that_does_not_read_gets_no_second_response(served: Served) -> None:
    with served.request_without_reading(times=5) as connection:
        assert served.wait_for_calls(2) == 2  # the large write, and one response
        assert 5 * LARGE < count_received(connection) < 6 * LARGE
    assert served.calls() == 6


def test_a_client_that_never_reads_is_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TIMEOUTS, ConnectionState.WRITING, TIMEOUTS[ConnectionState.WRITING]._replace(seconds=0.1))
    with served.request_without_reading(times=5) as connection:
        assert served.wait_for_calls(2) == 2
        served.wait_for_connections(1)
        assert 0 < count_received(connection) < LARGE
    assert served.calls() == 2


def test_connections_beyond_the_descriptors_wait() -> None:
    limited = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh", *COMMAND]
    with start_server(command=limited) as (process, ready), ExitStack() as closing:
        port = int(ready["url"].rpartition(":")[2])
        client = Connection(port, "acme", closing)
        assert client.send("GET", "/__admin/health")[0] == 200
        for _ in range(150):
            closing.enter_context(socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS))
        for _ in range(200):  # more than it takes to accept as many as possible
            assert client.send("GET", "/__admin/health")[0] == 200
        closing.close()
        assert send_request(f"{ready['url']}/__admin/health")[0] == 200
        process.terminate()
        assert "Too many open files" not in process.communicate(timeout=TIMEOUT_SECONDS)[1]


def write_items(client: Connection, seed: int) -> Counter[str]:
    """Write on a connection of its own, one or two items at once; return the number of acknowledged writes by item."""
    client, random = client.open_another(), Random(seed)
    count: Counter[str] = Counter()
    for _ in range(50):
        ids = random.choice([[HAMMER], [SCREWDRIVER], [HAMMER, SCREWDRIVER]])
        if len(ids) == 1:
            assert client.send("PUT", f"{ITEMS}/{ids[0]}")[0] == 204
        else:
            entries = client.send("PUT", f"{ITEMS}/bulk", [{"id": id_} for id_ in ids])[1]
            assert [entry["code"] for entry in entries] == [204, 204]
        count.update(ids)
    return count


def export_tenant(client: Connection) -> list[bytes]:
    """Return the export of each collection of the tenant, as bytes."""
    replies = [client.exchange("GET", f"/__admin/state/{name}?tenant={client.tenant}") for name in WORLDS.collections]
    assert {status for status, _ in replies} == {200}
    return [content for _, content in replies]


def test_no_acknowledged_write_is_lost(client: Connection) -> None:
    with ThreadPoolExecutor(6) as pool:
        total = sum(pool.map(lambda seed: write_items(client, seed), range(6)), Counter[str]())
    for id_ in (HAMMER, SCREWDRIVER):
        metadata = client.send("GET", f"{ITEMS}/{id_}")[1]["metadata"]
        assert metadata["version"] == 1 + total[id_]


def test_a_reset_under_traffic_restores_every_byte(client: Connection) -> None:
    before = export_tenant(client)
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(write_items, client, seed) for seed in range(4)]
        for _ in range(5):
            assert client.send("POST", f"/__admin/reset?tenant={client.tenant}")[0] == 200
        for run in running:
            assert run.result(TIMEOUT_SECONDS).total() >= 50
    assert export_tenant(client) != before
    assert client.send("POST", f"/__admin/reset?tenant={client.tenant}")[0] == 200
    assert export_tenant(client) == before
