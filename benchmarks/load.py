"""Measure a running server: requests a second and latencies, start-up, memory, and reset; `make bench`.

Every request is answered 2xx or the run fails. The load is closed-loop: each connection sends its next request when
the reply to the last one has come.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

GOLDEN = "628cd20c6e8b2432b6346ca6"
SERVE = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--log-format", "json"]
OPENER = build_opener(ProxyHandler({}))


@dataclass
class Work:
    """One kind of request, as bytes on the wire."""

    name: str
    request: bytes


@dataclass
class Figures:
    """What one run gave: requests a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float


def wire(method: str, path: str, body: object = None) -> bytes:
    """Write a request as a browser would, on a connection that stays open."""
    content = b"" if body is None else json.dumps(body).encode()
    head = [
        f"{method} /customer-segment/acme/segments{path} HTTP/1.1",
        "Host: localhost",
        "Authorization: Bearer admin-token",
    ]
    head += [f"Content-Length: {len(content)}", "Content-Type: application/json"] if content else []
    return "\r\n".join([*head, "", ""]).encode() + content


def products(url: str, many: int) -> list[str]:
    """Ids of products that the world has: those that it has assigned."""
    request = Request(f"{url}/customer-segment/acme/segments/items?q=type:PRODUCT&pageSize=1000")
    request.add_header("Authorization", "Bearer admin-token")
    with OPENER.open(request) as reply:
        ids = sorted({row["item"]["id"] for row in json.load(reply)})
    return [ids[at % len(ids)] for at in range(many)]


def works(url: str) -> list[Work]:
    mixin = {
        "mixins": {"segmentAttributes": {"membershipStatus": "PREMIUM"}},
        "metadata": {
            "mixins": {
                "segmentAttributes": "https://res.cloudinary.com/saas-ag/raw/upload/v1600077014/schemata/segmentAttributes_v1.json"
            }
        },
    }
    elements = [{"id": id_, **mixin} for id_ in products(url, 200)]
    return [
        Work("GET one", wire("GET", f"/{GOLDEN}/items/PRODUCT/12468504")),
        Work("list of 60", wire("GET", "/items?pageSize=60")),
        Work(
            "list of 60, q and count",
            wire("GET", "/items?q=type:PRODUCT&sort=item.code").replace(
                b"\r\n\r\n", b"\r\nX-Total-Count: true\r\n\r\n"
            ),
        ),
        Work("PUT one with a mixin", wire("PUT", f"/{GOLDEN}/items/PRODUCT/12468504", mixin)),
        Work("bulk of 200 with mixins", wire("PUT", f"/{GOLDEN}/items/PRODUCT/bulk", elements)),
    ]


def complete(buffer: bytearray) -> int:
    """Return the length of the first reply in the buffer, 0 while it is not whole."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = bytes(buffer[:end]).lower()
    if not head.startswith(b"http/1.1 2"):
        raise SystemExit(f"unexpected reply: {head[:200]!r}")
    if b"transfer-encoding: chunked" in head:
        return len(buffer) if buffer.endswith(b"\r\n0\r\n\r\n") else 0
    _, found, rest = head.partition(b"content-length:")
    length = end + 4 + (int(rest.split(b"\r\n")[0]) if found else 0)
    return length if len(buffer) >= length else 0


def load(port: int, requests: bytes | Sequence[bytes], seconds: float, connections: int) -> Figures:
    """Send a request again and again over some connections, or several in turn."""
    turn = cycle([requests] if isinstance(requests, bytes) else requests)
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, [bytearray(), time.perf_counter()])
        connection.sendall(next(turn))
    latencies: list[float] = []
    started = time.perf_counter()
    while (now := time.perf_counter()) < started + seconds:
        for key, _ in selector.select(timeout=1):
            buffer, _ = key.data
            received = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
            if not received:
                raise SystemExit("the server closed a connection")
            buffer += received
            if complete(buffer):
                now = time.perf_counter()
                latencies.append(now - key.data[1])
                buffer.clear()
                key.data[1] = now
                key.fileobj.sendall(next(turn))  # type: ignore[union-attr]
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    cuts = statistics.quantiles(latencies, n=100)
    return Figures(len(latencies) / seconds, cuts[49] * 1e3, cuts[94] * 1e3, cuts[98] * 1e3)


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str], float]]:
    """Serve; give the URL, the process, and the seconds from its start to its first 200."""
    began = time.perf_counter()
    with subprocess.Popen([*SERVE, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        with OPENER.open(f"{url}/__admin/health"):
            took = time.perf_counter() - began
        yield url, process, took
        process.terminate()


def memory(process: subprocess.Popen[str]) -> float:
    """Resident memory of a process, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def reset_times(url: str, write: bytes, rounds: int = 20) -> list[float]:
    """Make some writes and reset, again and again; return the milliseconds of each reset as the client sees them."""
    times = []
    for _ in range(rounds):
        load(int(url.rpartition(":")[2]), write, 0.05, 1)
        began = time.perf_counter()
        with OPENER.open(Request(f"{url}/__admin/reset?tenant=acme", method="POST")):
            times.append((time.perf_counter() - began) * 1e3)
    return times


