"""Records of requests: written before the response is sent, separate for each tenant, and always bounded."""

from __future__ import annotations

import gc
import sys
import traceback
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread

import pytest
from werkzeug.test import EnvironBuilder

from mockserver.app import App
from mockserver.contract.routing import Router
from mockserver.messages import Request, Response
from mockserver.records import findings, journal, store
from mockserver.records.exchange import Exchange, Finding
from mockserver.records.store import RecordStore
from tests.support.client import Client
from tests.support.samples import ITEM, NEW_ITEM

MANAGE, READ, READ_OWN = (f"customersegment.segment_{word}" for word in ("manage", "read", "read_own"))


def record_exchange(records: RecordStore, tenant: str | None, body: bytes = b"", reply: bytes = b"") -> Exchange:
    exchange = records.open_exchange(Request("GET", "/", "", {}, body))
    exchange.tenant = tenant
    records.close_exchange(exchange, Response(200, reply, {}))
    return exchange


def last_exchange(app: App, client: Client) -> Exchange:
    return app.records.find_exchanges(client.tenant)[-1]


def test_an_exchange_records_caller_scope_and_outcome(client: Client, shared: App) -> None:
    client.with_token("manage-token").put(NEW_ITEM, headers={"X-Mock-Test": "one"})
    exchange = last_exchange(shared, client)
    assert exchange.operation is not None
    assert exchange.operation.id == "PUT-customer-segment-update-item"
    assert exchange.principal is not None
    facts = (
        exchange.principal.name,
        exchange.used_scope,
        exchange.missing_scopes,
        exchange.status,
        exchange.versions,
        exchange.test_name,
    )
    assert facts == ("manage-token", MANAGE, (), 201, (0, 1), "one")
    client.with_token("read-token").delete(ITEM)
    assert (last_exchange(shared, client).used_scope, last_exchange(shared, client).missing_scopes) == (None, (MANAGE,))
    client.with_token("customer-token").get("?customerId=98029737")
    assert (last_exchange(shared, client).used_scope, last_exchange(shared, client).missing_scopes) == (
        READ_OWN,
        (READ,),
    )


def test_the_journal_is_written_when_the_reply_begins(client: Client, shared: App) -> None:
    lengths: list[int] = []

    def start(*_: object) -> Callable[[bytes], object]:
        lengths.append(len(shared.records.find_exchanges(client.tenant)))
        return lambda _: None

    shared.flask.wsgi_app(EnvironBuilder(path=f"/customer-segment/{client.tenant}/segments").get_environ(), start)
    assert lengths == [1]


def test_exchanges_are_kept_per_tenant_even_for_unknown_paths(client: Client, shared: App) -> None:
    other = Client(client.flask, f"{client.tenant}b")
    client.get("/items")
    other.send("BREW", "/items")
    client.get(f"//customer-segment/{client.tenant}/segmentz")
    assert [exchange.status for exchange in shared.records.find_exchanges(client.tenant)] == [200, 404]
    assert [exchange.status for exchange in shared.records.find_exchanges(other.tenant)] == [405]
    assert [exchange.is_unmatched for exchange in shared.records.find_exchanges(client.tenant)] == [False, True]


def test_the_tenant_is_read_from_an_unknown_path(shared: App) -> None:
    router = Router(shared.api_operations)
    for path, tenant in (
        ("/customer-segment/acme", "acme"),
        ("/customer-segment/acme/nothing", "acme"),
        ("/customer-segmen/acme", ""),
    ):
        assert router.extract_id(path, "tenant") == tenant
    assert router.extract_id("/customer-segment/acme", "name") == ""


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"headers": {"X-Long": "x" * 70_000}}, 431),
        ({"query_string": "q=" + "x" * 11_000}, 414),
        ({"environ_overrides": {"CONTENT_LENGTH": "11000000"}}, 413),
        ({"environ_overrides": {"CONTENT_LENGTH": "many"}}, 400),
    ],
    ids=["431", "414", "413", "400"],
)
def test_oversized_and_broken_requests_are_recorded_too(
    client: Client, shared: App, request_: dict[str, object], status: int
) -> None:
    reply = client.post("/search", **request_)
    assert reply.status_code == status
    assert reply.headers["X-Mock-Explain"] == last_exchange(shared, client).id
    assert last_exchange(shared, client).status == status
    refused = client.with_token(None).post("//__admin/reset", **request_)
    assert refused.status_code == status
    assert "X-Mock-Explain" not in refused.headers


def test_the_oldest_exchanges_are_dropped_first() -> None:
    records = RecordStore()
    exchanges = [record_exchange(records, "acme") for _ in range(journal.MAX_EXCHANGES + 3)]
    assert records.find_exchanges("acme") == exchanges[3:]
    assert (records.count_dropped("acme"), records.count_dropped("other"), records.count_dropped()) == (3, 0, 3)
    assert records.find_exchange(exchanges[2].id) is None
    assert records.find_exchange(exchanges[3].id) is exchanges[3]
    records.clear_journals("acme")
    assert (records.find_exchanges(), records.count_dropped()) == ([], 0)


