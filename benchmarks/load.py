"""Measure a running server: requests per second, latencies, start-up time, memory, and reset.

`python benchmarks/load.py`, or `make bench` with the other benchmarks. The run fails if a response is not 2xx. The load
is closed-loop: each connection sends its next request when it has received the last response.
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

from builds import name_python

GOLDEN = "628cd20c6e8b2432b6346ca6"
SERVE = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--log-format", "json"]
OPENER = build_opener(ProxyHandler({}))


@dataclass
class RequestKind:
    """A kind of request: its name and its bytes."""

    name: str
    request: bytes


@dataclass
class LoadFigures:
    """The result of one run: requests per second, and latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float


def encode_request(method: str, path: str, body: object = None) -> bytes:
    """Return the bytes of a request as admin, on a connection that stays open."""
    content = b"" if body is None else json.dumps(body).encode()
    head = [
        f"{method} /customer-segment/acme/segments{path} HTTP/1.1",
        "Host: localhost",
        "Authorization: Bearer admin-token",
    ]
    head += [f"Content-Length: {len(content)}", "Content-Type: application/json"] if content else []
    return "\r\n".join([*head, "", ""]).encode() + content


def with_header(request: bytes, line: str) -> bytes:
    """Return a request without a body with one more line in its head."""
    return request.replace(b"\r\n\r\n", f"\r\n{line}\r\n\r\n".encode())


def product_ids(url: str, count: int) -> list[str]:
    """Return ids of assigned products, repeated if there are fewer than `count`."""
    request = Request(f"{url}/customer-segment/acme/segments/items?q=type:PRODUCT&pageSize=1000")
    request.add_header("Authorization", "Bearer admin-token")
    with OPENER.open(request) as response:
        ids = sorted({row["item"]["id"] for row in json.load(response)})
    return [ids[at % len(ids)] for at in range(count)]


def list_kinds(url: str) -> list[RequestKind]:
    """Return the kinds of requests that are measured, for the world of the server at this URL."""
    mixin = {
        "mixins": {"segmentAttributes": {"membershipStatus": "PREMIUM"}},
        "metadata": {
            "mixins": {
                "segmentAttributes": "https://res.cloudinary.com/saas-ag/raw/upload/v1600077014/schemata/segmentAttributes_v1.json"
            }
        },
    }
    elements = [{"id": id_, **mixin} for id_ in product_ids(url, 200)]
    return [
        RequestKind("GET one", encode_request("GET", f"/{GOLDEN}/items/PRODUCT/12468504")),
        RequestKind("list of 60", encode_request("GET", "/items?pageSize=60")),
        RequestKind(
            "list of 60, q and count",
            with_header(encode_request("GET", "/items?q=type:PRODUCT&sort=item.code"), "X-Total-Count: true"),
        ),
        RequestKind("PUT one with a mixin", encode_request("PUT", f"/{GOLDEN}/items/PRODUCT/12468504", mixin)),
        RequestKind("bulk of 200 with mixins", encode_request("PUT", f"/{GOLDEN}/items/PRODUCT/bulk", elements)),
    ]


