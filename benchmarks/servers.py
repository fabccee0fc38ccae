"""Compare the server that ships with other WSGI servers that run the same application: speed and robustness.

`pip install granian waitress`, then `python servers.py` in benchmarks/. The runs alternate; the first table has the
medians. The second table has checks with bad clients and injected faults over a socket: yes if clients and state are
as they should be.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

from caller import Caller
from load import GOLDEN, RequestKind, list_kinds, send_load, start_server
from targets import CONNECTIONS, SETTLING_SECONDS

HERE = Path(__file__).parent
MAX_TRIES = 100  # until a server has started
MAX_RESPONSE_SECONDS = 5
ITEMS = f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT"
ITEM = f"{ITEMS}/12468504"
OTHERS: Mapping[str, tuple[int, list[str]]] = {
    "granian": (4120, ["granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--no-ws"]),
    "waitress": (4121, ["waitress", "--threads", "16", "--connection-limit", "2000", "--asyncore-use-poll"]),
}


def __getattr__(name: str) -> Any:
    """Create `application` when another server imports it."""
    if name != "application":
        raise AttributeError(name)
    from mockserver.app import build  # noqa: PLC0415 - only other servers need it
    from mockserver.settings import Settings  # noqa: PLC0415

    return build(Settings()).flask


@contextmanager
def start_wsgi_server(port: int, command: list[str]) -> Iterator[int]:
    """Run the application with another server; yield the port when it answers."""
    listen = ["--listen", f"127.0.0.1:{port}"] if command[0] == "waitress" else ["--port", str(port)]
    program = [sys.executable, "-m", *command, *listen, "servers:application"]
    with subprocess.Popen(program, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(MAX_TRIES):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                raise SystemExit(f"{command[0]} does not answer")
            yield port
        finally:
            process.terminate()


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


def exchange(port: int, sent: bytes, *, half_close: bool = False) -> bytes:
    """Send bytes, and perhaps close the sending side; return what is received until the server closes or a timeout."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), MAX_RESPONSE_SECONDS) as client:
        try:
            client.sendall(sent)
            if half_close:
                client.shutdown(socket.SHUT_WR)
            while part := client.recv(65536):
                received += part
        except OSError:
            pass
    return received


def encode_request(method: str, headers: str = "", path: str = ITEM) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-token\r\n{headers}\r\n".encode()


def is_refused(port: int, sent: bytes) -> bool:
    """Whether the response is a 4xx with the reason in JSON."""
    head, _, body = exchange(port, sent).partition(b"\r\n\r\n")
    return head.split()[1].startswith(b"4") and bool(json.loads(body)["message"])


def item_version(port: int) -> int:
    """Return the version of the item."""
    body = exchange(port, encode_request("GET", "Connection: close\r\n")).partition(b"\r\n\r\n")[2]
    return int(json.loads(body)["metadata"]["version"])


def changes_nothing(port: int, headers: str, body: bytes) -> bool:
    """Whether an incomplete write is not executed."""
    before = item_version(port)
    exchange(port, encode_request("PUT", f"Content-Type: application/json\r\n{headers}") + body, half_close=True)
    return item_version(port) == before


def injects(port: int, fault: str, is_expected: Callable[[bytes], bool]) -> bool:
    """Whether a client receives what an injected fault should send."""
    with closing(Caller(port)) as caller:
        assert caller.call("POST", "//__admin/faults", {"times": 1, "response": {"fault": fault}})[0] == 201
        try:
            return is_expected(exchange(port, encode_request("GET", "Connection: close\r\n")))
        finally:
            caller.call("DELETE", "//__admin/faults")


def answers_others(port: int) -> bool:
    """Whether the server answers other clients while a fault holds a request."""
    with closing(Caller(port)) as caller, socket.create_connection(("127.0.0.1", port)) as held:
        fault = {"times": 1, "response": {"fixedDelayMilliseconds": 1000 * MAX_RESPONSE_SECONDS}}
        assert caller.call("POST", "//__admin/faults", fault)[0] == 201
        held.sendall(encode_request("GET"))
        time.sleep(0.5)
        began = time.perf_counter()
        try:
            item_version(port)
            return time.perf_counter() - began < 1
        finally:
            caller.call("DELETE", "//__admin/faults")


def is_truncated(received: bytes) -> bool:
    """Whether a response is shorter than its Content-Length."""
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return length is not None and len(body) < int(length[1])


CHECKS: Mapping[str, Callable[[int], bool]] = {
    "a body cut off changes nothing": partial(changes_nothing, headers="Content-Length: 20\r\n", body=b"{}"),
    "chunks cut off change nothing": partial(
        changes_nothing, headers="Transfer-Encoding: chunked\r\n", body=b"2\r\n{}\r\n"
    ),
    "bytes that are not HTTP are a 4xx in JSON": partial(is_refused, sent=b"\x16\x03\x01\x02\r\n\r\n"),
    "two lengths are a 4xx in JSON": partial(
        is_refused, sent=encode_request("PUT", "Content-Length: 1\r\nContent-Length: 2\r\n") + b"ab"
    ),
    "a length and chunks are a 4xx in JSON": partial(
        is_refused, sent=encode_request("PUT", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n") + b"0\r\n\r\n"
    ),
    "300 kB of headers are a 4xx in JSON": partial(is_refused, sent=encode_request("GET", f"A: {'a' * 300_000}\r\n")),
    "11 MB are a 413 in JSON": partial(
        is_refused, sent=encode_request("PUT", "Content-Length: 11000000\r\n") + b"x" * 11_000_000
    ),
    "50 GB announced are a 413 in JSON": partial(
        is_refused, sent=encode_request("PUT", "Content-Length: 50000000000\r\n")
    ),
    "an id with %2F stays whole": lambda port: (
        b"a/b" in exchange(port, encode_request("GET", "Connection: close\r\n", f"{ITEMS}/a%2Fb"))
    ),
    "an injected fault closes without a response": partial(
        injects, fault="EMPTY_RESPONSE", is_expected=lambda received: not received
    ),
    "an injected fault truncates a body": partial(injects, fault="MALFORMED_RESPONSE_CHUNK", is_expected=is_truncated),
    "a request that a fault holds does not block others": answers_others,
}


def check_result(check: Callable[[int], bool], port: int) -> str:
    """Return yes or no; no if the server does not answer at all."""
    try:
        return "yes" if check(port) else "no"
    except (OSError, HTTPException, ValueError, LookupError):
        return "no"


def main() -> None:
    """Print a table of requests per second, and one of checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one run, in seconds")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind for each server")
    options = parser.parse_args()
    with ExitStack() as stack:
        url, _, _ = stack.enter_context(start_server())
        ports = {"ours": int(url.rpartition(":")[2])}
        for name, (port, command) in OTHERS.items():
            ports[name] = stack.enter_context(start_wsgi_server(port, command))
        print(f"| requests/s | {' | '.join(ports)} |\n|---|{'---|' * len(ports)}")
        for kind in list_kinds(url):
            rates = compare_rates(ports, kind, options.seconds, options.rounds)
            columns = [f"{rate:,.0f}" if rate else "closes after each" for rate in rates.values()]
            print(f"| {kind.name} | {' | '.join(columns)} |", flush=True)
        print(f"\n| a bad client or an injected fault | {' | '.join(ports)} |\n|---|{'---|' * len(ports)}")
        for text, check in CHECKS.items():
            print(f"| {text} | {' | '.join(check_result(check, port) for port in ports.values())} |", flush=True)


if __name__ == "__main__":
    main()
