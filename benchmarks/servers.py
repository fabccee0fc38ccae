"""Compare the server that ships with other WSGI servers under the same application, in speed and in faults.

`pip install granian waitress`, then `python servers.py` in benchmarks/. The runs alternate; medians. Each fault is a
question about a bad client, asked over a socket; the answer is yes if clients and state are as they should be.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
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
from compare import compared
from load import GOLDEN, served, works

HERE = Path(__file__).parent
TRIES = 100
PATIENCE = 5  # seconds to wait for an answer
ITEMS = f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT"
ITEM = f"{ITEMS}/12468504"
OTHERS: Mapping[str, tuple[int, list[str]]] = {
    "granian": (4120, ["granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--no-ws"]),
    "waitress": (4121, ["waitress", "--threads", "16", "--connection-limit", "2000", "--asyncore-use-poll"]),
}


def __getattr__(name: str) -> Any:
    """Make `application` when a server asks for it."""
    if name != "application":
        raise AttributeError(name)
    from mockserver.app import build  # noqa: PLC0415 - other servers import this module for it
    from mockserver.settings import Settings  # noqa: PLC0415

    return build(Settings()).flask


@contextmanager
def running(port: int, command: list[str]) -> Iterator[int]:
    """Serve the application with another server; give the port when it answers."""
    place = ["--listen", f"127.0.0.1:{port}"] if command[0] == "waitress" else ["--port", str(port)]
    program = [sys.executable, "-m", *command, *place, "servers:application"]
    with subprocess.Popen(program, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(TRIES):
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


def came(port: int, sent: bytes, *, ends: bool = False) -> bytes:
    """Send, and perhaps end; return all that comes, until the server closes or for as long as we wait."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        try:
            client.sendall(sent)
            if ends:
                client.shutdown(socket.SHUT_WR)
            while part := client.recv(65536):
                received += part
        except OSError:
            pass
    return received


def asked(method: str, headers: str = "", path: str = ITEM) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-token\r\n{headers}\r\n".encode()


def refused(port: int, sent: bytes) -> bool:
    """Whether a request is answered with a 4xx, in JSON that says why."""
    head, _, body = came(port, sent).partition(b"\r\n\r\n")
    return head.split()[1].startswith(b"4") and bool(json.loads(body)["message"])


def version(port: int) -> int:
    """Return the version of the item."""
    body = came(port, asked("GET", "Connection: close\r\n")).partition(b"\r\n\r\n")[2]
    return int(json.loads(body)["metadata"]["version"])


def changes_nothing(port: int, headers: str, body: bytes) -> bool:
    """Whether a write that breaks off is not carried out."""
    before = version(port)
    came(port, asked("PUT", f"Content-Type: application/json\r\n{headers}") + body, ends=True)
    return version(port) == before


def breaks(port: int, fault: str, want: Callable[[bytes], bool]) -> bool:
    """Whether a fault that was ordered is what a client sees."""
    with closing(Caller(port)) as caller:
        assert caller.call("POST", "//__admin/faults", {"times": 1, "response": {"fault": fault}})[0] == 201
        try:
            return want(came(port, asked("GET", "Connection: close\r\n")))
        finally:
            caller.call("DELETE", "//__admin/faults")


def holds_up_nobody(port: int) -> bool:
    """Whether others are answered while a call is held."""
    with closing(Caller(port)) as caller, socket.create_connection(("127.0.0.1", port)) as held:
        rule = {"times": 1, "response": {"fixedDelayMilliseconds": 1000 * PATIENCE}}
        assert caller.call("POST", "//__admin/faults", rule)[0] == 201
        held.sendall(asked("GET"))
        time.sleep(0.5)
        began = time.perf_counter()
        try:
            version(port)
            return time.perf_counter() - began < 1
        finally:
            caller.call("DELETE", "//__admin/faults")


def is_cut(came: bytes) -> bool:
    """Whether an answer ends before its length."""
    head, _, body = came.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return length is not None and len(body) < int(length[1])


FAULTS: Mapping[str, Callable[[int], bool]] = {
    "a body cut off changes nothing": partial(changes_nothing, headers="Content-Length: 20\r\n", body=b"{}"),
    "chunks cut off change nothing": partial(
        changes_nothing, headers="Transfer-Encoding: chunked\r\n", body=b"2\r\n{}\r\n"
    ),
    "no HTTP is a 4xx in JSON": partial(refused, sent=b"\x16\x03\x01\x02\r\n\r\n"),
    "two lengths are a 4xx in JSON": partial(
        refused, sent=asked("PUT", "Content-Length: 1\r\nContent-Length: 2\r\n") + b"ab"
    ),
    "a length and chunks are a 4xx in JSON": partial(
        refused, sent=asked("PUT", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n") + b"0\r\n\r\n"
    ),
    "300 kB of headers are a 4xx in JSON": partial(refused, sent=asked("GET", f"A: {'a' * 300_000}\r\n")),
    "11 MB are a 413 in JSON": partial(refused, sent=asked("PUT", "Content-Length: 11000000\r\n") + b"x" * 11_000_000),
    "50 GB announced are a 413 in JSON": partial(refused, sent=asked("PUT", "Content-Length: 50000000000\r\n")),
    "an id with %2F stays whole": lambda port: (
        b"a/b" in came(port, asked("GET", "Connection: close\r\n", f"{ITEMS}/a%2Fb"))
    ),
    "an ordered fault closes without an answer": partial(breaks, fault="EMPTY_RESPONSE", want=lambda came: not came),
    "an ordered fault cuts a body": partial(breaks, fault="MALFORMED_RESPONSE_CHUNK", want=is_cut),
    "a call that a fault holds holds up nobody": holds_up_nobody,
}


def answer(question: Callable[[int], bool], port: int) -> str:
    """Ask; a server that does not answer at all has answered no."""
    try:
        return "yes" if question(port) else "no"
    except (OSError, HTTPException, ValueError, LookupError):
        return "no"


def main() -> None:
    """Print a table of speeds, and one of faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one run")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind for each server")
    given = parser.parse_args()
    with ExitStack() as stack:
        url, _, _ = stack.enter_context(served())
        ports = {"ours": int(url.rpartition(":")[2])}
        for name, (port, command) in OTHERS.items():
            ports[name] = stack.enter_context(running(port, command))
        print(f"| requests/s | {' | '.join(ports)} |\n|---|{'---|' * len(ports)}")
        for work in works(url):
            rates = compared(ports, work, given.seconds, given.rounds)
            cells = [f"{rate:,.0f}" if rate else "closes after each" for rate in rates.values()]
            print(f"| {work.name} | {' | '.join(cells)} |", flush=True)
        print(f"\n| a bad client or an ordered fault | {' | '.join(ports)} |\n|---|{'---|' * len(ports)}")
        for text, question in FAULTS.items():
            print(f"| {text} | {' | '.join(answer(question, port) for port in ports.values())} |", flush=True)


if __name__ == "__main__":
    main()
