"""Faults on a real socket: broken connections, dripped bodies, and calls that wait for each other."""

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


class FaultConnection(Connection):
    """A connection that can also inject faults."""

    def inject(self, **rule: Any) -> str:
        """Inject a fault over a separate connection; return its id."""
        status, fault = self.call_faults("POST", "", {"tenant": self.tenant, **rule})
        assert status == 201, fault
        return str(fault["id"])

    def read_fault(self, id_: str) -> Any:
        return self.call_faults("GET", f"/{id_}")[1]

    def call_faults(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the faults of the control plane over a separate connection."""
        with ExitStack() as closing:
            return Connection(self.port, self.tenant, closing).send(method, f"/__admin/faults{path}", body)

    def wait_until_held(self, id_: str, calls: int = 1) -> None:
        """Poll until the fault holds this many calls."""
        while self.read_fault(id_)["held"] < calls:
            pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server in this process, so that its threads and descriptors can be counted."""
    with serve_in_thread(build(Settings())) as port:
        yield port


@pytest.fixture
def client(port: int) -> Iterator[FaultConnection]:
    with ExitStack() as closing:
        client = FaultConnection(port, f"faulty{next(NUMBERS)}", closing)
        yield client
        assert client.call_faults("DELETE", "")[0] == 200
        assert client.open_another().send("GET", ITEM)[0] == 200
    for thread in calls_in_threads():
        thread.join(TIMEOUT_SECONDS)
    assert not calls_in_threads()


@pytest.fixture
def run_in_thread() -> Iterator[Callable[..., Future[Any]]]:
    """Run functions in threads."""
    with ThreadPoolExecutor(20) as pool:
        yield pool.submit


def calls_in_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "call"]


