"""Faults on a real socket: connections that break, bodies that drip, calls that wait for each other."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import build
from mockserver.settings import Settings
from mockserver.web import dispatcher
from mockserver.web.response_writer import split_body
from tests.support.live_server import TIMEOUT_SECONDS, Connection, serve_in_thread
from tests.support.samples import GOLDEN, ITEM, NEW_ITEM

GET, PUT, PATCH = (
    "GET-customer-segment-retrieve-item",
    "PUT-customer-segment-update-item",
    "PATCH-customer-segment-update-segment",
)
STALE = {"metadata": {"version": 1}}
NUMBERS = count(1)


class Faulty(Connection):
    """A connection that orders faults too."""

    def order(self, **rule: Any) -> str:
        """Order a fault on a connection of its own."""
        status, told = self.steer("POST", "", {"tenant": self.tenant, **rule})
        assert status == 201, told
        return str(told["id"])

    def report(self, id_: str) -> Any:
        return self.steer("GET", f"/{id_}")[1]

    def steer(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the control plane on a connection of its own."""
        with ExitStack() as closing:
            return Connection(self.port, self.tenant, closing).send(method, f"/__admin/faults{path}", body)

    def until_held(self, id_: str, calls: int = 1) -> None:
        """Ask again and again whether so many calls wait."""
        while self.report(id_)["held"] < calls:
            pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server in this process, so that its threads and descriptors can be counted."""
    with serve_in_thread(build(Settings())) as port:
        yield port


@pytest.fixture
def wire(port: int) -> Iterator[Faulty]:
    with ExitStack() as closing:
        wire = Faulty(port, f"wire{next(NUMBERS)}", closing)
        yield wire
        assert wire.steer("DELETE", "")[0] == 200
        assert wire.open_another().send("GET", ITEM)[0] == 200
    for thread in calls_in_threads():
        thread.join(TIMEOUT_SECONDS)
    assert not calls_in_threads()


@pytest.fixture
def beside() -> Iterator[Callable[..., Future[Any]]]:
    """Call something in a thread of its own."""
    with ThreadPoolExecutor(20) as pool:
        yield pool.submit


def calls_in_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "call"]


def raw(port: int, path: str, method: str = "GET") -> bytes:
    """Send a request that asks to keep the connection; return all that comes until it is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-token\r\n\r\n"
        connection.sendall(head.encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_reset_connection_is_reset(wire: Faulty) -> None:
    id_ = wire.order(times=1, response={"fault": "CONNECTION_RESET_BY_PEER"})
    with pytest.raises(ConnectionResetError):
        wire.send("GET", ITEM)
    assert wire.open_another().send("GET", ITEM)[0] == 200
    assert wire.report(id_)["hits"] == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_an_empty_reply_has_no_byte(wire: Faulty, method: str) -> None:
    wire.order(times=1, response={"fault": "EMPTY_RESPONSE"})
    with pytest.raises(RemoteDisconnected):
        wire.send(method, ITEM)


def test_garbage_is_no_http_and_always_the_same(wire: Faulty) -> None:
    wire.order(response={"fault": "RANDOM_DATA_THEN_CLOSE"})
    url = f"/customer-segment/{wire.tenant}/segments{ITEM}"
    first, second = raw(wire.port, url), raw(wire.port, url, "HEAD")
    assert first == second
    assert len(first) == 512
    assert not first.startswith(b"HTTP")


def test_a_truncated_body_is_half_of_what_its_length_says(wire: Faulty) -> None:
    plain = len(json.dumps(wire.send("GET", ITEM)[1], separators=(",", ":"), ensure_ascii=False).encode())
    wire.order(times=1, response={"fault": "MALFORMED_RESPONSE_CHUNK"})
    with pytest.raises(IncompleteRead) as caught:
        wire.send("GET", ITEM)
    assert len(caught.value.partial) == plain // 2
    assert len(caught.value.partial) + (caught.value.expected or 0) == plain


@pytest.mark.parametrize(("method", "half"), [("PUT", b"HTTP/1.1 20"), ("HEAD", b"HTTP/1.")])
def test_a_reply_without_body_is_cut_in_its_first_line(wire: Faulty, method: str, half: bytes) -> None:
    wire.order(response={"fault": "MALFORMED_RESPONSE_CHUNK"})
    assert raw(wire.port, f"/customer-segment/{wire.tenant}/segments{ITEM}", method) == half


def test_an_ordered_failure_can_be_truncated(wire: Faulty) -> None:
    wire.order(response={"status": 503, "fault": "MALFORMED_RESPONSE_CHUNK"})
    came = raw(wire.port, f"/customer-segment/{wire.tenant}/segments{ITEM}")
    assert came.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1\r\n" in came


def test_a_dripping_body_comes_whole_in_parts(wire: Faulty) -> None:
    plain = wire.send("GET", ITEM)
    wire.order(times=2, response={"chunkedDribbleDelay": {"numberOfChunks": 4, "totalDuration": 20}})
    assert wire.send("GET", ITEM) == plain
    assert wire.send("PUT", ITEM) == (204, None)
    assert wire.send("GET", ITEM)[0] == 200


def test_a_body_drips_in_as_many_parts_as_were_ordered() -> None:
    assert split_body(b"0123456789", 4) == [b"012", b"345", b"678", b"9"]
    assert split_body(b"01", 4) == [b"0", b"1"]
    assert split_body(b"", 4) == []


def test_a_body_that_drips_holds_up_nobody_and_ends_with_its_client(wire: Faulty) -> None:
    wire.order(
        times=1, response={"chunkedDribbleDelay": {"numberOfChunks": 1000, "totalDuration": 1000 * TIMEOUT_SECONDS}}
    )
    with socket.create_connection(("127.0.0.1", wire.port)) as connection:
        head = f"GET /customer-segment/{wire.tenant}/segments{ITEM} HTTP/1.1\r\nAuthorization: Bearer admin-token\r\n"
        connection.sendall(f"{head}\r\n".encode())
        assert connection.recv(65536).endswith(b"\r\n\r\n")
        assert wire.send("GET", ITEM)[0] == 200
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert wire.send("GET", ITEM)[0] == 200


@pytest.mark.parametrize("fault", ["CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK"])
def test_a_write_is_committed_and_its_answer_lost(wire: Faulty, fault: str) -> None:
    wire.order(operation=PUT, commit=True, times=1, response={"fault": fault})
    with pytest.raises((ConnectionResetError, BadStatusLine)):
        wire.send("PUT", NEW_ITEM, {})
    assert wire.open_another().send("GET", NEW_ITEM)[1]["metadata"]["version"] == 1


def test_other_connections_stay_open_when_one_breaks(wire: Faulty) -> None:
    other = wire.open_another()
    other.send("GET", ITEM)
    kept = other.http.sock
    wire.order(headers={"X-Break": "yes"}, response={"fault": "CONNECTION_RESET_BY_PEER"})
    with pytest.raises(ConnectionResetError):
        wire.send("GET", ITEM, **{"X-Break": "yes"})
    assert other.send("GET", ITEM)[0] == 200
    assert other.http.sock is kept


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="descriptors cannot be counted here")
def test_broken_connections_leave_no_descriptor(wire: Faulty) -> None:
    url = f"/customer-segment/{wire.tenant}/segments{ITEM}"
    for fault in ("EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE", "MALFORMED_RESPONSE_CHUNK"):
        wire.order(times=20, response={"fault": fault})
    wire.send("GET", "/__admin/health")
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(60):
        raw(wire.port, url)
    for _ in range(1000):  # rounds of the loop, which closes what is done
        wire.send("GET", "/__admin/health")
        if len(list(Path("/dev/fd").iterdir())) <= before:
            break
    assert len(list(Path("/dev/fd").iterdir())) <= before


