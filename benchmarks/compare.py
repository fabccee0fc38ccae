"""Compare with other mock servers: they return examples or stubs, this one executes the requests.

Install them with `npm install --prefix /tmp/mocks @stoplight/prism-cli @mockoon/cli wiremock`, then pass
`--mocks /tmp/mocks`. Prism and Mockoon read the same spec; WireMock (Java) has a stub with our response to each
request, and keeps its journal. The runs alternate between the servers; the table has the medians, and the ratio to
ours.
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

from load import RequestKind, list_kinds, response_length, send_load, start_server

SPEC = Path(__file__).parents[1] / "spec" / "customer-segment.yaml"
CONNECTIONS = 8
MAX_TRIES = 200  # until a server has started
SETTLING_SECONDS = 0.5  # between runs, so that the last server can collect its garbage
OTHERS: Mapping[str, tuple[int, list[str]]] = {
    "prism": (4110, ["prism", "mock", "--port", "4110", str(SPEC)]),
    "mockoon": (4111, ["mockoon-cli", "start", "--port", "4111", "--disable-log-to-file", "--data", str(SPEC)]),
    "wiremock": (4112, ["wiremock", "--port", "4112", "--root-dir", "STUBS"]),
}


def create_stub(port: int, kind: RequestKind) -> dict[str, Any]:
    """Send a request to our server; return a stub with which WireMock gives the same response."""
    method, url, _ = kind.request.decode().split(maxsplit=2)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(kind.request)
        received = bytearray()
        while not response_length(received):
            received += connection.recv(1 << 20)
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    response: dict[str, Any] = {"status": int(head.split()[1])}
    if body:
        response |= {"body": body.decode(), "headers": {"Content-Type": "application/json"}}
    return {"request": {"method": method, "url": url}, "response": response}


def write_stubs(folder: Path, port: int, kinds: Iterable[RequestKind]) -> None:
    """Write a stub for each kind of request to the folder from which WireMock reads them."""
    (folder / "mappings").mkdir()
    for number, kind in enumerate(kinds):
        (folder / "mappings" / f"{number}.json").write_text(json.dumps(create_stub(port, kind)))


@contextmanager
def start_mock(folder: Path, command: list[str], port: int, kind: RequestKind) -> Iterator[int]:
    """Start another server; yield its port when it answers this kind of request."""
    program = folder / "node_modules" / ".bin" / command[0]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([program, *command[1:]], **quiet, start_new_session=True) as process:
        try:
            for _ in range(MAX_TRIES):
                try:
                    send_load(port, kind.request, 0.5, 1)
                    break
                except (OSError, statistics.StatisticsError):  # not started yet, or still too slow
                    time.sleep(0.1)
            else:
                raise SystemExit(f"{command[0]} does not answer")
            yield port
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # WireMock is a child of what npm starts


def compare_rates(ports: Mapping[str, int], kind: RequestKind, seconds: float, rounds: int) -> dict[str, float | None]:
    """Return the median rate of each server, or None if it does not answer 2xx; the servers take turns."""
    rates: dict[str, list[float]] = {name: [] for name in ports}
    failed = set()
    for _ in range(rounds):
        for name, port in ports.items():
            try:
                time.sleep(SETTLING_SECONDS)
                rates[name].append(send_load(port, kind.request, seconds, CONNECTIONS).rate)
            except (SystemExit, OSError, statistics.StatisticsError):
                failed.add(name)
    return {name: None if name in failed else statistics.median(runs) for name, runs in rates.items()}


def format_rate(rate: float | None, ours: float | None) -> str:
    """Return a rate, and how many times higher ours is."""
    if rate is None or ours is None:
        return "no 2xx"
    return f"{rate:,.0f} ({ours / rate:.1f} x)"


def main() -> None:
    """Print a row for each kind of request."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mocks", type=Path, required=True, help="folder with the node_modules of the other servers")
    parser.add_argument("--seconds", type=float, default=2, help="length of one run, in seconds")
    parser.add_argument("--only", default="", help="only kinds of requests whose names start with this")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind for each server")
    options = parser.parse_args()
    with ExitStack() as stack:
        url, _, _ = stack.enter_context(start_server())
        ports = {"ours": int(url.rpartition(":")[2])}
        kinds = list_kinds(url)
        stubs = Path(stack.enter_context(TemporaryDirectory()))
        write_stubs(stubs, ports["ours"], kinds)
        for name, (port, command) in OTHERS.items():
            arguments = [str(stubs) if argument == "STUBS" else argument for argument in command]
            ports[name] = stack.enter_context(start_mock(options.mocks, arguments, port, kinds[0]))
        print(f"| request | ours, requests/s | {' | '.join(OTHERS)} |\n|---|{'---|' * (1 + len(OTHERS))}")
        for kind in (kind for kind in kinds if kind.name.startswith(options.only)):
            rates = compare_rates(ports, kind, options.seconds, options.rounds)
            others = " | ".join(format_rate(rates[name], rates["ours"]) for name in OTHERS)
            print(f"| {kind.name} | {rates['ours']:,.0f} | {others} |", flush=True)


if __name__ == "__main__":
    main()
