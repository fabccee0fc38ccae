"""Compare the server that ships with other WSGI servers under the same application: speed, and what each does on faults.

`pip install granian waitress`, then `python servers.py` in benchmarks/. The runs alternate; medians. Each fault is a
question about a bad client, asked over a socket; the answer is yes if clients and state are as they should be.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from caller import Caller
from load import GOLDEN, load, served, works

HERE = Path(__file__).parent
CONNECTIONS = 8
TRIES = 100
PATIENCE = 5  # seconds to wait for an answer
HEAD = "Host: localhost\r\nAuthorization: Bearer admin-token\r\n"
ITEM = f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/12468504"
OTHERS: Mapping[str, tuple[int, list[str]]] = {
    "granian": (4120, ["granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--no-ws"]),
    "waitress": (4121, ["waitress", "--threads", "16", "--connection-limit", "2000", "--asyncore-use-poll"]),
}


def __getattr__(name: str) -> Any:
    """Make `application` when a server asks for it."""
    if name != "application":
        raise AttributeError(name)
    from mockserver.app import build
    from mockserver.settings import Settings

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


def came(port: int, sent: bytes, *, ends: bool = True) -> bytes:
    """Send, and say that nothing follows; return all that comes, until the server closes or for as long as we wait."""
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


def refused(port: int, sent: bytes, *statuses: int) -> bool:
    """Whether a request is answered with one of these statuses, in JSON that says why."""
    head, _, body = came(port, sent, ends=False).partition(b"\r\n\r\n")
    try:
        return int(head.split()[1]) in statuses and bool(json.loads(body)["message"])
    except (ValueError, LookupError):
        return False


def version(port: int) -> int:
    body = came(port, f"GET {ITEM} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n".encode()).partition(b"\r\n\r\n")[2]
    return int(json.loads(body)["metadata"]["version"])


def changes_nothing(port: int, headers: str, body: bytes) -> bool:
    """Whether a write that breaks off is not carried out."""
    before = version(port)
    came(port, f"PUT {ITEM} HTTP/1.1\r\n{HEAD}{headers}\r\n".encode() + body)
    return version(port) == before


def breaks(port: int, fault: str, want: Callable[[bytes], bool]) -> bool:
    """Whether a fault that was ordered is what a client sees."""
    caller = Caller(port)
    try:
        assert caller.call("POST", "/__admin/faults", {"times": 1, "response": {"fault": fault}})[0] == 201
        return want(came(port, f"GET {ITEM} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n".encode()))
    finally:
        caller.call("DELETE", "/__admin/faults")


def goes_on(port: int) -> bool:
    """Whether others are answered while a call is held for a second."""
    caller = Caller(port)
    try:
        rule = {"operation": "GET", "times": 1, "response": {"fixedDelayMilliseconds": 1000}}
        rule = {"times": 1, "path": ITEM, "response": rule["response"]}
        assert caller.call("POST", "/__admin/faults", {"times": 1, "response": {"fixedDelayMilliseconds": 1000}})[0] == 201
        with socket.create_connection(("127.0.0.1", port)) as held:
            held.sendall(f"GET {ITEM} HTTP/1.1\r\n{HEAD}\r\n".encode())
            time.sleep(0.2)
            began = time.perf_counter()
            version(port)
            return time.perf_counter() - began < 0.5
    finally:
        caller.call("DELETE", "/__admin/faults")


FAULTS: Mapping[str, Callable[[int], bool]] = {
    "a body cut off changes nothing": partial(changes_nothing, headers="Content-Length: 20\r\n", body=b"{}"),
    "chunks cut off change nothing": partial(
        changes_nothing, headers="Transfer-Encoding: chunked\r\n", body=b"2\r\n{}\r\n"
    ),
    "no HTTP is a 4xx in JSON": partial(refused, sent=b"\x16\x03\x01\x02\r\n\r\n", statuses=(400, 405)),
}
