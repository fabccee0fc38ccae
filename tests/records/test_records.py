"""Journal entries and findings: recorded before the response is sent, separate by tenant, and limited."""

from __future__ import annotations

import gc
import sys
import traceback
import tracemalloc
from collections.abc import Callable
from threading import Thread

import pytest
from werkzeug.test import EnvironBuilder

from mockserver.app import App
from mockserver.contract.routing import Router
from mockserver.messages import Request, Response
from mockserver.records import exchange, findings, journal, store
from mockserver.records.exchange import Exchange, Finding, JournalEntry
from mockserver.records.store import RecordStore
from tests.support.client import Client
from tests.support.samples import HAMMER, ITEM, ITEM_BULK, NEW_ITEM

MANAGE, READ, READ_OWN = (f"customersegment.segment_{word}" for word in ("manage", "read", "read_own"))


def record_one(records: RecordStore, tenant: str, body: bytes = b"", reply: bytes = b"") -> JournalEntry:
    """Record an exchange, and return its journal entry."""
    opened = records.open_exchange(Request("GET", "/", "", {}, body))
    opened.tenant = tenant
    records.close_exchange(opened, Response(200, reply, {}))
    return records.list_entries(tenant)[-1]


def last(app: App, client: Client) -> JournalEntry:
    return app.records.list_entries(client.tenant)[-1]


def test_an_entry_has_caller_operation_and_result(client: Client, shared: App) -> None:
    client.with_token("manage-token").put(NEW_ITEM, headers={"X-Mock-Test": "one"})
    entry = last(shared, client)
    assert entry.operation is not None
    assert entry.operation.id == "PUT-customer-segment-update-item"
    assert entry.principal is not None
    facts = (
        entry.principal.name,
        entry.used_scope,
        entry.missing_scopes,
        entry.status,
        entry.versions,
        entry.test_name,
    )
    assert facts == ("manage-token", MANAGE, (), 201, (0, 1), "one")
    client.with_token("read-token").delete(ITEM)
    assert (last(shared, client).used_scope, last(shared, client).missing_scopes) == (None, (MANAGE,))
    client.with_token("customer-token").get("?customerId=98029737")
    assert (last(shared, client).used_scope, last(shared, client).missing_scopes) == (READ_OWN, (READ,))


def test_the_journal_is_written_when_the_reply_begins(client: Client, shared: App) -> None:
    entry_counts: list[int] = []

    def start(*_: object) -> Callable[[bytes], object]:
        entry_counts.append(len(shared.records.list_entries(client.tenant)))
        return lambda _: None

    shared.flask.wsgi_app(EnvironBuilder(path=f"/customer-segment/{client.tenant}/segments").get_environ(), start)
    assert entry_counts == [1]


def test_tenants_do_not_mix_and_paths_without_operation_belong_to_theirs(client: Client, shared: App) -> None:
    other = Client(client.flask, f"{client.tenant}b")
    client.get("/items")
    other.send("BREW", "/items")
    client.get(f"//customer-segment/{client.tenant}/segmentz")
    assert [entry.status for entry in shared.records.list_entries(client.tenant)] == [200, 404]
    assert [entry.status for entry in shared.records.list_entries(other.tenant)] == [405]
    assert [entry.is_unmatched for entry in shared.records.list_entries(client.tenant)] == [False, True]


def test_a_tenant_is_read_from_a_path_that_no_operation_has(shared: App) -> None:
    router = Router(shared.api_operations)
    for path, tenant in (
        ("/customer-segment/acme", "acme"),
        ("/customer-segment/acme/nothing", "acme"),
        ("/customer-segmen/acme", ""),
        ("/cart/acme/carts", "acme"),
        ("/cart/acme", "acme"),
        ("/brand/brands", ""),
    ):
        assert router.extract_tenant(path) == tenant


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
def test_a_request_over_a_limit_is_recorded_too(
    client: Client, shared: App, request_: dict[str, object], status: int
) -> None:
    reply = client.post("/search", **request_)
    assert reply.status_code == status
    assert reply.headers["X-Mock-Explain"] == last(shared, client).id
    assert last(shared, client).status == status
    refused = client.with_token(None).post("//__admin/reset", **request_)
    assert refused.status_code == status
    assert "X-Mock-Explain" not in refused.headers


def test_the_oldest_entries_are_dropped_when_there_are_too_many() -> None:
    records = RecordStore()
    exchanges = [record_one(records, "acme") for _ in range(journal.MAX_ENTRIES + 3)]
    assert records.list_entries("acme") == exchanges[3:]
    assert (records.count_dropped("acme"), records.count_dropped("other"), records.count_dropped()) == (3, 0, 3)
    assert records.find_entry(exchanges[2].id) is None
    assert records.find_entry(exchanges[3].id) is exchanges[3]
    records.clear_journals("acme")
    assert (records.list_entries(), records.count_dropped()) == ([], 0)


