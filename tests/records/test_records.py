"""What is kept of each request: written before the reply leaves, apart by tenant, and never without a bound."""

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
from mockserver.records import exchange, findings, store
from mockserver.records.exchange import Exchange, Finding, JournalEntry
from mockserver.records.store import RecordStore
from tests.support.client import Client
from tests.support.samples import ITEM, NEW_ITEM

MANAGE, READ, READ_OWN = (f"customersegment.segment_{word}" for word in ("manage", "read", "read_own"))


def record_one(records: RecordStore, tenant: str, body: bytes = b"", reply: bytes = b"") -> JournalEntry:
    """Record an exchange, and return its journal entry."""
    opened = records.open_exchange(Request("GET", "/", "", {}, body))
    opened.tenant = tenant
    records.close_exchange(opened, Response(200, reply, {}))
    return records.list_entries(tenant)[-1]


def last(app: App, client: Client) -> JournalEntry:
    return app.records.list_entries(client.tenant)[-1]


def test_a_visit_says_who_did_what_and_what_became_of_it(client: Client, shared: App) -> None:
    client.with_token("manage-token").put(NEW_ITEM, headers={"X-Mock-Test": "one"})
    seen = last(shared, client)
    assert seen.operation is not None
    assert seen.operation.id == "PUT-customer-segment-update-item"
    assert seen.principal is not None
    facts = (seen.principal.name, seen.used_scope, seen.missing_scopes, seen.status, seen.versions, seen.test_name)
    assert facts == ("manage-token", MANAGE, (), 201, (0, 1), "one")
    client.with_token("read-token").delete(ITEM)
    assert (last(shared, client).used_scope, last(shared, client).missing_scopes) == (None, (MANAGE,))
    client.with_token("customer-token").get("?customerId=98029737")
    assert (last(shared, client).used_scope, last(shared, client).missing_scopes) == (READ_OWN, (READ,))


def test_the_journal_is_written_when_the_reply_begins(client: Client, shared: App) -> None:
    seen: list[int] = []

    def start(*_: object) -> Callable[[bytes], object]:
        seen.append(len(shared.records.list_entries(client.tenant)))
        return lambda _: None

    shared.flask.wsgi_app(EnvironBuilder(path=f"/customer-segment/{client.tenant}/segments").get_environ(), start)
    assert seen == [1]


def test_tenants_do_not_mix_and_paths_without_operation_belong_to_theirs(client: Client, shared: App) -> None:
    other = Client(client.flask, f"{client.tenant}b")
    client.get("/items")
    other.send("BREW", "/items")
    client.get(f"//customer-segment/{client.tenant}/segmentz")
    assert [each.status for each in shared.records.list_entries(client.tenant)] == [200, 404]
    assert [each.status for each in shared.records.list_entries(other.tenant)] == [405]
    assert [each.is_unmatched for each in shared.records.list_entries(client.tenant)] == [False, True]


def test_a_tenant_is_read_from_a_path_that_no_operation_has(shared: App) -> None:
    router = Router(shared.api_operations)
    for path, tenant in (
        ("/customer-segment/acme", "acme"),
        ("/customer-segment/acme/nothing", "acme"),
        ("/customer-segmen/acme", ""),
    ):
        assert router.extract_tenant(path) == tenant
    assert Router(shared.control_operations).extract_tenant("/customer-segment/acme") == ""


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
def test_what_cannot_be_read_whole_is_a_visit_too(
    client: Client, shared: App, request_: dict[str, object], status: int
) -> None:
    reply = client.post("/search", **request_)
    assert reply.status_code == status
    assert reply.headers["X-Mock-Explain"] == last(shared, client).id
    assert last(shared, client).status == status
    refused = client.with_token(None).post("//__admin/reset", **request_)
    assert refused.status_code == status
    assert "X-Mock-Explain" not in refused.headers


def test_the_oldest_visits_go_when_there_are_too_many() -> None:
    kept = RecordStore()
    visits = [record_one(kept, "acme") for _ in range(store.MAX_ENTRIES + 3)]
    assert kept.list_entries("acme") == visits[3:]
    assert (kept.count_dropped("acme"), kept.count_dropped("other"), kept.count_dropped()) == (3, 0, 3)
    assert kept.find_entry(visits[2].id) is None
    assert kept.find_entry(visits[3].id) is visits[3]
    kept.clear_journals("acme")
    assert (kept.list_entries(), kept.count_dropped()) == ([], 0)


