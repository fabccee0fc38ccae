"""Eight workers run a thousand tests on one server, each with a tenant or a world of its own, and do not interfere."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from random import Random
from typing import Any

import pytest

from tests.support.live_server import TIMEOUT_SECONDS, start_server
from tests.support.samples import GOLDEN, HAMMER, SCREWDRIVER, TOOL_FANS

WORKERS, TESTS = 8, 125  # tests of each worker
PUT_ITEM, DELETE_ITEM = "PUT-customer-segment-update-item", "DELETE-customer-segment-remove-item"
JSON = {"Content-Type": "application/json"}


class Worker:
    """A test runner with its connection, and with its own tenant, or the tenant of all workers in its own world."""

    def __init__(self, connection: HTTPConnection, number: int, unit: str) -> None:
        self.connection = connection
        self.name = f"worker{number}"
        self.tenant, self.headers = (self.name, {}) if unit == "tenant" else ("acme", {"X-Mock-World": self.name})
        self.random = Random(number)
        self.test = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body)
        self.connection.request(method, path, data, JSON | self.headers | headers)
        reply = self.connection.getresponse()
        text = reply.read()
        return reply.status, json.loads(text) if text else None

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = f"/customer-segment/{self.tenant}/segments{path}"
        return self.send(method, url, body, Authorization="Bearer admin-token", **{"X-Mock-Test": self.test})

    def control(self, method: str, path: str, body: Any = None) -> Any:
        mark = "&" if "?" in path else "?"
        status, answer = self.send(method, f"/__admin{path}{mark}tenant={self.tenant}", body)
        assert status in {200, 201, 204}, answer
        return answer

    def run_test(self, number: int) -> None:
        """Run three of the checks in a random order, then check the records."""
        self.test = f"{self.name}-{number}"
        self.control("POST", "/reset")
        self.control("DELETE", "/requests")
        self.control("DELETE", "/coverage")
        trials = [
            self.check_writes,
            self.check_settings,
            self.check_clock,
            self.check_faults,
            self.check_snapshots,
            self.check_tokens,
        ]
        for trial in self.random.sample(trials, k=3):
            trial()
        self.check_records()

    def check_writes(self) -> None:
        mark = f"{self.test}-{self.random.randrange(1000)}"
        assert self.call("PUT", f"/{mark}", {"name": {"en": mark}, "siteCode": "main"})[0] == 201
        created = [row["id"] for row in self.call("GET", "?pageSize=1000")[1] if row["id"].startswith("worker")]
        assert created == [mark]
        assert self.call("DELETE", f"/{mark}")[0] == 204

    def check_settings(self) -> None:
        status = self.random.choice(["204", "404"])
        self.control("PUT", "/settings", {"delete_missing": status})
        assert self.call("DELETE", "/nowhere")[0] == int(status)

    def check_clock(self) -> None:
        year = self.random.randrange(1990, 2990)
        self.control("PUT", "/clock", {"mode": "frozen", "at": f"{year}-01-01T00:00:00Z"})
        item = f"/{TOOL_FANS}/items/PRODUCT/{HAMMER}"
        assert self.call("PUT", item)[0] == 201
        assert self.call("GET", item)[1]["metadata"]["createdAt"] == f"{year}-01-01T00:00:00.000Z"
        assert self.call("DELETE", item)[0] == 204

    def check_faults(self) -> None:
        rule = {"operation": PUT_ITEM, "tenant": self.tenant, "times": 1, "response": {"status": 409}}
        id_ = self.control("POST", "/faults", rule)["id"]
        item = f"/{GOLDEN}/items/PRODUCT/{SCREWDRIVER}"
        assert [self.call("PUT", item)[0] for _ in range(2)] == [409, 204]
        assert self.control("GET", f"/faults/{id_}")["hits"] == 1
        self.control("DELETE", f"/faults/{id_}")

    def check_snapshots(self) -> None:
        self.control("PUT", "/snapshots/mine")
        assert self.call("DELETE", f"/{GOLDEN}?forceDelete=true")[0] == 204
        assert self.control("GET", "/snapshots/mine/diff")["changes"]["segments"] == {"removed": [GOLDEN]}
        self.control("POST", "/snapshots/mine/restore")
        assert self.call("GET", f"/{GOLDEN}")[0] == 200

    def check_tokens(self) -> None:
        self.control("DELETE", "/tokens/admin-token")
        assert self.call("GET", f"/{GOLDEN}")[0] == 401
        self.control("POST", "/reset")
        assert self.call("GET", f"/{GOLDEN}")[0] == 200

    def check_records(self) -> None:
        """The journal holds this test's calls and no others."""
        exchanges = self.control("GET", "/requests")["requests"]
        assert {exchange["mock"]["test"] for exchange in exchanges} == {self.test}
        assert {exchange["mock"]["tenant"] for exchange in exchanges} == {self.tenant}
        assert self.control("POST", "/requests/count", {"method": "ANY"})["count"] == len(exchanges)


@contextmanager
def connect(url: str) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", int(url.rpartition(":")[2]), timeout=TIMEOUT_SECONDS)
    yield connection
    connection.close()


@pytest.mark.parametrize("unit", ["tenant", "world"])
def test_a_thousand_tests_of_eight_workers_do_not_interfere(unit: str) -> None:
    with start_server() as (_, ready):

        def work(number: int) -> Counter[str]:
            done: Counter[str] = Counter()
            with connect(ready["url"]) as connection:
                worker = Worker(connection, number, unit)
                for test in range(TESTS):
                    worker.run_test(test)
                    done[worker.name] += 1
            return done

        with ThreadPoolExecutor(WORKERS) as pool:
            counts = sum(pool.map(work, range(WORKERS)), Counter[str]())
    assert counts == {f"worker{number}": TESTS for number in range(WORKERS)}
