"""The WSGI server that ships: waitress, in one process, with errors of its own in the vendor's shape."""

from __future__ import annotations

import sys
import time
from collections import deque
from threading import Lock, Thread
from typing import Any

import orjson
from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import Error

from ..control.guard import PREFIX
from ..faults.registry import Registry
from .descriptors import connections
from .requests import BODY_AT_MOST
from .wires import WiredTask

CONNECTIONS_AT_MOST = 2000
IDLE_SECONDS = 30
POLL_SECONDS = 1
THREADS_AT_MOST = 500  # calls that can be held at once: more is no race, and their memory has to end somewhere
HEADERS_READ_AT_MOST = 256 * 1024  # bytes; more than the app allows, so that the app can answer 431


class JsonErrorTask(ErrorTask):  # type: ignore[misc]
    """Answers what is no HTTP, or beyond what the server reads, as JSON."""

    def execute(self) -> None:
        """Write the error in place of waitress's plain text."""
        self.request.error = _JsonError(self.request.error)
        super().execute()


class _JsonError(Error):  # type: ignore[misc]
    def __init__(self, error: Error) -> None:
        super().__init__(error.body)
        self.code, self.reason = error.code, error.reason

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:  # noqa: ARG002
        body = {"code": self.code, "status": self.reason, "message": str(self.body)}
        return f"{self.code} {self.reason}", [("Content-Type", "application/json")], orjson.dumps(body)


class KeepAliveTask(WiredTask):
    """Keeps the connection open after a 204: waitress closes after every reply that has no length."""

    def set_close_on_finish(self) -> None:
        """Close, unless the reply ends with its headers and the client wants to go on."""
        wants_close = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or wants_close or self.version != "1.1":
            super().set_close_on_finish()


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that answers unreadable requests as JSON, and outlives replies without a body."""

    task_class = KeepAliveTask
    error_task_class = JsonErrorTask

    @property
    def is_behind(self) -> bool:
        """Whether the client has still to read what it was answered before."""
        return bool(self.total_outbufs_len)

    def close_if_deaf(self, since: float) -> None:
        """Close if the client should read and has not since then: waitress would wait until it can write to it."""
        if self.is_behind and self.last_activity < since:
            self.handle_close()


class Tasks:
    """What waits to be answered: waitress adds to it while it reads, `Server.run` works it off in the same thread.

    Threads would only wait for each other: the work is Python, and the interpreter's lock lets one run at a time.
    With one thread the server answers twice as much, and evenly (benchmarks/README.md).

    A client that sends many requests at once gets one answer a round, as the others do, and the next when it has read
    that: else few clients could keep the server from all others, and have it hold as many answers as they like.

    While there is a fault that calls may have to wait for, each call gets a thread of its own, so that one that waits
    holds up no other. Calls of the control plane never do: since they are answered here, faults come and go between two
    tasks only, and can be removed however many calls are held.
    """

    def __init__(self, faults: Registry) -> None:
        self._waiting: deque[Any] = deque()
        self._faults = faults
        self._threads = 0
        self._counting = Lock()

    def add_task(self, task: Any) -> None:
        """Take a task that is to be done after this round of reading."""
        self._waiting.append(task)

    def work_off(self) -> None:
        """Do what waits now: here, or beside if it may have to wait, as far as there are threads for it."""
        for _ in range(len(self._waiting)):
            task = self._waiting.popleft()
            if task.is_behind:
                self._waiting.append(task)
            elif not self._faults.is_timed or _steers(task):
                task.service()  # wakes the loop, which may have to come again for the client's next request
            elif self._threads < THREADS_AT_MOST:
                self._count(1)
                Thread(target=self._work_beside, args=(task,), name="call", daemon=True).start()
            else:
                self._waiting.append(task)

    def _work_beside(self, task: Any) -> None:
        try:
            task.service()  # wakes the loop when it is done
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._counting:
            self._threads += change

    def set_thread_count(self, count: int) -> None:
        """Have no threads, however many are asked for."""

    def shutdown(self, **_: Any) -> bool:
        """Stop: what runs beside the caller ends with the process."""
        return False


def _steers(task: Any) -> bool:
    """Whether a task is for the control plane, or is no request that could be read."""
    request = task.requests[0]
    return bool(request.error) or request.path.startswith(PREFIX)


class Server:
    """A bound server: the port takes connections from now on, `run` answers them."""

    def __init__(self, app: Flask, host: str, port: int, faults: Registry) -> None:
        """Bind; port 0 takes a free one. OSError if it cannot be bound."""
        self._sockets: dict[int, Any] = {}
        self._tasks = Tasks(faults)
        self._looked_at = 0.0
        self._server = create_server(
            app,
            map=self._sockets,
            _dispatcher=self._tasks,
            host=host,
            port=port,
            connection_limit=connections(CONNECTIONS_AT_MOST),
            channel_timeout=IDLE_SECONDS,
            max_request_header_size=HEADERS_READ_AT_MOST,
            max_request_body_size=4 * BODY_AT_MOST,
            outbuf_high_watermark=sys.maxsize,  # beyond it a task would wait for the loop that it runs in
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        for channels in self._sockets.values():
            channels.channel_class = Channel
        self.host = host
        self.port = int(getattr(self._server, "effective_port", 0) or self._server.effective_listen[0][1])

    @property
    def url(self) -> str:
        """Where the server is, for a client on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def run(self) -> None:
        """Answer until SystemExit or KeyboardInterrupt is raised in this thread, then close."""
        try:
            while True:
                wasyncore.poll2(POLL_SECONDS, self._sockets)
                self._tasks.work_off()
                self._close_deaf(time.time())
        except (SystemExit, KeyboardInterrupt):
            wasyncore.close_all(self._sockets)

    def _close_deaf(self, now: float) -> None:
        """Close connections whose clients have not read for long; look for them once in a while."""
        if now < self._looked_at + POLL_SECONDS:
            return
        self._looked_at = now
        for each in list(self._sockets.values()):
            if isinstance(each, Channel):
                each.close_if_deaf(now - IDLE_SECONDS)
