"""Clients on real sockets that do not read, or that are too many: the others are served, and no write is lost."""

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
from mockserver.web.connection import TIMEOUTS, ConnectionState
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
    wire: Connection
    server: Server

    def until_connected(self, many: int) -> None:
        """Ask again and again whether only so many connections are left, its own among them."""
        while len(self.server.connections) > many:
            assert self.health() == 200

    def health(self) -> int:
        return self.wire.send("GET", "/__admin/health")[0]

    def calls(self) -> int:
        """How many calls of the client's tenant have been answered."""
        return len(self.app.records.find_exchanges(self.wire.tenant))

    def until_called(self, times: int) -> int:
        """Ask again and again whether there were so many calls; return how many there are a little later."""
        while self.calls() < times:
            assert self.health() == 200
        for _ in range(10):  # rounds in which the server could have answered more calls
            assert self.health() == 200
        return self.calls()

    def deaf(self, times: int) -> socket.socket:
        """Ask for something large so many times at once, on a connection that reads nothing yet."""
        assert self.wire.send("PUT", f"{ITEMS}/{HAMMER}", {"mixins": {"a": {"text": "x" * LARGE}}})[0] == 204
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.settimeout(TIMEOUT_SECONDS)
        deaf.connect(("127.0.0.1", self.wire.port))
        head = f"GET /customer-segment/{self.wire.tenant}/segments{ITEMS}/{HAMMER} HTTP/1.1\r\n"
        head += "Authorization: Bearer admin-token\r\n"
        deaf.sendall(f"{head}\r\n".encode() * (times - 1) + f"{head}Connection: close\r\n\r\n".encode())
        return deaf


def received(connection: socket.socket) -> int:
    """Read until the server closes; return how many bytes have come."""
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
def wire(served: Served) -> Connection:
    return served.wire


def test_a_client_that_does_not_read_gets_no_second_answer(served: Served) -> None:
    with served.deaf(times=5) as deaf:
        assert served.until_called(2) == 2  # the large write, and one answer
        assert 5 * LARGE < received(deaf) < 6 * LARGE
    assert served.calls() == 6


def test_a_client_that_never_reads_is_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TIMEOUTS, ConnectionState.WRITING, TIMEOUTS[ConnectionState.WRITING]._replace(seconds=0.1))
    with served.deaf(times=5) as deaf:
        assert served.until_called(2) == 2
        served.until_connected(1)
        assert 0 < received(deaf) < LARGE
    assert served.calls() == 2


def test_more_connections_than_descriptors_wait_for_their_turn() -> None:
    limited = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh", *COMMAND]
    with start_server(command=limited) as (process, ready), ExitStack() as closing:
        port = int(ready["url"].rpartition(":")[2])
        wire = Connection(port, "acme", closing)
        assert wire.send("GET", "/__admin/health")[0] == 200
        for _ in range(150):
            closing.enter_context(socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS))
        for _ in range(200):  # more rounds than it takes to accept as many as there is room for
            assert wire.send("GET", "/__admin/health")[0] == 200
        closing.close()
        assert send_request(f"{ready['url']}/__admin/health")[0] == 200
        process.terminate()
        assert "Too many open files" not in process.communicate(timeout=TIMEOUT_SECONDS)[1]


def written(wire: Connection, seed: int) -> Counter[str]:
    """Write on a connection of its own, one item or two at once; count what is acknowledged, by item."""
    wire, random = wire.open_another(), Random(seed)
    count: Counter[str] = Counter()
    for _ in range(50):
        ids = random.choice([[HAMMER], [SCREWDRIVER], [HAMMER, SCREWDRIVER]])
        if len(ids) == 1:
            assert wire.send("PUT", f"{ITEMS}/{ids[0]}")[0] == 204
        else:
            entries = wire.send("PUT", f"{ITEMS}/bulk", [{"id": id_} for id_ in ids])[1]
            assert [entry["code"] for entry in entries] == [204, 204]
        count.update(ids)
    return count


def world(wire: Connection) -> list[bytes]:
    """Export all that the tenant has, as bytes."""
    replies = [wire.exchange("GET", f"/__admin/state/{name}?tenant={wire.tenant}") for name in WORLDS.collections]
    assert {status for status, _ in replies} == {200}
    return [content for _, content in replies]


def test_no_acknowledged_write_is_lost(wire: Connection) -> None:
    with ThreadPoolExecutor(6) as pool:
        total = sum(pool.map(lambda seed: written(wire, seed), range(6)), Counter[str]())
    for id_ in (HAMMER, SCREWDRIVER):
        metadata = wire.send("GET", f"{ITEMS}/{id_}")[1]["metadata"]
        assert metadata["version"] == 1 + total[id_]


def test_a_reset_under_traffic_brings_back_every_byte(wire: Connection) -> None:
    before = world(wire)
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(written, wire, seed) for seed in range(4)]
        for _ in range(5):
            assert wire.send("POST", f"/__admin/reset?tenant={wire.tenant}")[0] == 200
        for each in running:
            assert each.result(TIMEOUT_SECONDS).total() >= 50
    assert world(wire) != before
    assert wire.send("POST", f"/__admin/reset?tenant={wire.tenant}")[0] == 200
    assert world(wire) == before