def test_the_other_client_is_answered_while_one_is_held(wire: Faulty, beside: Callable[..., Future[Any]]) -> None:
    id_ = wire.order(operation=PUT, barrier={"until": {"operation": PATCH}, "timeoutSeconds": TIMEOUT_SECONDS})
    held = beside(wire.send, "PUT", NEW_ITEM, {})
    wire.until_held(id_)
    other = wire.open_another()
    assert other.send("GET", NEW_ITEM)[0] == 404
    assert other.send("GET", ITEM)[0] == 200
    assert not held.done()
    assert wire.steer("DELETE", f"/{id_}")[0] == 204
    assert held.result(TIMEOUT_SECONDS)[0] == 201


def test_a_race_is_lost_by_the_call_that_is_held(wire: Faulty, beside: Callable[..., Future[Any]]) -> None:
    """A reads version 1 and writes; B's write comes between."""
    until = {"operation": PUT, "path": {"segmentId": GOLDEN}, "headers": {"X-Client": "B"}}
    id_ = wire.order(
        operation=PUT, headers={"X-Client": "A"}, barrier={"until": until, "timeoutSeconds": TIMEOUT_SECONDS}
    )
    first = beside(wire.send, "PUT", ITEM, STALE, **{"X-Client": "A"})
    wire.until_held(id_)
    assert wire.open_another().send("PUT", ITEM, STALE, **{"X-Client": "B"})[0] == 204
    assert first.result(TIMEOUT_SECONDS)[0] == 409
    report = wire.report(id_)
    assert (report["hits"], report["held"], report["timedOut"]) == (1, 0, 0)
    assert wire.open_another().send("GET", ITEM)[1]["metadata"]["version"] == 2


