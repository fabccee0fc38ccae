"""Measure the dashboard: its pages with many calls and assignments, and what open dashboards cost calls of the API.

`python benchmarks/dashboard.py`; ten tenants have 1,000 calls each, and the default one 50,000 item assignments. An
open dashboard is a connection for events that asks for its page again at each event, as the script of the pages does.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from socket import create_connection

from load import encode_request, memory_mb, send_load, start_server, write_world

UI = "/__admin/ui"
SEGMENTS = "/customer-segment/acme/segments"
TENANTS = ["acme", *(f"shop{number}" for number in range(1, 10))]
CALLS_PER_TENANT = 1000  # as many as a journal keeps
SETTLING_SECONDS = 0.5
SECONDS_BETWEEN_NEWS = 0.1
SAMPLE_SECONDS = 0.05  # of the load whose calls are news, before each request for a page


def fetch(port: int, path: str, headers: dict[str, str] | None = None) -> bytes:
    """Return the content of a GET; an error if it is not a 200."""
    client = http.client.HTTPConnection("127.0.0.1", port)
    client.request("GET", path, headers={"Authorization": "Bearer admin-token", **(headers or {})})
    response = client.getresponse()
    content = response.read()
    client.close()
    if response.status != 200:
        raise SystemExit(f"{path} is a {response.status}")
    return content


def fill_journals(port: int) -> None:
    """Send so many calls of several kinds that the journals of all tenants are full."""
    for tenant in TENANTS:
        client = http.client.HTTPConnection("127.0.0.1", port)
        root = f"/customer-segment/{tenant}/segments"
        for number in range(CALLS_PER_TENANT):
            path = ("", "/items?pageSize=60", "/none", f"/items?q=type:PRODUCT&pageNumber={number % 50 + 1}", "z")[
                number % 5
            ]
            client.request("GET", root + path, headers={"Authorization": "Bearer admin-token", "X-Mock-Test": "load"})
            client.getresponse().read()
        client.close()


def list_pages(port: int) -> dict[str, str]:
    """Return the path of each kind of page by what it is called in the table."""
    call = json.loads(fetch(port, "/__admin/requests?tenant=shop9&limit=1"))["requests"][0]["id"]
    segment, customer, product = (
        json.loads(fetch(port, f"/__admin/state/{name}"))[0]["id"] for name in ("segments", "customers", "products")
    )
    return {
        "calls": "calls",
        "calls, `status:4xx`": "calls?q=status:4xx",
        "calls, `path:items test:load`": "calls?q=path:items%20test:load%20-status:200",
        "calls, a text that none has": "calls?q=nothing-like-this",
        **{f"a call, {tab}": f"calls/{call}?tab={tab}" for tab in ("request", "why", "findings", "state", "code")},
        "unanswered": "unanswered",
        "state": "state",
        "item assignments": "state/itemAssignments",
        "item assignments, last page": "state/itemAssignments?page=1000",
        "item assignments, a text that none has": "state/itemAssignments?q=nothing-like-this",
        "a row": f"state/products/rows/{product}",
        "a segment": f"segments/{segment}",
        "a customer": f"customers/{customer}",
        "a customer's categories": f"customers/{customer}?items=categories",
        "controls": "controls",
        "coverage": "coverage",
        "api": "api",
    }


def keep_dashboards_open(port: int, count: int, pipe: Connection) -> None:
    """Hold the connections of open dashboards until the pipe says so; send the number of events of each."""
    selector, events = DefaultSelector(), [0] * count
    for number in range(count):
        client = create_connection(("127.0.0.1", port))
        client.sendall(f"GET {UI}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        selector.register(client, EVENT_READ, number)
    selector.register(pipe, EVENT_READ, None)
    pipe.send("open")
    while True:
        for key, _ in selector.select():
            if key.data is None:
                pipe.send(events)
                return
            received = key.fileobj.recv(65536)  # type: ignore[union-attr]
            found = received.count(b"event: news")
            events[key.data] += found
            if found:
                look = json.loads(received.rpartition(b"data: ")[2])["look"]
                fetch(port, f"{UI}/calls", {"Mockserver-Look": str(look)})


@contextmanager
def open_dashboards(port: int, count: int) -> Iterator[list[int]]:
    """Keep dashboards open in another process; when it ends, the list has the number of events of each."""
    events: list[int] = []
    if not count:
        yield events
        return
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=keep_dashboards_open, args=(port, count, theirs))
    process.start()
    ours.recv()
    yield events
    ours.send("close")
    events += ours.recv()
    process.join()


def measure_pages(port: int, process: subprocess.Popen[str], rounds: int) -> None:
    """Print how long each page takes while 20 dashboards are open and calls arrive, and its CPU time on the server."""
    call = encode_request("GET", "/items?pageSize=1")
    print("| page | p50 ms | max ms | CPU ms | kB |\n|---|---|---|---|---|")
    with open_dashboards(port, 20):
        for name, path in list_pages(port).items():
            times, size, cpu = [], 0, 0.0
            for _ in range(rounds):
                send_load(port, call, SAMPLE_SECONDS, 1)
                used, began = read_cpu_seconds(process), time.perf_counter()
                size = len(fetch(port, f"{UI}/{path}"))
                times.append((time.perf_counter() - began) * 1e3)
                cpu += read_cpu_seconds(process) - used
            p50, cpu_ms = statistics.median(times), cpu * 1e3 / rounds
            print(f"| {name} | {p50:.1f} | {max(times):.1f} | {cpu_ms:.0f} | {size / 1000:.0f} |", flush=True)


def measure_pushes(port: int, process: subprocess.Popen[str], seconds: float) -> None:
    """Print how many events each of 20 dashboards gets while calls arrive without a pause, and the memory."""
    before = memory_mb(process)
    with open_dashboards(port, 20) as events:
        send_load(port, encode_request("GET", "/items?pageSize=1"), seconds, 8)
    after = memory_mb(process)
    print(
        f"\n20 dashboards, {seconds:.0f} s of load: {min(events)} to {max(events)} events each, with the first one; "
        f"memory {before:.0f} MB before, {after:.0f} MB after"
    )


def read_cpu_seconds(process: subprocess.Popen[str]) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_share(port: int, process: subprocess.Popen[str], seconds: float) -> None:
    """Print which share of a core the server uses for open dashboards, when calls arrive slowly and always are news."""
    shares = {}
    for count in (0, 10, 20):
        with open_dashboards(port, count):
            time.sleep(SETTLING_SECONDS)
            used, began = read_cpu_seconds(process), time.perf_counter()
            while time.perf_counter() - began < seconds:
                fetch(port, f"{SEGMENTS}?pageSize=1")
                time.sleep(SECONDS_BETWEEN_NEWS)
            shares[count] = (read_cpu_seconds(process) - used) / (time.perf_counter() - began)
    texts = (f"{100 * (shares[count] - shares[0]):.1f} % with {count}" for count in (10, 20))
    print(f"\nshare of a core that open dashboards use: {', '.join(texts)}", flush=True)


def measure_loss(port: int, process: subprocess.Popen[str], seconds: float, rounds: int) -> None:
    """Print what a call costs without a dashboard and with ten, in CPU time of the server; the runs take turns.

    The server has one core, so at full load this is what calls lose. Their rates depend on what else the machine does.
    """
    print("\n| call | no dashboard, us of CPU | ten dashboards, us of CPU | loss | /s | /s |")
    print("|---|---|---|---|---|---|")
    for name, path in (("one segment", "?pageSize=1"), ("list of 60", "/items?pageSize=60")):
        call = encode_request("GET", path)
        costs: dict[int, list[float]] = {0: [], 10: []}
        rates: dict[int, list[float]] = {0: [], 10: []}
        for turn in range(rounds):
            for count in (0, 10) if turn % 2 else (10, 0):
                with open_dashboards(port, count):
                    time.sleep(SETTLING_SECONDS)
                    used = read_cpu_seconds(process)
                    rates[count].append(send_load(port, call, seconds, 8).rate)
                    costs[count].append((read_cpu_seconds(process) - used) / (rates[count][-1] * seconds) * 1e6)
        loss = statistics.median(1 - free / busy for free, busy in zip(costs[0], costs[10], strict=True))
        free, busy, *figures = (statistics.median(each) for each in (*costs.values(), *rates.values()))
        print(f"| {name} | {free:.1f} | {busy:.1f} | {100 * loss:.1f} % | {figures[0]:,.0f} | {figures[1]:,.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignments", type=int, default=50_000, help="item assignments in the tenant")
    parser.add_argument("--seconds", type=float, default=4, help="length of one run, in seconds")
    parser.add_argument("--rounds", type=int, default=11, help="runs of each kind, and requests for each page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = write_world(options.assignments, Path(folder))
        with start_server("--fixture", world) as (url, process, _):
            port = int(url.rpartition(":")[2])
            fill_journals(port)
            measure_pages(port, process, options.rounds)
            measure_pushes(port, process, options.seconds)
            measure_share(port, process, 4 * options.seconds)
            measure_loss(port, process, options.seconds, options.rounds)


if __name__ == "__main__":
    main()