def raw(port: int, path: str, method: str = "GET") -> bytes:
    """Send a request without `Connection: close`; return all bytes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-token\r\n\r\n"
        connection.sendall(head.encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_reset_connection_is_reset(client: FaultConnection) -> None:
    id_ = client.inject(times=1, response={"fault": "CONNECTION_RESET_BY_PEER"})
    with pytest.raises(ConnectionResetError):
        client.send("GET", ITEM)
    assert client.open_another().send("GET", ITEM)[0] == 200
    assert client.read_fault(id_)["hits"] == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_an_empty_reply_has_no_byte(client: FaultConnection, method: str) -> None:
    client.inject(times=1, response={"fault": "EMPTY_RESPONSE"})
    with pytest.raises(RemoteDisconnected):
        client.send(method, ITEM)


def test_garbage_is_not_http_and_always_the_same(client: FaultConnection) -> None:
    client.inject(response={"fault": "RANDOM_DATA_THEN_CLOSE"})
    url = f"/customer-segment/{client.tenant}/segments{ITEM}"
    first, second = raw(client.port, url), raw(client.port, url, "HEAD")
    assert first == second
    assert len(first) == 512
    assert not first.startswith(b"HTTP")


def test_a_truncated_body_is_half_of_what_its_length_says(client: FaultConnection) -> None:
    plain = len(json.dumps(client.send("GET", ITEM)[1], separators=(",", ":"), ensure_ascii=False).encode())
    client.inject(times=1, response={"fault": "MALFORMED_RESPONSE_CHUNK"})
    with pytest.raises(IncompleteRead) as caught:
        client.send("GET", ITEM)
    assert len(caught.value.partial) == plain // 2
    assert len(caught.value.partial) + (caught.value.expected or 0) == plain


@pytest.mark.parametrize(("method", "half"), [("PUT", b"HTTP/1.1 20"), ("HEAD", b"HTTP/1.")])
def test_a_reply_without_body_is_cut_in_its_first_line(client: FaultConnection, method: str, half: bytes) -> None:
    client.inject(response={"fault": "MALFORMED_RESPONSE_CHUNK"})
    assert raw(client.port, f"/customer-segment/{client.tenant}/segments{ITEM}", method) == half


def test_an_injected_failure_can_be_truncated(client: FaultConnection) -> None:
    client.inject(response={"status": 503, "fault": "MALFORMED_RESPONSE_CHUNK"})
    response = raw(client.port, f"/customer-segment/{client.tenant}/segments{ITEM}")
    assert response.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1\r\n" in response


def test_a_dripped_body_arrives_completely(client: FaultConnection) -> None:
    plain = client.send("GET", ITEM)
    client.inject(times=2, response={"chunkedDribbleDelay": {"numberOfChunks": 4, "totalDuration": 20}})
    assert client.send("GET", ITEM) == plain
    assert client.send("PUT", ITEM) == (204, None)
    assert client.send("GET", ITEM)[0] == 200


def test_a_body_drips_in_the_requested_number_of_parts() -> None:
    assert split_body(b"0123456789", 4) == [b"012", b"345", b"678", b"9"]
    assert split_body(b"01", 4) == [b"0", b"1"]
    assert split_body(b"", 4) == []


def test_a_dripped_body_blocks_nobody_and_ends_with_its_client(client: FaultConnection) -> None:
    client.inject(
        times=1, response={"chunkedDribbleDelay": {"numberOfChunks": 1000, "totalDuration": 1000 * TIMEOUT_SECONDS}}
    )
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        head = f"GET /customer-segment/{client.tenant}/segments{ITEM} HTTP/1.1\r\nAuthorization: Bearer admin-token\r\n"
        connection.sendall(f"{head}\r\n".encode())
        assert connection.recv(65536).endswith(b"\r\n\r\n")
        assert client.send("GET", ITEM)[0] == 200
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert client.send("GET", ITEM)[0] == 200


@pytest.mark.parametrize("fault", ["CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK"])
def test_a_write_is_committed_and_its_response_lost(client: FaultConnection, fault: str) -> None:
    client.inject(operation=PUT, commit=True, times=1, response={"fault": fault})
    with pytest.raises((ConnectionResetError, BadStatusLine)):
        client.send("PUT", NEW_ITEM, {})
    assert client.open_another().send("GET", NEW_ITEM)[1]["metadata"]["version"] == 1


def test_other_connections_stay_open_when_one_breaks(client: FaultConnection) -> None:
    other = client.open_another()
    other.send("GET", ITEM)
    socket_before = other.http.sock
    client.inject(headers={"X-Break": "yes"}, response={"fault": "CONNECTION_RESET_BY_PEER"})
    with pytest.raises(ConnectionResetError):
        client.send("GET", ITEM, **{"X-Break": "yes"})
    assert other.send("GET", ITEM)[0] == 200
    assert other.http.sock is socket_before


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="descriptors cannot be counted here")
def test_broken_connections_leave_no_descriptor(client: FaultConnection) -> None:
    url = f"/customer-segment/{client.tenant}/segments{ITEM}"
    for fault in ("EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE", "MALFORMED_RESPONSE_CHUNK"):
        client.inject(times=20, response={"fault": fault})
    client.send("GET", "/__admin/health")
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(60):
        raw(client.port, url)
    for _ in range(1000):  # rounds of the event loop, which closes finished connections
        client.send("GET", "/__admin/health")
        if len(list(Path("/dev/fd").iterdir())) <= before:
            break
    assert len(list(Path("/dev/fd").iterdir())) <= before


def test_the_other_client_is_answered_while_one_is_held(
    client: FaultConnection, run_in_thread: Callable[..., Future[Any]]
) -> None:
    id_ = client.inject(operation=PUT, barrier={"until": {"operation": PATCH}, "timeoutSeconds": TIMEOUT_SECONDS})
    held = run_in_thread(client.send, "PUT", NEW_ITEM, {})
    client.wait_until_held(id_)
    other = client.open_another()
    assert other.send("GET", NEW_ITEM)[0] == 404
    assert other.send("GET", ITEM)[0] == 200
    assert not held.done()
    assert client.call_faults("DELETE", f"/{id_}")[0] == 204
    assert held.result(TIMEOUT_SECONDS)[0] == 201


def test_a_held_call_loses_the_race(client: FaultConnection, run_in_thread: Callable[..., Future[Any]]) -> None:
    """A reads version 1 and writes; B's write comes between."""
    until = {"operation": PUT, "path": {"segmentId": GOLDEN}, "headers": {"X-Client": "B"}}
    id_ = client.inject(
        operation=PUT, headers={"X-Client": "A"}, barrier={"until": until, "timeoutSeconds": TIMEOUT_SECONDS}
    )
    first = run_in_thread(client.send, "PUT", ITEM, STALE, **{"X-Client": "A"})
    client.wait_until_held(id_)
    assert client.open_another().send("PUT", ITEM, STALE, **{"X-Client": "B"})[0] == 204
    assert first.result(TIMEOUT_SECONDS)[0] == 409
    report = client.read_fault(id_)
    assert (report["hits"], report["held"], report["timedOut"]) == (1, 0, 0)
    assert client.open_another().send("GET", ITEM)[1]["metadata"]["version"] == 2