def response_length(buffer: bytearray) -> int:
    """Return the length of the first response in the buffer, 0 while it is incomplete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = bytes(buffer[:end]).lower()
    if not head.startswith(b"http/1.1 2"):
        raise SystemExit(f"unexpected response: {head[:200]!r}")
    if b"transfer-encoding: chunked" in head:
        return len(buffer) if buffer.endswith(b"\r\n0\r\n\r\n") else 0
    _, name, rest = head.partition(b"content-length:")
    length = end + 4 + (int(rest.split(b"\r\n")[0]) if name else 0)
    return length if len(buffer) >= length else 0


def send_load(port: int, requests: bytes | Sequence[bytes], seconds: float, connections: int) -> LoadFigures:
    """Send one request repeatedly, or several in turn, over this many connections."""
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
            if response_length(buffer):
                now = time.perf_counter()
                latencies.append(now - key.data[1])
                buffer.clear()
                key.data[1] = now
                key.fileobj.sendall(next(turn))  # type: ignore[union-attr]
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    cuts = statistics.quantiles(latencies, n=100)
    return LoadFigures(len(latencies) / seconds, cuts[49] * 1e3, cuts[94] * 1e3, cuts[98] * 1e3)


@contextmanager
def start_server(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str], float]]:
    """Start a server; yield its URL, its process, and the seconds until its first 200."""
    began = time.perf_counter()
    with subprocess.Popen([*SERVE, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            url = json.loads(process.stdout.readline())["url"]
            with OPENER.open(f"{url}/__admin/health"):
                seconds = time.perf_counter() - began
            yield url, process, seconds
        finally:
            process.terminate()


def memory_mb(process: subprocess.Popen[str]) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def reset_times(url: str, write: bytes, rounds: int = 20) -> list[float]:
    """Repeat some writes and a reset; return the milliseconds of each reset, measured by the client."""
    times = []
    for _ in range(rounds):
        send_load(int(url.rpartition(":")[2]), write, 0.05, 1)
        began = time.perf_counter()
        with OPENER.open(Request(f"{url}/__admin/reset?tenant=acme", method="POST")):
            times.append((time.perf_counter() - began) * 1e3)
    return times


def write_world(assignments: int, folder: Path) -> str:
    """Write a generated world with this many item assignments; return its path."""
    path = folder / f"{assignments}.yaml"
    command = [sys.executable, "-m", "mockserver", "seed", "--seed", "1", "--products", str(max(60, assignments // 10))]
    path.write_bytes(
        subprocess.run([*command, "--item-assignments", str(assignments)], check=True, capture_output=True).stdout
    )
    return str(path)


def measure_load(seconds: float, rounds: int) -> None:
    with start_server() as (url, process, _):
        port = int(url.rpartition(":")[2])
        print("| request | connections | requests/s (min-max) | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|")
        for kind in list_kinds(url):
            for connections in (1, 8):
                send_load(port, kind.request, seconds / 4, connections)
                runs = [send_load(port, kind.request, seconds, connections) for _ in range(rounds)]
                rates = sorted(run.rate for run in runs)
                middle = sorted(runs, key=lambda run: run.rate)[rounds // 2]
                print(
                    f"| {kind.name} | {connections} | {middle.rate:,.0f} ({rates[0]:,.0f}-{rates[-1]:,.0f}) "
                    f"| {middle.p50:.2f} | {middle.p95:.2f} | {middle.p99:.2f} |",
                    flush=True,
                )
        print(f"\nmemory after the load: {memory_mb(process):.0f} MB")


def measure_start(rounds: int) -> None:
    starts, sizes = [], []
    for _ in range(rounds):
        with start_server() as (_, process, seconds):
            starts.append(seconds)
            sizes.append(memory_mb(process))
    print(
        f"start to first 200: {statistics.median(starts):.2f} s ({min(starts):.2f}-{max(starts):.2f}), {rounds} starts"
    )
    print(f"idle memory: {statistics.median(sizes):.0f} MB")


def measure_reset() -> None:
    print("\n| assignments | memory MB | GET one/s | first page/s | reset p50 ms | reset max ms |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for assignments in (1_000, 100_000):
            with start_server("--fixture", write_world(assignments, Path(folder))) as (url, process, _):
                port = int(url.rpartition(":")[2])
                request = Request(f"{url}/customer-segment/acme/segments/items?pageSize=1")
                request.add_header("Authorization", "Bearer admin-token")
                with OPENER.open(request) as response:
                    row = json.load(response)[0]
                one = encode_request("PUT", f"/{row['segmentId']}/items/{row['type']}/{row['item']['id']}", {})
                get = one.replace(b"PUT", b"GET", 1)
                gets = send_load(port, get, 2, 1).rate
                lists = send_load(port, encode_request("GET", "/items?pageSize=60"), 2, 1).rate
                times = reset_times(url, one)
                print(
                    f"| {assignments:,} | {memory_mb(process):.0f} | {gets:,.0f} | {lists:,.0f} "
                    f"| {statistics.median(times):.2f} | {max(times):.2f} |",
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="length of one run, in seconds")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind; the median is shown")
    options = parser.parse_args()
    print(name_python(), flush=True)
    measure_start(options.rounds)
    measure_load(options.seconds, options.rounds)
    measure_reset()


if __name__ == "__main__":
    main()
