"""Start the real command as a process, or its server in this one, and talk to it over a socket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from mockserver.app import App
from mockserver.web.server import Server

COMMAND = [sys.executable, "-m", "mockserver"]
OPENER = build_opener(ProxyHandler({}))
TIMEOUT_SECONDS = 60  # a test gives up after that; nothing is measured


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without the variables of the simulator and of a calling `make`, plus the given ones."""
    foreign = ("MOCKSERVER_", "MAKE", "MFLAGS")
    return {name: text for name, text in os.environ.items() if not name.startswith(foreign)} | more


def find_free_port() -> int:
    """Return a port of this machine that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def run_command(
    *arguments: str, command: list[str] | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of the program and wait until it ends."""
    return subprocess.run(
        [*(command or COMMAND), *arguments],
        env=clean_environment(**(variables or {})),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@contextmanager
def start_server(
    *arguments: str, command: list[str] | None = None, folder: Path | None = None, **variables: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Serve on a free port. Yield the process and the contents of its ready line."""
    with subprocess.Popen(
        [*(command or COMMAND), "serve", "--port", "0", "--log-format", "json", *arguments],
        env=clean_environment(**variables),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            assert line, process.stderr.read() if process.stderr else ""
            yield process, json.loads(line)
        finally:
            process.kill()


def send_request(
    url: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """Send a request. Return status and JSON body."""
    data = None if body is None else json.dumps(body).encode()
    sent_headers = {"Authorization": "Bearer admin-token", "Content-Type": "application/json", **(headers or {})}
    try:
        with OPENER.open(Request(url, data, sent_headers, method=method), timeout=TIMEOUT_SECONDS) as reply:
            text = reply.read()
            return reply.status, json.loads(text) if text else None
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@contextmanager
def serve_in_thread(app: App) -> Iterator[int]:
    """Serve in a thread of this process. Yield the port."""
    with start_server_in_thread(app) as server:
        yield server.port


@contextmanager
def start_server_in_thread(app: App) -> Iterator[Server]:
    """Serve in a thread of this process. Yield the server."""
    server = app.create_server("127.0.0.1", 0)
    running = Thread(target=server.run)
    running.start()
    yield server
    server.stop()
    running.join(TIMEOUT_SECONDS)
    assert not running.is_alive()


class Connection:
    """A connection to a server for one tenant. It stays open between calls unless the server closes it."""

    def __init__(self, port: int, tenant: str, closing: ExitStack) -> None:
        self.port, self.tenant, self.closing = port, tenant, closing
        self.http = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        closing.callback(self.http.close)

    def open_another(self) -> Self:
        return type(self)(self.port, self.tenant, self.closing)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send a request. Return status and JSON body."""
        status, text = self.exchange(method, path, body, **headers)
        return status, json.loads(text) if text else None

    def exchange(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Send a request below the tenant's segments, or to the control plane. Return status and content."""
        url = path if path.startswith("/__admin") else f"/customer-segment/{self.tenant}/segments{path}"
        sent_headers = {"Authorization": "Bearer admin-token", "Content-Type": "application/json", **headers}
        self.http.request(method, url, None if body is None else json.dumps(body), sent_headers)
        reply = self.http.getresponse()
        return reply.status, reply.read()
