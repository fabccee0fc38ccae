"""The server: binds, accepts connections up to a limit, and stops; it uses asyncio's sockets and one thread."""

from __future__ import annotations

import socket
from asyncio import SelectorEventLoop, Task, sleep
from contextlib import suppress
from functools import partial
from typing import Any

from ..simulations.simulation_registry import SimulationRegistry
from ..tls.certificates import Certificates
from .application import Answer
from .connection import Connection
from .descriptors import connection_limit
from .dispatcher import Dispatcher
from .limits import MAX_CONNECTIONS
from .listening import describe_url, open_listeners
from .tls_transport import TlsTransport
from .tunnels import TunnelKeeper
from .write_batcher import WriteBatcher

TIMEOUT_CHECK_SECONDS = 1  # time between two checks of all connections


class Server:
    """A bound server: clients can connect to its port, and `run` answers them.

    connections: the open connections.
    """

    def __init__(
        self,
        answer: Answer,
        host: str,
        port: int,
        simulations: SimulationRegistry,
        *,
        certificates: Certificates | None = None,
        is_tls: bool = False,
        base_path: str = "",
    ) -> None:
        """Bind to the addresses of a host; port 0 takes a free port. OSError or TlsError if that is impossible.

        certificates: for the port with `is_tls`, and for CONNECT on any port.
        base_path: what the paths of all requests begin with.
        """
        self._base_path, self._simulations = base_path, simulations
        own_certificates = certificates or Certificates()
        self._tunnels = TunnelKeeper(own_certificates)
        self._tls = own_certificates.identify().context if is_tls else None
        self._listeners = open_listeners(host, port)
        self.port = self._listeners[0].getsockname()[1]
        self._max_connections = connection_limit(MAX_CONNECTIONS)
        self.connections: set[Connection] = set()
        self._opening: set[Task[Any]] = set()
        self._loop = SelectorEventLoop()
        self._dispatcher = Dispatcher(answer, simulations, self._loop, base_path)
        self._batcher = WriteBatcher(self._loop)

    @property
    def url(self) -> str:
        """The URL for a client on this machine."""
        return describe_url(self._listeners, "https" if self._tls else "http") + self._base_path

    def run(self) -> None:
        """Answer requests until `stop`, then close all connections."""
        self._listen()
        self._check_timeouts()
        self._loop.run_forever()
        self._loop.run_until_complete(sleep(0))  # sends the last responses
        self._close()

    def stop(self) -> None:
        """Make `run` return; can be called from any thread, and repeatedly: a launcher may forward a signal twice."""
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _listen(self) -> None:
        self._is_full = False
        for listener in self._listeners:
            self._loop.add_reader(listener, self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        """Accept waiting connections up to the limit; the others stay in the backlog."""
        while len(self.connections) < self._max_connections:
            try:
                client_socket, _ = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:  # no file descriptor is left
                break
            self._open(client_socket)
        self._is_full = True
        for full_listener in self._listeners:
            self._loop.remove_reader(full_listener)

    def _open(self, client_socket: socket.socket) -> None:
        client_socket.setblocking(False)
        connection = Connection(self._dispatcher, self._batcher, self._loop, self._forget, self._tunnels)
        self.connections.add(connection)
        protocol = TlsTransport(self._tls, connection) if self._tls else connection
        opening = self._loop.create_task(self._loop.connect_accepted_socket(lambda: protocol, client_socket))
        self._opening.add(opening)
        opening.add_done_callback(partial(self._finish_opening, connection, client_socket))

    def _finish_opening(self, connection: Connection, client_socket: socket.socket, opening: Task[Any]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and opening.exception():  # the client has already closed
            client_socket.close()
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if self._is_full:
            self._listen()

    def _check_timeouts(self) -> None:
        """Close connections that exceed a timeout; this repeats once a second."""
        self._loop.call_later(TIMEOUT_CHECK_SECONDS, self._check_timeouts)
        now = self._loop.time()
        for connection in list(self.connections):
            connection.check_timeout(now)
        if self._is_full:
            self._listen()

    def _close(self) -> None:
        for listener in self._listeners:
            self._loop.remove_reader(listener)
            listener.close()
        self._is_full = False
        self._simulations.end_watches()
        for connection in list(self.connections):
            connection.abort()
        self._loop.run_until_complete(sleep(0))  # closes them
        self._loop.close()