def test_large_entries_are_dropped_sooner_and_large_bodies_are_cut() -> None:
    records, large = RecordStore(), bytes(exchange.MAX_STORED_BODY_BYTES + 1)
    for _ in range(journal.MAX_JOURNAL_BYTES // (2 * exchange.MAX_STORED_BODY_BYTES) + 1):
        record_one(records, "acme", large, large)
    entries = records.list_entries("acme")
    assert sum(entry.size_bytes for entry in entries) <= journal.MAX_JOURNAL_BYTES
    assert (
        len(entries) + records.count_dropped() == journal.MAX_JOURNAL_BYTES // (2 * exchange.MAX_STORED_BODY_BYTES) + 1
    )
    assert all(entry.is_truncated and len(entry.request.body) == exchange.MAX_STORED_BODY_BYTES for entry in entries)
    assert all(entry.response and len(entry.response.content) == exchange.MAX_STORED_BODY_BYTES for entry in entries)


def test_entries_take_no_more_memory_than_the_journal_counts(client: Client, shared: App) -> None:
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


def test_many_quiet_tenants_leave_the_room_of_a_busy_one() -> None:
    records = RecordStore()
    for number in range(500):
        record_one(records, f"tenant{number}")
    exchanges = [record_one(records, "acme") for _ in range(journal.MAX_ENTRIES)]
    assert records.list_entries("acme") == exchanges
    assert records.count_dropped() == 0


def test_the_large_journals_make_room_when_all_together_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_TOTAL_JOURNAL_BYTES", 20 * exchange.MAX_STORED_BODY_BYTES)
    monkeypatch.setattr(journal, "BYTES_BETWEEN_CHECKS", exchange.MAX_STORED_BODY_BYTES)
    records, body = RecordStore(), bytes(exchange.MAX_STORED_BODY_BYTES)
    small = [record_one(records, f"small{number}") for number in range(4)]
    for _ in range(100):
        record_one(records, "large", body)
    assert sum(entry.size_bytes for entry in records.list_entries()) <= 20 * exchange.MAX_STORED_BODY_BYTES
    assert all(records.find_entry(entry.id) is entry for entry in small)
    assert (len(records.list_entries()) + records.count_dropped(), records.count_dropped("small0")) == (104, 0)


def test_records_can_be_created_and_dropped_concurrently() -> None:
    records, failed = RecordStore(), []

    def work(number: int) -> None:
        try:
            for at in range(300):
                record_one(records, f"tenant{number}x{at}")
                records.drop_record(f"tenant{number}x{at - 20}")
                records.list_entries()
        except RuntimeError as error:  # a dict that changes during iteration
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


def test_the_oldest_record_is_dropped_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_TENANT_RECORDS", 2)
    records = RecordStore()
    for tenant in ("one", "one", "two", "three"):
        record_one(records, tenant)
    assert [entry.tenant for entry in records.list_entries()] == ["two", "three"]
    assert records.count_dropped() == 2
    records.clear_journals()
    assert records.count_dropped() == 0


def test_reading_creates_no_record() -> None:
    records = RecordStore()
    before = len(records.list_records(None))
    assert (records.list_entries("acme"), records.count_dropped("acme"), records.list_records("acme")) == ([], 0, [])
    assert len(records.list_records(None)) == before


def test_a_recorded_error_holds_nothing_of_its_call(client: Client, shared: App) -> None:
    assert client.put("/new", json={"name": "x" * 1000}).status_code == 400
    error = last(shared, client).error
    assert error is not None
    assert traceback.extract_tb(error.__traceback__) == []
    assert error.__context__ is None
    exchange_ = last(shared, client)
    assert isinstance(exchange_, Exchange)
    assert (exchange_.call, exchange_.scan) == (None, None)


def test_a_recorded_bulk_holds_no_codes(client: Client, shared: App) -> None:
    assert client.put(ITEM_BULK, json=[{"id": HAMMER}, {"id": "unknown"}]).status_code == 207
    entry = last(shared, client)
    assert isinstance(entry, Exchange)
    assert list(entry.element_codes) == []


def test_a_body_full_of_undeclared_fields_has_few_findings(client: Client, shared: App) -> None:
    assert client.put(ITEM, json={f"field{number}": 1 for number in range(5000)}).status_code == 204
    assert len(last(shared, client).findings) == findings.MAX_FINDINGS_PER_REQUEST + 1  # the token's


def test_equal_findings_are_counted_together_with_their_tests() -> None:
    counts = findings.FindingCounts()
    exchanges = []
    for number in range(30):
        exchange_ = Exchange(number, Request("GET", "/", "", {"x-mock-test": f"test {number % 25}"}), 0.0)
        exchange_.findings = (Finding("query", "pagesize", "undeclared"),)
        counts.count_findings(exchange_)
        exchanges.append(exchange_)
    (counted,) = counts.list_counts()
    assert (counted.count, counted.first_exchange_id) == (30, exchanges[0].id)
    assert list(counted.tests) == [f"test {number}" for number in range(findings.MAX_TESTS_PER_FINDING)]


def test_distinct_findings_are_limited_and_those_beyond_are_counted() -> None:
    counts = findings.FindingCounts()
    exchange_ = Exchange(1, Request("GET", "/", "", {}), 0.0)
    exchange_.findings = tuple(
        Finding("query", f"name{number}", "") for number in range(findings.MAX_DISTINCT_FINDINGS + 5)
    )
    counts.count_findings(exchange_)
    assert (len(counts.list_counts()), counts.overflow_count) == (findings.MAX_DISTINCT_FINDINGS, 5)
    assert counts.clear() == findings.MAX_DISTINCT_FINDINGS
    assert (counts.list_counts(), counts.overflow_count) == ([], 0)