def test_an_answer_can_be_held_after_its_call_is_carried_out(wire: Faulty, beside: Callable[..., Future[Any]]) -> None:
    until = {"operation": PATCH}
    id_ = wire.order(operation=PUT, barrier={"until": until, "at": "after", "timeoutSeconds": TIMEOUT_SECONDS})
    first = beside(wire.send, "PUT", ITEM, STALE)
    wire.until_held(id_)
    other = wire.open_another()
    assert other.send("GET", ITEM)[1]["metadata"]["version"] == 2
    assert other.send("PATCH", f"/{GOLDEN}", [{"op": "replace", "path": "/status", "value": "ACTIVE"}])[0] == 204
    assert first.result(TIMEOUT_SECONDS)[0] == 204


def test_a_call_that_a_reset_lets_go_does_not_write_into_the_new_state(
    wire: Faulty, beside: Callable[..., Future[Any]]
) -> None:
    id_ = wire.order(operation=PUT, barrier={"until": {"operation": PATCH}, "timeoutSeconds": TIMEOUT_SECONDS})
    held = beside(wire.send, "PUT", NEW_ITEM, {})
    wire.until_held(id_)
    assert wire.open_another().send("POST", f"/__admin/reset?tenant={wire.tenant}")[0] == 200
    assert held.result(TIMEOUT_SECONDS)[0] == 503
    assert wire.open_another().send("GET", NEW_ITEM)[0] == 404


def test_a_call_that_a_rule_of_all_tenants_holds_over_a_reset_does_not_write_either(
    wire: Faulty, beside: Callable[..., Future[Any]]
) -> None:
    barrier = {"until": {"operation": PATCH}, "timeoutSeconds": TIMEOUT_SECONDS}
    id_ = wire.steer("POST", "", {"operation": PUT, "headers": {"X-Mock-Test": wire.tenant}, "barrier": barrier})[1][
        "id"
    ]
    held = beside(partial(wire.send, "PUT", NEW_ITEM, {}, **{"X-Mock-Test": wire.tenant}))
    wire.until_held(id_)
    assert wire.open_another().send("POST", f"/__admin/reset?tenant={wire.tenant}")[0] == 200
    assert wire.steer("DELETE", f"/{id_}")[0] == 204  # the reset of one tenant has left it where it was
    assert held.result(TIMEOUT_SECONDS)[0] == 503
    assert wire.open_another().send("GET", NEW_ITEM)[0] == 404


def test_a_delay_ends_with_its_rule(wire: Faulty, beside: Callable[..., Future[Any]]) -> None:
    id_ = wire.order(operation=PUT, response={"fixedDelayMilliseconds": 1000 * TIMEOUT_SECONDS})
    held = beside(wire.send, "PUT", NEW_ITEM, {})
    while wire.report(id_)["hits"] == 0:
        pass
    assert wire.steer("DELETE", f"/{id_}")[0] == 204
    assert held.result(TIMEOUT_SECONDS)[0] == 201


def test_the_control_plane_answers_however_many_calls_are_held(
    wire: Faulty, beside: Callable[..., Future[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "MAX_CALL_THREADS", 4)
    id_ = wire.order(operation=GET, barrier={"until": {"operation": PATCH}, "timeoutSeconds": TIMEOUT_SECONDS})
    calls = [beside(wire.open_another().send, "GET", ITEM) for _ in range(12)]
    wire.until_held(id_, 4)
    assert wire.report(id_)["hits"] == 4
    assert len(calls_in_threads()) == 4
    assert wire.steer("DELETE", f"/{id_}")[0] == 204
    assert [call.result(TIMEOUT_SECONDS)[0] for call in calls] == [200] * 12