def test_a_response_can_be_held_after_its_call_was_executed(
    client: FaultConnection, run_in_thread: Callable[..., Future[Any]]
) -> None:
    until = {"operation": PATCH}
    id_ = client.inject(operation=PUT, barrier={"until": until, "at": "after", "timeoutSeconds": TIMEOUT_SECONDS})
    first = run_in_thread(client.send, "PUT", ITEM, STALE)
    client.wait_until_held(id_)
    other = client.open_another()
    assert other.send("GET", ITEM)[1]["metadata"]["version"] == 2
    assert other.send("PATCH", f"/{GOLDEN}", [{"op": "replace", "path": "/status", "value": "ACTIVE"}])[0] == 204
    assert first.result(TIMEOUT_SECONDS)[0] == 204


def test_a_call_released_by_a_reset_does_not_write_into_the_new_state(
    client: FaultConnection, run_in_thread: Callable[..., Future[Any]]
) -> None:
    id_ = client.inject(operation=PUT, barrier={"until": {"operation": PATCH}, "timeoutSeconds": TIMEOUT_SECONDS})
    held = run_in_thread(client.send, "PUT", NEW_ITEM, {})
    client.wait_until_held(id_)
    assert client.open_another().send("POST", f"/__admin/reset?tenant={client.tenant}")[0] == 200
    assert held.result(TIMEOUT_SECONDS)[0] == 503
    assert client.open_another().send("GET", NEW_ITEM)[0] == 404


def test_a_call_that_a_fault_of_all_tenants_holds_over_a_reset_does_not_write_either(
    client: FaultConnection, run_in_thread: Callable[..., Future[Any]]
) -> None:
    barrier = {"until": {"operation": PATCH}, "timeoutSeconds": TIMEOUT_SECONDS}
    id_ = client.call_faults(
        "POST", "", {"operation": PUT, "headers": {"X-Mock-Test": client.tenant}, "barrier": barrier}
    )[1]["id"]
    held = run_in_thread(partial(client.send, "PUT", NEW_ITEM, {}, **{"X-Mock-Test": client.tenant}))
    client.wait_until_held(id_)
    assert client.open_another().send("POST", f"/__admin/reset?tenant={client.tenant}")[0] == 200
    assert (
        client.call_faults("DELETE", f"/{id_}")[0] == 204
    )  # the reset of one tenant does not remove a fault of all tenants
    assert held.result(TIMEOUT_SECONDS)[0] == 503
    assert client.open_another().send("GET", NEW_ITEM)[0] == 404


def test_a_delay_ends_with_its_fault(client: FaultConnection, run_in_thread: Callable[..., Future[Any]]) -> None:
    id_ = client.inject(operation=PUT, response={"fixedDelayMilliseconds": 1000 * TIMEOUT_SECONDS})
    held = run_in_thread(client.send, "PUT", NEW_ITEM, {})
    while client.read_fault(id_)["hits"] == 0:
        pass
    assert client.call_faults("DELETE", f"/{id_}")[0] == 204
    assert held.result(TIMEOUT_SECONDS)[0] == 201


def test_the_control_plane_answers_however_many_calls_are_held(
    client: FaultConnection, run_in_thread: Callable[..., Future[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "MAX_CALL_THREADS", 4)
    id_ = client.inject(operation=GET, barrier={"until": {"operation": PATCH}, "timeoutSeconds": TIMEOUT_SECONDS})
    calls = [run_in_thread(client.open_another().send, "GET", ITEM) for _ in range(12)]
    client.wait_until_held(id_, 4)
    assert client.read_fault(id_)["hits"] == 4
    assert len(calls_in_threads()) == 4
    assert client.call_faults("DELETE", f"/{id_}")[0] == 204
    assert [call.result(TIMEOUT_SECONDS)[0] for call in calls] == [200] * 12