def world(assignments: int, where: Path) -> str:
    """Generate a world with this many item assignments; return its path."""
    path = where / f"{assignments}.yaml"
    command = [sys.executable, "-m", "mockserver", "seed", "--seed", "1", "--products", str(max(60, assignments // 10))]
    path.write_bytes(
        subprocess.run([*command, "--item-assignments", str(assignments)], check=True, capture_output=True).stdout
    )
    return str(path)


def measure_load(seconds: float, rounds: int) -> None:
    with served() as (url, process, _):
        port = int(url.rpartition(":")[2])
        print("| work | connections | requests/s (min-max) | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|")
        for work in works(url):
            for connections in (1, 8):
                load(port, work.request, seconds / 4, connections)
                runs = [load(port, work.request, seconds, connections) for _ in range(rounds)]
                rates = sorted(run.rate for run in runs)
                middle = sorted(runs, key=lambda run: run.rate)[rounds // 2]
                print(
                    f"| {work.name} | {connections} | {middle.rate:,.0f} ({rates[0]:,.0f}-{rates[-1]:,.0f}) "
                    f"| {middle.p50:.2f} | {middle.p95:.2f} | {middle.p99:.2f} |",
                    flush=True,
                )
        print(f"\nmemory after the load: {memory(process):.0f} MB")


def measure_start(rounds: int) -> None:
    starts, sizes = [], []
    for _ in range(rounds):
        with served() as (_, process, took):
            starts.append(took)
            sizes.append(memory(process))
    print(
        f"start to first 200: {statistics.median(starts):.2f} s ({min(starts):.2f}-{max(starts):.2f}), {rounds} starts"
    )
    print(f"idle memory: {statistics.median(sizes):.0f} MB")


def measure_reset() -> None:
    print("\n| assignments | memory MB | GET one/s | first page/s | reset p50 ms | reset max ms |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for assignments in (1_000, 100_000):
            with served("--fixture", world(assignments, Path(folder))) as (url, process, _):
                port = int(url.rpartition(":")[2])
                request = Request(f"{url}/customer-segment/acme/segments/items?pageSize=1")
                request.add_header("Authorization", "Bearer admin-token")
                with OPENER.open(request) as reply:
                    row = json.load(reply)[0]
                one = wire("PUT", f"/{row['segmentId']}/items/{row['type']}/{row['item']['id']}", {})
                get = one.replace(b"PUT", b"GET", 1)
                gets = load(port, get, 2, 1).rate
                lists = load(port, wire("GET", "/items?pageSize=60"), 2, 1).rate
                times = reset_times(url, one)
                print(
                    f"| {assignments:,} | {memory(process):.0f} | {gets:,.0f} | {lists:,.0f} "
                    f"| {statistics.median(times):.2f} | {max(times):.2f} |",
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="length of one run")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind; the median is shown")
    given = parser.parse_args()
    measure_start(given.rounds)
    measure_load(given.seconds, given.rounds)
    measure_reset()


if __name__ == "__main__":
    main()