def test_large_exchanges_are_dropped_sooner_and_large_bodies_cut() -> None:
    records, large = RecordStore(), bytes(journal.MAX_STORED_BODY_BYTES + 1)
    for _ in range(journal.MAX_JOURNAL_BYTES // (2 * journal.MAX_STORED_BODY_BYTES) + 1):
        record_exchange(records, "acme", large, large)
    exchanges = records.find_exchanges("acme")
    assert sum(exchange.size_bytes for exchange in exchanges) <= journal.MAX_JOURNAL_BYTES
    assert (
        len(exchanges) + records.count_dropped() == journal.MAX_JOURNAL_BYTES // (2 * journal.MAX_STORED_BODY_BYTES) + 1
    )
    assert all(
        exchange.is_truncated and len(exchange.request.body) == journal.MAX_STORED_BODY_BYTES for exchange in exchanges
    )
    assert all(
        exchange.response and len(exchange.response.content) == journal.MAX_STORED_BODY_BYTES for exchange in exchanges
    )


def test_exchanges_take_no_more_memory_than_the_journal_counts(client: Client, shared: App) -> None:
    for _ in range(20):
        client.get(ITEM)
    shared.records.clear_journals(client.tenant)
    tracemalloc.start()
    for _ in range(300):
        client.get(ITEM)
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < shared.records.get_record(client.tenant).journal.size_bytes


def test_many_quiet_tenants_take_no_room_from_a_busy_one() -> None:
    records = RecordStore()
    for number in range(500):
        record_exchange(records, f"tenant{number}")
    exchanges = [record_exchange(records, "acme") for _ in range(journal.MAX_EXCHANGES)]
    assert records.find_exchanges("acme") == exchanges
    assert records.count_dropped() == 0


def test_the_largest_journals_shrink_when_the_total_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_TOTAL_JOURNAL_BYTES", 20 * journal.MAX_STORED_BODY_BYTES)
    monkeypatch.setattr(store, "BYTES_BETWEEN_CHECKS", journal.MAX_STORED_BODY_BYTES)
    records, body = RecordStore(), bytes(journal.MAX_STORED_BODY_BYTES)
    small = [record_exchange(records, f"small{number}") for number in range(4)]
    for _ in range(100):
        record_exchange(records, "large", body)
    assert sum(exchange.size_bytes for exchange in records.find_exchanges()) <= 20 * journal.MAX_STORED_BODY_BYTES
    assert all(records.find_exchange(exchange.id) is exchange for exchange in small)
    assert (len(records.find_exchanges()) + records.count_dropped(), records.count_dropped("small0")) == (104, 0)


def test_records_can_be_added_and_dropped_concurrently() -> None:
    records, failed = RecordStore(), []

    def work(number: int) -> None:
        try:
            for index in range(300):
                record_exchange(records, f"tenant{number}x{index}")
                records.drop_record(f"tenant{number}x{index - 20}")
                records.find_exchanges()
        except RuntimeError as error:  # raised when a dict changes during iteration
            failed.append(error)

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert failed == []


def test_the_oldest_tenant_record_is_dropped_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_TENANT_RECORDS", 2)
    records = RecordStore()
    for tenant in ("one", "one", "two", "three"):
        record_exchange(records, tenant)
    assert [exchange.tenant for exchange in records.find_exchanges()] == ["two", "three"]
    assert records.count_dropped() == 2
    records.clear_journals()
    assert records.count_dropped() == 0


def test_reading_creates_no_record() -> None:
    records = RecordStore()
    before = len(records.list_records(None))
    assert (records.find_exchanges("acme"), records.count_dropped("acme"), records.list_records("acme")) == ([], 0, [])
    assert len(records.list_records(None)) == before


def test_a_recorded_error_does_not_keep_its_call_in_memory(client: Client, shared: App) -> None:
    assert client.put("/new", json={"name": "x" * 1000}).status_code == 400
    error = last_exchange(shared, client).error
    assert error is not None
    assert traceback.extract_tb(error.__traceback__) == []
    assert error.__context__ is None
    assert last_exchange(shared, client).call is None


def test_a_body_full_of_undeclared_fields_has_few_findings(client: Client, shared: App) -> None:
    assert client.put(ITEM, json={f"field{number}": 1 for number in range(5000)}).status_code == 204
    assert len(last_exchange(shared, client).findings) == findings.MAX_FINDINGS_PER_REQUEST + 1  # the token's


def test_findings_are_counted_once_each_with_their_tests() -> None:
    counts = findings.FindingCounts()
    exchanges = []
    for number in range(30):
        exchange = Exchange(
            f"exchange {number}", Request("GET", "/", "", {"x-mock-test": f"test {number % 25}"}), datetime.now(UTC)
        )
        exchange.findings = (Finding("query", "pagesize", "undeclared"),)
        counts.count_findings(exchange)
        exchanges.append(exchange)
    (finding,) = counts.list_counts()
    assert (finding.count, finding.first_exchange_id) == (30, "exchange 0")
    assert list(finding.tests) == [f"test {number}" for number in range(findings.MAX_TESTS_PER_FINDING)]


def test_different_findings_are_limited_and_the_rest_counted() -> None:
    counts = findings.FindingCounts()
    exchange = Exchange("one", Request("GET", "/", "", {}), datetime.now(UTC))
    exchange.findings = tuple(
        Finding("query", f"name{number}", "") for number in range(findings.MAX_DISTINCT_FINDINGS + 5)
    )
    counts.count_findings(exchange)
    assert (len(counts.list_counts()), counts.overflow_count) == (findings.MAX_DISTINCT_FINDINGS, 5)
    assert counts.clear() == findings.MAX_DISTINCT_FINDINGS
    assert (counts.list_counts(), counts.overflow_count) == ([], 0)
