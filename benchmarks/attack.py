"""Hold attacks against a running server, one after the other, and measure what other clients notice of each.

`python benchmarks/attack.py`, about a minute, on Linux. Exit code 1 if a p95 of the other clients reaches 100 ms, a
descriptor of the server is left open, or the state is not what the acknowledged writes have made of it.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from threading import Event

from caller import Caller, Row, row
from load import memory, served, wire, world

P95_AT_MOST = 100  # ms
PATIENCE = 5  # seconds that the server has to close what has ended
ASSIGNMENTS = 10_000
PAUSE = 0.1  # seconds between two steps of an attack
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets the connection

Steps = Generator[None, None, None]
Attack = Callable[[int, bytes], Steps]  # port, and a write of 1 MB


@contextmanager
def opened(port: int, many: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(many)]


def cut(request: bytes) -> tuple[bytes, bytes]:
    """Cut a request into its head and its body."""
    head, end, body = request.partition(b"\r\n\r\n")
    return head + end, body


def slowly(port: int, beginning: bytes, rest: bytes) -> Steps:
    """Send a byte on each of 50 connections, again and again."""
    with opened(port, 50) as connections:
        for connection in connections:
            connection.sendall(beginning)
        for byte in cycle(rest):
            for connection in connections:
                connection.sendall(bytes([byte]))
            yield


def idle(port: int, _: bytes) -> Steps:
    with opened(port, 400):
        while True:
            yield


def slow_headers(port: int, _: bytes) -> Steps:
    return slowly(port, b"PUT / HTTP/1.1\r\nX-Slow: ", b"x")


def slow_bodies(port: int, write: bytes) -> Steps:
    head, end, body = write.partition(b"\r\n\r\n")
    return slowly(port, head + end, body)


def deaf(port: int, _: bytes) -> Steps:
    """Ask for large lists, each client for as many as the server reads at a time, and read none of them."""
    asking = wire("GET", f"/items?pageSize={ASSIGNMENTS}")
    with opened(port, 20) as connections:
        for connection in connections:
            connection.sendall(asking * (8192 // len(asking)))
        while True:
            yield


def dropped(port: int, write: bytes) -> Steps:
    """Leave in the middle of a body: half of the clients close, the other half reset."""
    part = write[: 600 * 1024]  # enough for the server to open a file
    for _ in range(30):
        with opened(port, 15) as connections:
            for number, connection in enumerate(connections):
                connection.sendall(part)
                if number % 2:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        yield


ATTACKS: dict[str, Attack] = {
    "400 idle connections": idle,
    "50 slow headers": slow_headers,
    "50 slow bodies": slow_bodies,
    "20 clients that ask for large lists and do not read": deaf,
    "450 connections dropped in the middle of a body": dropped,
}


@dataclass
class Bystander:
    """Another client: it makes one call again and again, and notes how long each took, in milliseconds."""

    port: int
    method: str
    path: str
    times: list[float] = field(default_factory=list)

    def run(self, over: Event) -> None:
        with closing(Caller(self.port)) as caller:
            while not over.is_set():
                began = time.perf_counter()
                status, content = caller.call(self.method, self.path)
                self.times.append((time.perf_counter() - began) * 1e3)
                if status not in {200, 204}:
                    raise SystemExit(f"{self.method}: {status} {content[:200]!r}")

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1]

    def __str__(self) -> str:
        return f"{statistics.median(self.times):.1f} | {self.p95:.1f} | {max(self.times):.1f}"


@dataclass
class Victim:
    """The server under attack, and one item that a bystander writes.

    path, row: of this item.
    write: a bulk of 1 MB for its segment, which no attack sends to the end.
    idle: how many descriptors the server has without clients.
    """

    process: subprocess.Popen[str]
    port: int
    path: str
    row: Row
    write: bytes
    idle: int

    def versions(self) -> Counter[Row]:
        with closing(Caller(self.port)) as caller:
            return caller.versions()

    def held(self) -> int:
        """Return how many descriptors the server has for its clients."""
        return descriptors(self.process) - self.idle

    def left_open(self) -> int:
        """Return how many descriptors are left without clients, when the server had time to close them."""
        until = time.monotonic() + PATIENCE
        while self.held() and time.monotonic() < until:
            time.sleep(PAUSE)
        return self.held()


def descriptors(process: subprocess.Popen[str]) -> int:
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def victim(url: str, process: subprocess.Popen[str]) -> Victim:
    port = int(url.rpartition(":")[2])
    time.sleep(1)  # until the connection of the first call is closed
    idle = descriptors(process)
    with closing(Caller(port)) as caller:
        items = caller.told("/items?q=type:PRODUCT&pageSize=1000")
    segment, _, id_ = row(items[0])
    elements = [{"id": item["item"]["id"], "mixins": {"a": {"text": "x" * 1000}}} for item in items]
    path = f"/{segment}/items/PRODUCT"
    return Victim(process, port, f"{path}/{id_}", row(items[0]), wire("PUT", f"{path}/bulk", elements), idle)


def attacked(victim: Victim, name: str, seconds: float) -> bool:
    """Hold one attack, print what it did, and return whether the server has withstood it."""
    versions = victim.versions()
    bystanders = [Bystander(victim.port, method, victim.path) for method in ("GET", "PUT")]
    over, until = Event(), time.monotonic() + seconds
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(each.run, over) for each in bystanders]
        with closing(ATTACKS[name](victim.port, victim.write)) as attack:
            for _ in attack:
                if time.monotonic() > until:
                    break
                time.sleep(PAUSE)
            held = victim.held()
        over.set()
        for each in running:
            each.result()
    left = victim.left_open()
    versions[victim.row] += len(bystanders[1].times)
    is_whole = victim.versions() == versions
    print(
        f"| {name} | {bystanders[0]} | {bystanders[1]} | {held} | {left} | {memory(victim.process):.0f} "
        f"| {'no' if is_whole else 'YES'} |",
        flush=True,
    )
    return left == 0 and is_whole and all(each.p95 < P95_AT_MOST for each in bystanders)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="length of one attack")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served("--fixture", world(ASSIGNMENTS, Path(folder))) as server:
        target = victim(server[0], server[1])
        print(f"memory before: {memory(target.process):.0f} MB\n")
        print("| attack | GET p50 ms | p95 | max | PUT p50 ms | p95 | max | descriptors | left | MB | half-written |")
        print("|---|---|---|---|---|---|---|---|---|---|---|")
        withstood = [attacked(target, name, given.seconds) for name in ATTACKS]
    sys.exit(not all(withstood))


if __name__ == "__main__":
    main()
