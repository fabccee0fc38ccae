"""Attack a running server in several ways, one after the other, and measure the effect on other clients.

`python benchmarks/attack.py` takes about a minute, and needs Linux. Exit code 1 if the p95 of the other clients reaches
100 ms, if the server leaves a file descriptor open, or if its state differs from the acknowledged writes.
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

from caller import Caller, ItemKey, item_key
from load import encode_request, memory_mb, start_server, write_world

MAX_P95 = 100  # ms
MAX_CLOSING_SECONDS = 5  # until the server has closed the connections of clients that left
ASSIGNMENTS = 10_000
PAUSE = 0.1  # seconds between the steps of an attack
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets the connection

Steps = Generator[None, None, None]
Attack = Callable[[int, bytes], Steps]  # arguments: port, and a write request of 1 MB


@contextmanager
def open_connections(port: int, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)]


def send_slowly(port: int, start: bytes, rest: bytes) -> Steps:
    """Send the start on 50 connections, then a byte on each at every step."""
    with open_connections(port, 50) as connections:
        for connection in connections:
            connection.sendall(start)
        for byte in cycle(rest):
            for connection in connections:
                connection.sendall(bytes([byte]))
            yield


def stay_idle(port: int, _: bytes) -> Steps:
    with open_connections(port, 400):
        while True:
            yield


def send_slow_headers(port: int, _: bytes) -> Steps:
    return send_slowly(port, b"PUT / HTTP/1.1\r\nX-Slow: ", b"x")


def send_slow_bodies(port: int, write: bytes) -> Steps:
    head, end, body = write.partition(b"\r\n\r\n")
    return send_slowly(port, head + end, body)


def never_read(port: int, _: bytes) -> Steps:
    """Request large lists on each connection, as many as the server reads at a time, and read no response."""
    request = encode_request("GET", f"/items?pageSize={ASSIGNMENTS}")
    with open_connections(port, 20) as connections:
        for connection in connections:
            connection.sendall(request * (8192 // len(request)))
        while True:
            yield


def drop_in_body(port: int, write: bytes) -> Steps:
    """Drop connections in the middle of a body: half of the clients close, the other half reset."""
    part = write[: 600 * 1024]
    for _ in range(30):
        with open_connections(port, 15) as connections:
            for number, connection in enumerate(connections):
                connection.sendall(part)
                if number % 2:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        yield


ATTACKS: dict[str, Attack] = {
    "400 idle connections": stay_idle,
    "50 slow headers": send_slow_headers,
    "50 slow bodies": send_slow_bodies,
    "20 clients that ask for large lists and do not read": never_read,
    "450 connections dropped in the middle of a body": drop_in_body,
}


@dataclass
class Bystander:
    """Another client: it repeats one request, and records how many milliseconds each takes."""

    port: int
    method: str
    path: str
    times: list[float] = field(default_factory=list)

    def run(self, stop: Event) -> None:
        with closing(Caller(self.port)) as caller:
            while not stop.is_set():
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
    """The server under attack, and one item that a bystander reads and another one writes.

    path, item: the path and key of this item.
    write: a bulk request of 1 MB for its segment; no attack sends it completely.
    idle_descriptors: the number of the server's file descriptors without clients.
    """

    process: subprocess.Popen[str]
    port: int
    path: str
    item: ItemKey
    write: bytes
    idle_descriptors: int

    def versions(self) -> Counter[ItemKey]:
        with closing(Caller(self.port)) as caller:
            return caller.versions()

    def client_descriptors(self) -> int:
        """Return how many file descriptors the server has for its clients."""
        return count_descriptors(self.process) - self.idle_descriptors

    def leaked_descriptors(self) -> int:
        """Wait for the server to close its descriptors; return how many are left."""
        deadline = time.monotonic() + MAX_CLOSING_SECONDS
        while self.client_descriptors() and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return self.client_descriptors()


def count_descriptors(process: subprocess.Popen[str]) -> int:
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def create_victim(url: str, process: subprocess.Popen[str]) -> Victim:
    port = int(url.rpartition(":")[2])
    time.sleep(1)  # until the connection of the first request is closed
    idle_descriptors = count_descriptors(process)
    with closing(Caller(port)) as caller:
        items = caller.get_json("/items?q=type:PRODUCT&pageSize=1000")
    key = segment, _, id_ = item_key(items[0])
    elements = [{"id": item["item"]["id"], "mixins": {"a": {"text": "x" * 1000}}} for item in items]
    path = f"/{segment}/items/PRODUCT"
    write = encode_request("PUT", f"{path}/bulk", elements)
    return Victim(process, port, f"{path}/{id_}", key, write, idle_descriptors)


def withstands(victim: Victim, name: str, seconds: float) -> bool:
    """Run one attack and print its effect; return whether the server withstands it."""
    versions = victim.versions()
    bystanders = [Bystander(victim.port, method, victim.path) for method in ("GET", "PUT")]
    stop, deadline = Event(), time.monotonic() + seconds
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(bystander.run, stop) for bystander in bystanders]
        with closing(ATTACKS[name](victim.port, victim.write)) as attack:
            for _ in attack:
                if time.monotonic() > deadline:
                    break
                time.sleep(PAUSE)
            descriptors = victim.client_descriptors()
        stop.set()
        for run in running:
            run.result()
    leaked = victim.leaked_descriptors()
    versions[victim.item] += len(bystanders[1].times)
    is_consistent = victim.versions() == versions
    print(
        f"| {name} | {bystanders[0]} | {bystanders[1]} | {descriptors} | {leaked} | {memory_mb(victim.process):.0f} "
        f"| {'no' if is_consistent else 'YES'} |",
        flush=True,
    )
    return leaked == 0 and is_consistent and all(bystander.p95 < MAX_P95 for bystander in bystanders)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="length of one attack, in seconds")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        start_server("--fixture", write_world(ASSIGNMENTS, Path(folder))) as (url, process, _),
    ):
        victim = create_victim(url, process)
        print(f"memory before: {memory_mb(victim.process):.0f} MB\n")
        print("| attack | GET p50 ms | p95 | max | PUT p50 ms | p95 | max | descriptors | left | MB | half-written |")
        print("|---|---|---|---|---|---|---|---|---|---|---|")
        results = [withstands(victim, name, options.seconds) for name in ATTACKS]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
