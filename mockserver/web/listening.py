"""The addresses to listen on: both families for `localhost` and `::`, on the same port."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

from .limits import BACKLOG

# The names that mean an address of each family: the loopback addresses, and all addresses.
ADDRESSES_BY_HOST = {"localhost": ("127.0.0.1", "::1"), "::": ("0.0.0.0", "::")}  # noqa: S104 - if the user asks for it
MISSING_FAMILY = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}
MAX_PORT_ATTEMPTS = 20  # a port that is free for one family may be taken for the other


def open_listeners(host: str, port: int) -> list[socket.socket]:
    """Return a listening socket for every address of a host, all on the same port; OSError if that is impossible.

    port: 0 takes a free one.
    """
    addresses = ADDRESSES_BY_HOST.get(host) or _resolve(host, port)
    attempts = 1 if port else MAX_PORT_ATTEMPTS
    while True:
        attempts -= 1
        try:
            return _listen_on_all(addresses, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not attempts:
                raise


def describe_url(listeners: list[socket.socket], scheme: str = "http") -> str:
    """Return the URL of the first listener, for a client on this machine."""
    address, port = listeners[0].getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - compared, not bound
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a host; one of IPv4 that is written for IPv6 is the address of IPv4."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return tuple(dict.fromkeys(str(address[0]).removeprefix("::ffff:") for *_, address in found))


def _listen_on_all(addresses: tuple[str, ...], port: int) -> list[socket.socket]:
    """Listen on each address; one of a family that this machine lacks is left out, unless it is the only one."""
    listeners: list[socket.socket] = []
    missing: OSError | None = None
    with ExitStack() as failing:
        for address in addresses:
            try:
                listener = failing.enter_context(_listen(address, port))
            except OSError as error:
                if error.errno not in MISSING_FAMILY:
                    raise
                missing = error
                continue
            port = port or listener.getsockname()[1]
            listeners.append(listener)
        if not listeners and missing:
            raise missing
        failing.pop_all()
    return listeners


def _listen(address: str, port: int) -> socket.socket:
    """Return a listening socket; one for IPv6 gets no connections of IPv4."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family, backlog=BACKLOG)
    listener.setblocking(False)
    return listener
