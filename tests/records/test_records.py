"""What is kept of each request: written before the reply leaves, apart by tenant, and never without a bound."""

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
from mockserver.records import findings, journal, records, tally
from mockserver.records.records import Records
from mockserver.records.visit import Finding, Visit
from tests.support.client import Client
from tests.support.samples import ITEM, NEW_ITEM

MANAGE, READ, READ_OWN = (f"customersegment.segment_{word}" for word in ("manage", "read", "read_own"))


def visited(kept: Records, tenant: str | None, body: bytes = b"", reply: bytes = b"") -> Visit:
    visit = kept.opened(Request("GET", "/", "", {}, body))
    visit.tenant = tenant
    kept.closed(visit, Response(200, reply, {}))
    return visit


def last(app: App, client: Client) -> Visit:
    return app.records.visits(client.tenant)[-1]


def test_a_visit_says_who_did_what_and_what_became_of_it(client: Client, shared: App) -> None:
    client.having("manage-token").put(NEW_ITEM, headers={"X-Mock-Test": "one"})
    seen = last(shared, client)
    assert seen.operation is not None
    assert seen.operation.id == "PUT-customer-segment-update-item"
    assert seen.principal is not None
    facts = (seen.principal.name, seen.scope, seen.missing, seen.status, seen.versions, seen.test)
    assert facts == ("manage-token", MANAGE, (), 201, (0, 1), "one")
    client.having("read-token").delete(ITEM)
    assert (last(shared, client).scope, last(shared, client).missing) == (None, (MANAGE,))
    client.having("customer-token").get("?customerId=98029737")
    assert (last(shared, client).scope, last(shared, client).missing) == (READ_OWN, (READ,))


def test_the_journal_is_written_when_the_reply_begins(client: Client, shared: App) -> None:
    seen: list[int] = []

    def start(*_: object) -> Callable[[bytes], object]:
        seen.append(len(shared.records.visits(client.tenant)))
        return lambda _: None

    shared.flask.wsgi_app(EnvironBuilder(path=f"/customer-segment/{client.tenant}/segments").get_environ(), start)
    assert seen == [1]


def test_tenants_do_not_mix_and_paths_without_operation_belong_to_theirs(client: Client, shared: App) -> None:
    other = Client(client.flask, f"{client.tenant}b")
    client.get("/items")
    other.send("BREW", "/items")
    client.get(f"//customer-segment/{client.tenant}/segmentz")
    assert [each.status for each in shared.records.visits(client.tenant)] == [200, 404]
    assert [each.status for each in shared.records.visits(other.tenant)] == [405]
    assert [each.is_unmatched for each in shared.records.visits(client.tenant)] == [False, True]


def test_an_id_is_read_from_a_path_that_no_operation_has(shared: App) -> None:
    router = Router(shared.api_operations)
    for path, tenant in (
        ("/customer-segment/acme", "acme"),
        ("/customer-segment/acme/nothing", "acme"),
        ("/customer-segmen/acme", ""),
    ):
        assert router.id_in(path, "tenant") == tenant
    assert router.id_in("/customer-segment/acme", "name") == ""


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
    refused = client.having(None).post("//__admin/reset", **request_)
    assert refused.status_code == status
    assert "X-Mock-Explain" not in refused.headers


def test_the_oldest_visits_go_when_there_are_too_many() -> None:
    kept = Records()
    visits = [visited(kept, "acme") for _ in range(journal.VISITS_AT_MOST + 3)]
    assert kept.visits("acme") == visits[3:]
    assert (kept.dropped("acme"), kept.dropped("other"), kept.dropped()) == (3, 0, 3)
    assert kept.visit(visits[2].id) is None
    assert kept.visit(visits[3].id) is visits[3]
    kept.clear("acme")
    assert (kept.visits(), kept.dropped()) == ([], 0)