def test_large_visits_go_sooner_and_large_bodies_are_cut() -> None:
    kept, large = RecordStore(), bytes(exchange.MAX_STORED_BODY_BYTES + 1)
    for _ in range(store.MAX_JOURNAL_BYTES // (2 * exchange.MAX_STORED_BODY_BYTES) + 1):
        record_one(kept, "acme", large, large)
    left = kept.list_entries("acme")
    assert sum(each.size_bytes for each in left) <= store.MAX_JOURNAL_BYTES
    assert len(left) + kept.count_dropped() == store.MAX_JOURNAL_BYTES // (2 * exchange.MAX_STORED_BODY_BYTES) + 1
    assert all(each.is_truncated and len(each.request.body) == exchange.MAX_STORED_BODY_BYTES for each in left)
    assert all(each.response and len(each.response.content) == exchange.MAX_STORED_BODY_BYTES for each in left)


def test_visits_take_no_more_memory_than_the_journal_counts(client: Client, shared: App) -> None:
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
    kept = RecordStore()
    for number in range(500):
        record_one(kept, f"tenant{number}")
    visits = [record_one(kept, "acme") for _ in range(store.MAX_ENTRIES)]
    assert kept.list_entries("acme") == visits
    assert kept.count_dropped() == 0


def test_the_large_journals_make_room_when_all_together_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_TOTAL_JOURNAL_BYTES", 20 * exchange.MAX_STORED_BODY_BYTES)
    monkeypatch.setattr(store, "BYTES_BETWEEN_CHECKS", exchange.MAX_STORED_BODY_BYTES)
    kept, body = RecordStore(), bytes(exchange.MAX_STORED_BODY_BYTES)
    small = [record_one(kept, f"small{number}") for number in range(4)]
    for _ in range(100):
        record_one(kept, "large", body)
    assert sum(each.size_bytes for each in kept.list_entries()) <= 20 * exchange.MAX_STORED_BODY_BYTES
    assert all(kept.find_entry(each.id) is each for each in small)
    assert (len(kept.list_entries()) + kept.count_dropped(), kept.count_dropped("small0")) == (104, 0)


def test_records_come_and_go_at_once() -> None:
    kept, failed = RecordStore(), []

    def work(number: int) -> None:
        try:
            for at in range(300):
                record_one(kept, f"tenant{number}x{at}")
                kept.drop_record(f"tenant{number}x{at - 20}")
                kept.list_entries()
        except RuntimeError as error:  # a dict that changes while it is walked
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


def test_the_oldest_record_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_TENANT_RECORDS", 2)
    kept = RecordStore()
    for tenant in ("one", "one", "two", "three"):
        record_one(kept, tenant)
    assert [each.tenant for each in kept.list_entries()] == ["two", "three"]
    assert kept.count_dropped() == 2
    kept.clear_journals()
    assert kept.count_dropped() == 0


def test_looking_makes_no_record() -> None:
    kept = RecordStore()
    before = len(kept.list_records(None))
    assert (kept.list_entries("acme"), kept.count_dropped("acme"), kept.list_records("acme")) == ([], 0, [])
    assert len(kept.list_records(None)) == before


def test_an_error_that_is_kept_holds_nothing_of_its_call(client: Client, shared: App) -> None:
    assert client.put("/new", json={"name": "x" * 1000}).status_code == 400
    error = last(shared, client).error
    assert error is not None
    assert traceback.extract_tb(error.__traceback__) == []
    assert error.__context__ is None
    assert not hasattr(last(shared, client), "call")


def test_a_body_full_of_undeclared_fields_has_few_findings(client: Client, shared: App) -> None:
    assert client.put(ITEM, json={f"field{number}": 1 for number in range(5000)}).status_code == 204
    assert len(last(shared, client).findings) == findings.MAX_FINDINGS_PER_REQUEST + 1  # the token's


def test_findings_are_counted_once_each_with_their_tests() -> None:
    counts = findings.FindingCounts()
    visits = []
    for number in range(30):
        visit = Exchange(number, Request("GET", "/", "", {"x-mock-test": f"test {number % 25}"}), 0.0)
        visit.findings = (Finding("query", "pagesize", "undeclared"),)
        counts.count_findings(visit)
        visits.append(visit)
    (counted,) = counts.list_counts()
    assert (counted.count, counted.first_exchange_id) == (30, visits[0].id)
    assert list(counted.tests) == [f"test {number}" for number in range(findings.MAX_TESTS_PER_FINDING)]


def test_different_findings_have_a_bound_and_those_beyond_are_counted() -> None:
    counts = findings.FindingCounts()
    visit = Exchange(1, Request("GET", "/", "", {}), 0.0)
    visit.findings = tuple(
        Finding("query", f"name{number}", "") for number in range(findings.MAX_DISTINCT_FINDINGS + 5)
    )
    counts.count_findings(visit)
    assert (len(counts.list_counts()), counts.overflow_count) == (findings.MAX_DISTINCT_FINDINGS, 5)
    assert counts.clear() == findings.MAX_DISTINCT_FINDINGS
    assert (counts.list_counts(), counts.overflow_count) == ([], 0)
