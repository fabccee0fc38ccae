"""The addresses of a server: both loopback addresses by default, both families with `::`, one port for all."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mockserver.web import listening
from tests.support.live_server import run_command, send_request, start_server

LOOPBACK = ("127.0.0.1", "::1")


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def bind(closing: ExitStack, host: str, port: int = 0) -> list[tuple[str, int]]:
    """Return the addresses and ports that a host stands for."""
    listeners = [closing.enter_context(listener) for listener in listening.open_listeners(host, port)]
    return [listener.getsockname()[:2] for listener in listeners]


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("localhost", LOOPBACK),
        ("::", ("0.0.0.0", "::")),
        ("127.0.0.1", ("127.0.0.1",)),
        ("127.8.8.8", ("127.8.8.8",)),
        ("::1", ("::1",)),
        ("0:0:0:0:0:0:0:1", ("::1",)),
        ("::ffff:127.0.0.1", ("127.0.0.1",)),
        ("0.0.0.0", ("0.0.0.0",)),
    ],
)
def test_a_host_stands_for_addresses_on_one_port(closing: ExitStack, host: str, addresses: tuple[str, ...]) -> None:
    bound = bind(closing, host)
    assert tuple(address for address, _ in bound) == addresses
    assert len({port for _, port in bound}) == 1
    assert bound[0][1] > 0


@pytest.mark.parametrize("host", ["localhost", "::"])
@pytest.mark.parametrize("missing", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_missing_family_is_left_out(
    closing: ExitStack, monkeypatch: pytest.MonkeyPatch, host: str, missing: int, family: int
) -> None:
    create = socket.create_server

    def refuse(address: Any, **options: Any) -> socket.socket:
        if options["family"] == family:
            raise OSError(missing, "no such family")
        return create(address, **options)

    monkeypatch.setattr(socket, "create_server", refuse)
    ((address, port),) = bind(closing, host)
    assert (":" in address) == (family == socket.AF_INET)
    assert port > 0


def test_no_family_at_all_is_an_error(closing: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Any, **__: Any) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, "no such family")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(OSError, match="no such family"):
        bind(closing, "localhost")


@pytest.mark.parametrize("taken", LOOPBACK)
def test_a_port_that_is_taken_on_one_address_is_an_error(closing: ExitStack, taken: str) -> None:
    ((_, port),) = bind(closing, taken)
    with pytest.raises(OSError, match="in use"):
        bind(closing, "localhost", port)
    other = next(address for address in LOOPBACK if address != taken)
    assert bind(closing, other, port) == [(other, port)]  # nothing was left open


def test_a_free_port_is_free_on_all_addresses(closing: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first free port of IPv4 is taken for IPv6, so another one is tried."""
    create, tries = socket.create_server, list[Any]()

    def refuse(address: Any, **options: Any) -> socket.socket:
        if options["family"] == socket.AF_INET6 and not tries:
            tries.append(address)
            raise OSError(errno.EADDRINUSE, "in use")
        return create(address, **options)

    monkeypatch.setattr(socket, "create_server", refuse)
    assert len(bind(closing, "localhost")) == 2
    monkeypatch.setattr(listening, "MAX_PORT_ATTEMPTS", 1)
    tries.clear()
    with pytest.raises(OSError, match="in use"):
        bind(closing, "localhost")


@pytest.mark.parametrize(
    ("arguments", "urls"),
    [
        ((), ["http://127.0.0.1", "http://[::1]", "http://localhost"]),
        (("--host", "::"), ["http://127.0.0.1", "http://[::1]"]),
        (("--host", "::1"), ["http://[::1]"]),
    ],
    ids=["default", "all", "IPv6"],
)
def test_a_server_answers_on_all_its_addresses(arguments: tuple[str, ...], urls: list[str]) -> None:
    with start_server(*arguments, "--admin-token", "t") as (_, ready):
        assert ready["url"].startswith(urls[0])
        port = ready["url"].rpartition(":")[2]
        for url in urls:
            assert send_request(f"{url}:{port}/customer-segment/acme/segments")[0] == 200
            assert send_request(f"{url}:{port}/__admin/state", headers={"Authorization": "Bearer t"})[0] == 200
        host = arguments[1:2] or ("localhost",)
        checked = run_command("healthcheck", "--host", *host, "--port", port)
        assert (checked.returncode, checked.stdout) == (0, '{"status":"healthy"}\n')