def test_large_visits_go_sooner_and_large_bodies_are_cut() -> None:
    kept, large = Records(), bytes(journal.BODY_AT_MOST + 1)
    for _ in range(journal.BYTES_AT_MOST // (2 * journal.BODY_AT_MOST) + 1):
        visited(kept, "acme", large, large)
    left = kept.visits("acme")
    assert sum(each.weight for each in left) <= journal.BYTES_AT_MOST
    assert len(left) + kept.dropped() == journal.BYTES_AT_MOST // (2 * journal.BODY_AT_MOST) + 1
    assert all(each.is_cut and len(each.request.body) == journal.BODY_AT_MOST for each in left)
    assert all(each.answer and len(each.answer.content) == journal.BODY_AT_MOST for each in left)


def test_visits_take_no_more_memory_than_the_journal_counts(client: Client, shared: App) -> None:
    for _ in range(20):
        client.get(ITEM)
    shared.records.clear(client.tenant)
    tracemalloc.start()
    for _ in range(300):
        client.get(ITEM)
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < shared.records.of(client.tenant).journal.size


def test_many_quiet_tenants_take_no_room_from_a_busy_one() -> None:
    kept = Records()
    for number in range(500):
        visited(kept, f"tenant{number}")
    visits = [visited(kept, "acme") for _ in range(journal.VISITS_AT_MOST)]
    assert kept.visits("acme") == visits
    assert kept.dropped() == 0


def test_the_large_journals_make_room_when_all_together_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "BYTES_AT_MOST", 20 * journal.BODY_AT_MOST)
    monkeypatch.setattr(records, "LOOKED_AFTER", journal.BODY_AT_MOST)
    kept, body = Records(), bytes(journal.BODY_AT_MOST)
    small = [visited(kept, f"small{number}") for number in range(4)]
    for _ in range(100):
        visited(kept, "large", body)
    assert sum(each.weight for each in kept.visits()) <= 20 * journal.BODY_AT_MOST
    assert all(kept.visit(each.id) is each for each in small)
    assert (len(kept.visits()) + kept.dropped(), kept.dropped("small0")) == (104, 0)


def test_records_come_and_go_at_once() -> None:
    kept, failed = Records(), []

    def work(number: int) -> None:
        try:
            for at in range(300):
                visited(kept, f"tenant{number}x{at}")
                kept.drop(f"tenant{number}x{at - 20}")
                kept.visits()
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
    monkeypatch.setattr(records, "RECORDS_AT_MOST", 2)
    kept = Records()
    for tenant in ("one", "one", "two", "three"):
        visited(kept, tenant)
    assert [each.tenant for each in kept.visits()] == ["two", "three"]
    assert kept.dropped() == 2
    kept.clear()
    assert kept.dropped() == 0


def test_looking_makes_no_record() -> None:
    kept = Records()
    before = len(kept.named(None))
    assert (kept.visits("acme"), kept.dropped("acme"), kept.named("acme")) == ([], 0, [])
    assert len(kept.named(None)) == before


def test_an_error_that_is_kept_holds_nothing_of_its_call(client: Client, shared: App) -> None:
    assert client.put("/new", json={"name": "x" * 1000}).status_code == 400
    error = last(shared, client).error
    assert error is not None
    assert traceback.extract_tb(error.__traceback__) == []
    assert error.__context__ is None
    assert last(shared, client).call is None


def test_a_body_full_of_undeclared_fields_has_few_findings(client: Client, shared: App) -> None:
    assert client.put(ITEM, json={f"field{number}": 1 for number in range(5000)}).status_code == 204
    assert len(last(shared, client).findings) == findings.KEPT_AT_MOST + 1  # the token's


def test_findings_are_counted_once_each_with_their_tests() -> None:
    counts = tally.FindingsTally()
    visits = []
    for number in range(30):
        visit = Visit(
            f"visit {number}", Request("GET", "/", "", {"x-mock-test": f"test {number % 25}"}), datetime.now(UTC)
        )
        visit.findings = (Finding("query", "pagesize", "undeclared"),)
        counts.add(visit)
        visits.append(visit)
    (counted,) = counts.all()
    assert (counted.count, counted.example) == (30, "visit 0")
    assert list(counted.tests) == [f"test {number}" for number in range(tally.TESTS_AT_MOST)]


def test_different_findings_have_a_bound_and_those_beyond_are_counted() -> None:
    counts = tally.FindingsTally()
    visit = Visit("one", Request("GET", "/", "", {}), datetime.now(UTC))
    visit.findings = tuple(Finding("query", f"name{number}", "") for number in range(tally.DISTINCT_AT_MOST + 5))
    counts.add(visit)
    assert (len(counts.all()), counts.beyond) == (tally.DISTINCT_AT_MOST, 5)
    assert counts.clear() == tally.DISTINCT_AT_MOST
    assert (counts.all(), counts.beyond) == ([], 0)
