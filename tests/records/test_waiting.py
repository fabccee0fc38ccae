"""`wait`, `never` and `ordered`: expectations about the journal, on a real socket, with many that wait at once."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from typing import Any
from urllib.error import URLError

import pytest

from mockserver.app import App, build
from mockserver.contract.routing import Router
from mockserver.control.guard import may_wait
from mockserver.control.requests import waiting
from mockserver.errors import ClientError
from mockserver.practices import regexes
from mockserver.records.journal import WaitingThread
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.live_server import (
    TIMEOUT_SECONDS,
    Connection,
    send_request,
    start_server,
    start_server_in_thread,
)
from tests.support.samples import GOLDEN, ITEM

LONG = 60
NUMBERS = count(1)


def list_waits() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "wait"]


class WaitingClient:
    """Calls a server that runs in this process, for one tenant, each call over a connection of its own."""

    def __init__(self, app: App, port: int, tenant: str, closing: ExitStack) -> None:
        self.app, self.port, self.tenant, self.closing = app, port, tenant, closing

    def get(self, path: str = f"/{GOLDEN}", **headers: str) -> int:
        """Send a request to the simulated API."""
        url = f"http://127.0.0.1:{self.port}/customer-segment/{self.tenant}/segments{path}"
        return send_request(url, headers=headers)[0]

    def verify(self, name: str, **body: Any) -> tuple[int, Any]:
        """Verify the journal of the tenant."""
        return self.control("POST", f"/requests/{name}", {"tenant": self.tenant, **body})

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return Connection(self.port, self.tenant, self.closing).send(method, f"/__admin{path}", body)

    def until_waiting(self, calls: int) -> None:
        """Poll until this many calls wait."""
        while self.app.records.watch_count < calls:
            pass


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[App, int]]:
    app = build(Settings())
    with start_server_in_thread(app) as server:
        yield app, server.port


@pytest.fixture
def client(served: tuple[App, int]) -> Iterator[WaitingClient]:
    with ExitStack() as closing:
        yield WaitingClient(*served, f"waiting{next(NUMBERS)}", closing)
    for thread in list_waits():
        thread.join(TIMEOUT_SECONDS)
    assert served[0].records.watch_count == 0
    assert list_waits() == []


@pytest.fixture
def run() -> Iterator[Callable[..., Future[Any]]]:
    with ThreadPoolExecutor(20) as pool:
        yield pool.submit


def test_a_wait_is_over_at_once_if_the_journal_has_the_requests(client: WaitingClient) -> None:
    for _ in range(2):
        client.get()
    for body in ({}, {"count": 2}, {"count": 2, "exactly": True}):
        status, report = client.verify("wait", pattern={"method": "GET"}, timeout=LONG, **body)
        assert (status, report["met"], report["count"]) == (200, True, 2)
        assert [request["method"] for request in report["requests"]] == ["GET", "GET"]


def test_a_wait_for_exactly_fewer_fails_at_once(client: WaitingClient) -> None:
    for _ in range(2):
        client.get()
    status, report = client.verify("wait", pattern={}, exactly=True, timeout=LONG)
    assert (status, report["met"], report["count"], report["nearMisses"]) == (417, False, 2, [])
    assert report["message"] == f"2 requests match the pattern; exactly 1 expected within {LONG} s."


def test_a_wait_that_fails_shows_what_came_and_what_is_nearest(client: WaitingClient) -> None:
    client.get("/itmes?password=hush")
    client.get()
    pattern = {"urlPath": f"/customer-segment/{client.tenant}/segments/items"}
    status, report = client.verify("wait", pattern=pattern, timeout=0)
    assert (status, report["met"], report["count"], report["requests"]) == (417, False, 0, [])
    assert report["nearMisses"][0]["request"]["url"].endswith("/itmes?password=(redacted)")
    assert report["nearMisses"][0]["requestPattern"] == pattern
    assert report["journal"]["total"] == 2
    assert [call["status"] for call in report["journal"]["latest"]] == [404, 200]
    assert "hush" not in json.dumps(report)


def test_twenty_waits_are_each_over_with_their_own_request(
    client: WaitingClient, run: Callable[..., Future[Any]]
) -> None:
    waits = [run(client.verify, "wait", pattern={"test": f"t{number}"}, timeout=LONG) for number in range(20)]
    client.until_waiting(20)
    for number in reversed(range(20)):
        assert client.get(**{"X-Mock-Test": f"t{number}"}) == 200
        status, report = waits[number].result()
        assert (status, report["count"]) == (200, 1)
        assert [wait.done() for wait in waits[:number]] == [False] * number


def test_one_request_ends_twenty_waits(client: WaitingClient, run: Callable[..., Future[Any]]) -> None:
    waits = [run(client.verify, "wait", pattern={"method": "GET"}, timeout=LONG) for _ in range(20)]
    client.until_waiting(20)
    client.get()
    assert [wait.result()[0] for wait in waits] == [200] * 20


def test_many_requests_at_once_are_all_counted(client: WaitingClient, run: Callable[..., Future[Any]]) -> None:
    wait = run(client.verify, "wait", pattern={"method": "GET"}, count=100, exactly=True, timeout=LONG)
    client.until_waiting(1)
    calls = [run(client.get) for _ in range(100)]
    assert [call.result() for call in calls] == [200] * 100
    assert wait.result()[1]["count"] == 100


def test_a_wait_ignores_other_requests_and_other_tenants(
    client: WaitingClient, run: Callable[..., Future[Any]]
) -> None:
    other = WaitingClient(client.app, client.port, f"{client.tenant}b", client.closing)
    wait = run(client.verify, "wait", pattern={"test": "mine"}, timeout=LONG)
    everywhere = run(client.control, "POST", "/requests/wait", {"pattern": {"test": "theirs"}, "timeout": LONG})
    client.until_waiting(2)
    client.get()
    other.get(**{"X-Mock-Test": "mine"})
    assert (wait.done(), everywhere.done()) == (False, False)
    other.get(**{"X-Mock-Test": "theirs"})
    assert everywhere.result()[1]["met"]
    client.get(**{"X-Mock-Test": "mine"})
    assert wait.result()[1]["count"] == 1


@pytest.mark.parametrize("clear", ["DELETE /requests", "POST /requests/reset", "POST /requests/remove"])
def test_only_later_requests_count_if_the_journal_is_cleared(
    client: WaitingClient, run: Callable[..., Future[Any]], clear: str
) -> None:
    wait = run(client.verify, "wait", pattern={"method": "GET"}, count=2, timeout=LONG)
    client.until_waiting(1)
    client.get()
    method, path = clear.split()
    assert client.control(method, f"{path}?tenant={client.tenant}", {} if path.endswith("remove") else None)[0] == 200
    client.get()
    status, report = client.verify("wait", pattern={"method": "GET"}, timeout=LONG)
    assert (status, report["count"], wait.done()) == (200, 1, False)
    client.get()
    assert wait.result()[1]["count"] == 2


def test_a_dropped_tenant_counts_as_cleared(client: WaitingClient, run: Callable[..., Future[Any]]) -> None:
    wait = run(client.verify, "wait", pattern={"method": "GET"}, count=2, timeout=LONG)
    client.until_waiting(1)
    client.get()
    client.control("DELETE", f"/tenants/{client.tenant}")
    client.get()
    assert not wait.done()
    client.get()
    assert wait.result()[1]["count"] == 2


def test_responses_of_one_connection_keep_their_order(client: WaitingClient) -> None:
    body = json.dumps({"tenant": client.tenant, "pattern": {"method": "GET"}, "timeout": LONG}).encode()
    with socket.create_connection(("127.0.0.1", client.port), TIMEOUT_SECONDS) as connection:
        head = f"POST /__admin/requests/wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        wait = head.encode() + b"Content-Type: application/json\r\n\r\n" + body
        connection.sendall(wait + b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        client.until_waiting(1)
        client.get()
        with connection.makefile("rb") as responses:
            received = responses.read()
    assert received.index(b'"met":true') < received.index(b'"status"')


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_client_that_goes_away_ends_its_wait(client: WaitingClient, pieces: int) -> None:
    body = json.dumps({"tenant": client.tenant, "pattern": {"method": "GET"}, "timeout": LONG}).encode()
    head = f"POST /__admin/requests/wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    request = head.encode() + b"Content-Type: application/json\r\n\r\n" + body
    with ExitStack() as others:
        other = WaitingClient(client.app, client.port, client.tenant, others)
        with ThreadPoolExecutor(1) as pool:
            kept = pool.submit(other.verify, "wait", pattern={"method": "GET"}, timeout=LONG)
            client.until_waiting(1)
            with socket.create_connection(("127.0.0.1", client.port), TIMEOUT_SECONDS) as connection:
                for position in range(pieces):
                    connection.sendall(request[position * 50 : 50 if position < pieces - 1 else None])
                client.until_waiting(2)
            while client.app.records.watch_count > 1:
                pass
            assert not kept.done()
            assert client.get() == 200
            assert kept.result()[0] == 200


def test_a_client_that_has_gone_before_its_wait_began_ends_it(served: tuple[App, int]) -> None:
    app, _ = served

    def wait() -> None:
        with app.records.watch_journal("gone") as watch:
            watch.wait_for_news(LONG)

    thread = WaitingThread(target=wait, name="wait")
    thread.is_abandoned = True
    thread.start()
    thread.join(TIMEOUT_SECONDS)
    is_over = not thread.is_alive()
    app.records.end_watches(thread)
    thread.join()
    assert is_over


def test_the_end_of_the_server_ends_waits(run: Callable[..., Future[Any]]) -> None:
    app = build(Settings())
    with ExitStack() as closing, start_server_in_thread(app) as server:
        client = WaitingClient(app, server.port, "acme", closing)
        wait = run(client.verify, "wait", pattern={"method": "GET"}, timeout=LONG)
        client.until_waiting(1)
        server.stop()
        with pytest.raises((URLError, ConnectionError)):
            wait.result()
    for thread in list_waits():
        thread.join(TIMEOUT_SECONDS)
    assert (list_waits(), app.records.watch_count) == ([], 0)


def test_a_process_ends_although_a_call_waits(run: Callable[..., Future[Any]]) -> None:
    with start_server() as (process, ready):
        body = {"pattern": {"method": "PUT"}, "timeout": LONG}
        wait = run(send_request, f"{ready['url']}/__admin/requests/wait", "POST", body)
        second = {"pattern": {"method": "GET"}, "timeout": LONG}
        assert run(send_request, f"{ready['url']}/customer-segment/acme/segments").result()[0] == 200
        assert send_request(f"{ready['url']}/__admin/requests/wait", "POST", second)[0] == 200
        process.terminate()
        assert process.wait(TIMEOUT_SECONDS) == 0
        with pytest.raises((URLError, ConnectionError)):
            wait.result()


@pytest.mark.parametrize("name", ["wait", "never", "ordered"])
@pytest.mark.parametrize("ending", ["", "/", "//", "/.", "%2F", ";a", "%20", "/wait"])
def test_every_path_that_leads_to_a_wait_gets_a_thread(shared: App, name: str, ending: str) -> None:
    path = f"/__admin/requests/{name}{ending}"
    try:
        operation, _ = Router(shared.control_operations).route("POST", path)
    except ClientError:
        return
    assert operation.id in {"waitForRequests", "neverRequests", "orderedRequests"}
    assert may_wait(path)


def test_a_wait_with_a_slash_at_its_end_blocks_nobody(client: WaitingClient, run: Callable[..., Future[Any]]) -> None:
    wait = run(client.verify, "wait/", pattern={"method": "GET"}, timeout=LONG)
    client.until_waiting(1)
    assert client.get() == 200
    assert wait.result()[0] == 200


def test_never_holds_until_a_request_comes(client: WaitingClient, run: Callable[..., Future[Any]]) -> None:
    status, report = client.verify("never", pattern={"method": "GET"})
    assert (status, report["met"], report["message"]) == (200, True, "0 requests match the pattern; none expected.")
    assert client.verify("never", pattern={"method": "GET"}, timeout=0.01)[0] == 200
    never = run(client.verify, "never", pattern={"method": "GET"}, timeout=LONG)
    client.until_waiting(1)
    client.get()
    status, report = never.result()
    assert (status, report["met"], report["count"]) == (417, False, 1)
    assert report["requests"][0]["url"].endswith(GOLDEN)
    assert client.verify("never", pattern={"method": "GET"}, timeout=LONG)[0] == 417


ORDERS = [
    (["/items"], 1, True),
    (["/items", f"/{GOLDEN}"], 2, True),
    (["/items", f"/{GOLDEN}", "/items"], 3, True),
    (["/items", "/items"], 2, True),
    (["/items", "/items", "/items"], 2, False),
    ([f"/{GOLDEN}", f"/{GOLDEN}"], 1, False),
    ([ITEM, "/items"], 0, False),
]


@pytest.mark.parametrize(("paths", "found", "is_met"), ORDERS, ids=str)
def test_orders(client: WaitingClient, paths: list[str], found: int, is_met: bool) -> None:
    for path in ("/items", "/search", f"/{GOLDEN}", "/items"):
        client.get(path)
    patterns = [{"urlPathPattern": f".*/segments{path}"} for path in paths]
    status, report = client.verify("ordered", patterns=patterns)
    assert (status, report["met"], report["count"]) == (200 if is_met else 417, is_met, found)
    assert report["message"] == f"{found} of {len(paths)} patterns found in this order."
    assert [step["found"] for step in report["steps"]] == [position < found for position in range(len(paths))]


def test_a_request_that_came_too_early_is_shown(client: WaitingClient) -> None:
    for path in ("/items", f"/{GOLDEN}"):
        client.get(path)
    patterns = [{"urlPathPattern": f".*{GOLDEN}"}, {"urlPathPattern": ".*/items"}, {}]
    _, report = client.verify("ordered", patterns=patterns)
    assert report["steps"][0]["request"]["url"].endswith(GOLDEN)
    assert [call["url"].rpartition("/")[2] for call in report["steps"][1]["tooEarly"]] == ["items"]
    assert report["steps"][2] == {"pattern": {}, "found": False}
    assert report["nearMisses"][0]["request"]["url"].endswith(GOLDEN)


def test_an_order_can_be_awaited(client: WaitingClient, run: Callable[..., Future[Any]]) -> None:
    patterns = [{"test": "first"}, {"test": "second"}]
    order = run(client.verify, "ordered", patterns=patterns, timeout=LONG)
    client.until_waiting(1)
    for test in ("second", "first", "second"):
        assert not order.done()
        client.get(**{"X-Mock-Test": test})
    assert order.result()[0] == 200


PATTERN = '"pattern": {}'
INVALID_BODIES = [
    ("", 400),
    ("[]", 400),
    ("{}", 400),
    ('{"pattern": []}', 400),
    ('{"pattern": "x"}', 400),
    ('{"pattern": null}', 400),
    ('{"pattern": {"urls": "x"}}', 400),
    ('{"pattern": {"tenant": "acme"}}', 422),
    ('{"pattern": {"headers": {"a": {"near": "b"}}}}', 422),
    *[(f'{{{PATTERN}, "count": {value}}}', 400) for value in ("0", "-1", "1.5", '"1"', "true", "null", "1e9", "[]")],
    *[(f'{{{PATTERN}, "exactly": {value}}}', 400) for value in ("1", '"yes"', "null")],
    *[
        (f'{{{PATTERN}, "timeout": {value}}}', 400)
        for value in ("-1", "-0.001", "60.1", "1e400", "NaN", "Infinity", '"1"', "true", "null", "1" * 400, "[]")
    ],
    (f'{{{PATTERN}, "forever": true}}', 400),
]


@pytest.mark.parametrize(("body", "status"), INVALID_BODIES)
def test_invalid_waits(client: WaitingClient, body: str, status: int) -> None:
    flask = Client(client.app.flask, client.tenant, None)
    for path in ("wait", "never"):
        reply = flask.post(f"//__admin/requests/{path}", data=body, content_type="application/json")
        assert reply.status_code == status, reply.text


@pytest.mark.parametrize("patterns", [None, [], {}, "x", [1], [{"urls": "x"}], [{}] * 101], ids=str)
def test_invalid_orders(client: WaitingClient, patterns: Any) -> None:
    assert client.verify("ordered", patterns=patterns)[0] == 400
    assert client.verify("ordered", patterns=[{}], timeout=61)[0] == 400


def test_too_many_waits_are_refused(
    client: WaitingClient, run: Callable[..., Future[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MAX_WAITS", 1)
    wait = run(client.verify, "wait", pattern={"method": "GET"}, timeout=LONG)
    client.until_waiting(1)
    assert client.verify("never", pattern={})[0] == 503
    client.get()
    assert wait.result()[0] == 200


def test_a_wait_with_an_expensive_pattern_is_refused_and_blocks_nobody(
    client: WaitingClient, run: Callable[..., Future[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regexes, "MAX_SEARCH_SECONDS", 0.05)
    pattern = {"headers": {"x-long": {"matches": r"^(.|..)*(a+)+\d$"}}}
    wait = run(client.verify, "wait", pattern=pattern, timeout=LONG)
    client.until_waiting(1)
    assert client.get(**{"X-Long": "a" * 5000}) == 200
    status, report = wait.result()
    assert (status, report["details"]["type"]) == (400, "expensive")
    assert client.verify("ordered", patterns=[pattern])[0] == 400
