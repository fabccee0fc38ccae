"""Compare with other mock servers, side by side: they answer examples or stubs, this one does the work.

The others come by `npm install --prefix /tmp/mocks @stoplight/prism-cli @mockoon/cli wiremock`,
then `--mocks /tmp/mocks`.
Prism and Mockoon read the same spec; WireMock (Java) has a stub with our reply for each request, and keeps its journal.
The runs alternate between the servers; a table has the median of each, and the ratio to ours.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from load import Work, complete, load, served, works

SPEC = Path(__file__).parents[1] / "spec" / "customer-segment.yaml"
CONNECTIONS = 8
TRIES = 200  # for a server to start
SETTLING = 0.5  # seconds between runs, in which the server before may collect its garbage
OTHERS: Mapping[str, tuple[int, list[str]]] = {
    "prism": (4110, ["prism", "mock", "--port", "4110", str(SPEC)]),
    "mockoon": (4111, ["mockoon-cli", "start", "--port", "4111", "--disable-log-to-file", "--data", str(SPEC)]),
    "wiremock": (4112, ["wiremock", "--port", "4112", "--root-dir", "STUBS"]),
}


def stub(port: int, work: Work) -> dict[str, Any]:
    """Ask ours; return what makes WireMock answer the same."""
    method, url, _ = work.request.decode().split(maxsplit=2)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(work.request)
        came = bytearray()
        while not complete(came):
            came += connection.recv(1 << 20)
    head, _, body = bytes(came).partition(b"\r\n\r\n")
    reply: dict[str, Any] = {"status": int(head.split()[1])}
    if body:
        reply |= {"body": body.decode(), "headers": {"Content-Type": "application/json"}}
    return {"request": {"method": method, "url": url}, "response": reply}


def write_stubs(folder: Path, port: int, kinds: Iterable[Work]) -> None:
    """Write a file for each kind of request, where WireMock looks for it."""
    (folder / "mappings").mkdir()
    for number, work in enumerate(kinds):
        (folder / "mappings" / f"{number}.json").write_text(json.dumps(stub(port, work)))


@contextmanager
def running(folder: Path, command: list[str], port: int, work: Work) -> Iterator[int]:
    """Start another server; give its port when it answers."""
    program = folder / "node_modules" / ".bin" / command[0]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([program, *command[1:]], **quiet, start_new_session=True) as process:
        try:
            for _ in range(TRIES):
                try:
                    load(port, work.request, 0.5, 1)
                    break
                except (OSError, statistics.StatisticsError):  # not there, or too slow to begin with
                    time.sleep(0.1)
            else:
                raise SystemExit(f"{command[0]} does not answer")
            yield port
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # WireMock is a child of what npm starts


def compared(ports: Mapping[str, int], work: Work, seconds: float, rounds: int) -> dict[str, float | None]:
    """Return the median rate of each server, None for one that does not answer 2xx; the servers take turns."""
    rates: dict[str, list[float]] = {name: [] for name in ports}
    failed = set()
    for _ in range(rounds):
        for name, port in ports.items():
            try:
                time.sleep(SETTLING)
                rates[name].append(load(port, work.request, seconds, CONNECTIONS).rate)
            except (SystemExit, OSError, statistics.StatisticsError):
                failed.add(name)
    return {name: None if name in failed else statistics.median(found) for name, found in rates.items()}


def cell(rate: float | None, ours: float | None) -> str:
    """Write a rate, and how many times as much ours is."""
    if rate is None or ours is None:
        return "no 2xx"
    return f"{rate:,.0f} ({ours / rate:.1f} x)"


def main() -> None:
    """Print a row for each kind of request."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mocks", type=Path, required=True, help="folder with the node_modules of the other servers")
    parser.add_argument("--seconds", type=float, default=2, help="length of one run")
    parser.add_argument("--only", default="", help="the kinds of work that begin so")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind for each server")
    given = parser.parse_args()
    with ExitStack() as stack:
        url, _, _ = stack.enter_context(served())
        ports = {"ours": int(url.rpartition(":")[2])}
        kinds = works(url)
        stubs = Path(stack.enter_context(TemporaryDirectory()))
        write_stubs(stubs, ports["ours"], kinds)
        for name, (port, command) in OTHERS.items():
            placed = [str(stubs) if each == "STUBS" else each for each in command]
            ports[name] = stack.enter_context(running(given.mocks, placed, port, kinds[0]))
        print(f"| work | ours, requests/s | {' | '.join(OTHERS)} |\n|---|{'---|' * (1 + len(OTHERS))}")
        for work in filter(lambda work: work.name.startswith(given.only), kinds):
            rates = compared(ports, work, given.seconds, given.rounds)
            others = " | ".join(cell(rates[name], rates["ours"]) for name in OTHERS)
            print(f"| {work.name} | {rates['ours']:,.0f} | {others} |", flush=True)


if __name__ == "__main__":
    main()
