"""The server that ships: asyncio's sockets and llhttp's parser in one thread, which calls the application."""

from __future__ import annotations

import socket
from asyncio import SelectorEventLoop, Task, sleep
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from flask import Flask

from ..faults.registry import Registry
from .callers import Callers
from .connection import Connection
from .descriptors import connections
from .outbox import Outbox
from .wsgi import Gateway

CONNECTIONS_AT_MOST = 2000
LOOK_SECONDS = 1
BACKLOG = 1024  # connections that the system keeps waiting


class Server:
    """A bound server: the port takes connections from now on, `run` answers them.

    connections: those that are open now.
    """

    def __init__(self, app: Flask, host: str, port: int, faults: Registry) -> None:
        """Bind; port 0 takes a free one. OSError if it cannot be bound."""
        self._listeners = list(_bound(host, port))
        self.host, self.port = host, self._listeners[0].getsockname()[1]
        gateway = Gateway(app, host, self.port)
        self._room = connections(CONNECTIONS_AT_MOST)
        self.connections: set[Connection] = set()
        self._opening: set[Task[Any]] = set()
        self._loop = SelectorEventLoop()
        self._callers, self._outbox = Callers(gateway, faults, self._loop), Outbox(self._loop)

    @property
    def url(self) -> str:
        """Where the server is, for a client on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def run(self) -> None:
        """Answer until `stop`, then close."""
        self._listen()
        self._look()
        self._loop.run_forever()
        self._loop.run_until_complete(sleep(0))  # in which the last answers leave
        self._close()

    def stop(self) -> None:
        """Have `run` end; from any thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _listen(self) -> None:
        self._is_full = False
        for listener in self._listeners:
            self._loop.add_reader(listener, self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        """Open the connections that wait, as far as there is room; the others wait on."""
        while len(self.connections) < self._room:
            try:
                taken, _ = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:  # no descriptor is left
                break
            self._open(taken)
        self._is_full = True
        for each in self._listeners:
            self._loop.remove_reader(each)

    def _open(self, taken: socket.socket) -> None:
        taken.setblocking(False)
        connection = Connection(self._callers, self._outbox, self._loop, self._closed)
        self.connections.add(connection)
        opening = self._loop.create_task(self._loop.connect_accepted_socket(lambda: connection, taken))
        self._opening.add(opening)
        opening.add_done_callback(partial(self._opened, connection, taken))

    def _opened(self, connection: Connection, taken: socket.socket, opening: Task[Any]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and opening.exception():  # the client has gone already
            taken.close()
            self._closed(connection)

    def _closed(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if self._is_full:
            self._listen()

    def _look(self) -> None:
        """Look now and then for connections that wait for their clients for too long."""
        now = self._loop.time()
        for connection in list(self.connections):
            connection.look(now)
        if self._is_full:
            self._listen()
        self._loop.call_later(LOOK_SECONDS, self._look)

    def _close(self) -> None:
        for listener in self._listeners:
            self._loop.remove_reader(listener)
            listener.close()
        self._is_full = False
        for connection in list(self.connections):
            connection.abort()
        self._loop.run_until_complete(sleep(0))  # in which they close
        self._loop.close()


def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """Listen on each address that a host has, all on one port."""
    with ExitStack() as failing:
        for family, _, _, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            listener = failing.enter_context(socket.create_server((address[0], port), family=family, backlog=BACKLOG))
            listener.setblocking(False)
            port = port or listener.getsockname()[1]
            yield listener
        failing.pop_all()
