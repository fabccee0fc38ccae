"""Findings: violations of the contract that the vendor accepts; and the strictness setting `contract`."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.records.exchange import Finding, JournalEntry
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.clock import ManualClock
from tests.support.samples import GOLDEN, HAMMER, ITEM


def last_exchange(app: App, client: Client) -> JournalEntry:
    return app.records.get_record(client.tenant).journal.list_entries()[-1]


def list_findings(app: App, client: Client) -> list[tuple[str, str, str]]:
    return [
        (finding.kind, finding.place, finding.suggestion)
        for finding in last_exchange(app, client).findings
        if finding.kind != "scope"
    ]


def set_strictness(client: Client, contract: str) -> None:
    reply = client.with_token(None).put("//__admin/settings", json={"tenant": client.tenant, "contract": contract})
    assert reply.get_json()["contract"] == contract


@pytest.mark.parametrize(
    ("path", "request_", "expected"),
    [
        ("/items", {}, []),
        ("/items?pagesize=5", {}, [("query", "pagesize", "pageSize")]),
        ("/items?hello=1&q=type:PRODUCT", {}, [("query", "hello", "")]),
        ("/items", {"headers": {"session-id": "1"}}, [("header", "session-id", "")]),
        ("/items", {"headers": {"X-Total-Counts": "true"}}, [("header", "x-total-counts", "x-total-count")]),
        ("/items", {"headers": {"Accept": "*/*", "Sec-Fetch-Mode": "cors", "X-Forwarded-For": "::1"}}, []),
        (f"/{GOLDEN}", {"headers": {"X-Total-Count": "true"}}, [("header", "x-total-count", "")]),
    ],
    ids=str,
)
def test_parameters_and_headers(
    client: Client, shared: App, path: str, request_: Any, expected: list[tuple[str, str, str]]
) -> None:
    assert client.get(path, **request_).status_code == 200
    assert list_findings(shared, client) == expected


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("PUT", ITEM, {"mixins": {"any": {"thing": 1}}, "metadata": {"mixins": {"any": "url"}}}, []),
        ("PUT", ITEM, {"mixin": {}}, [("body", "/mixin", "mixins")]),
        ("PUT", ITEM, {"metadata": {"versoin": 1}}, [("body", "/metadata/versoin", "version")]),
        ("PUT", f"/{GOLDEN}/items/PRODUCT/bulk", [{"id": HAMMER, "ID": 1}] * 3, [("body", "/*/ID", "id")]),
        ("PUT", f"/{GOLDEN}", {"name": {"xx": "any"}, "siteCode": "main", "site": 1}, [("body", "/site", "siteCode")]),
        ("POST", "/search", {"Q": "status:ACTIVE"}, [("body", "/Q", "q")]),
    ],
    ids=str,
)
def test_body_fields(client: Client, shared: App, method: str, path: str, body: Any, expected: Any) -> None:
    assert client.send(method, path, json=body).status_code < 300
    assert list_findings(shared, client) == expected


def test_a_token_with_scopes_that_the_operation_does_not_need(client: Client, shared: App) -> None:
    client.get("/items")
    assert last_exchange(shared, client).findings == (
        Finding(
            "scope",
            "GET-customer-segment-retrieve-segments-items",
            "The token grants more than this operation needs: customersegment.segment_manage.",
        ),
    )
    client.with_token("read-token").get("/items")
    assert last_exchange(shared, client).findings == ()


def test_extra_scopes_of_a_customer_are_not_reported(client: Client, shared: App) -> None:
    login = f"//customer/{client.tenant}/login"
    john = client.post(login, json={"email": "john.doe@email.com", "password": "secret1"}).get_json()
    assert client.with_token(john["access_token"]).get("/items").status_code == 200
    assert last_exchange(shared, client).findings == ()


def test_c11b_the_strictness_decides_how_findings_are_reported(client: Client) -> None:
    before = client.list_all_items()
    assert "X-Mock-Findings" not in client.get("/items?hello=1").headers
    set_strictness(client, "warn")
    warned = client.get("/items?hello=1&again=1")
    assert (warned.status_code, warned.headers["X-Mock-Findings"]) == (200, "2")
    set_strictness(client, "strict")
    refused = client.put(ITEM, json={"metadata": {"versoin": 1}})
    assert refused.status_code == 400
    assert refused.get_json()["details"] == {
        "field": "/metadata/versoin",
        "type": "undeclared",
        "message": "This field is not declared. Did you mean version?",
    }
    assert client.get("/items").status_code == 200
    set_strictness(client, "vendor")
    assert client.put(ITEM, json={"metadata": {"versoin": 1}}).status_code == 204
    client.post(f"//__admin/reset?tenant={client.tenant}")
    assert client.list_all_items() == before


ADDED_ON_THEIR_OWN = [
    *("Emporix-Tenant", "X-Version", "saas-token"),
    *("baggage", "sentry-trace", "traceparent", "b3", "X-B3-TraceId", "uber-trace-id", "X-Datadog-Trace-Id"),
    *("X-Amzn-Trace-Id", "X-Cloud-Trace-Context", "elastic-apm-traceparent", "Request-Id", "X-Correlation-ID"),
    *("X-Forwarded-For", "X-Real-IP", "CF-Ray", "CDN-Loop", "X-Envoy-Attempt-Count", "X-Original-URI", "Via"),
    *("X-Requested-With", "X-XSRF-TOKEN", "Postman-Token", "X-Stainless-Lang", "Idempotency-Key"),
    *("Sec-Fetch-Mode", "Sec-CH-UA", "Sec-GPC", "DNT", "Save-Data", "Priority", "Device-Memory", "If-Range"),
]


@pytest.mark.parametrize("name", ADDED_ON_THEIR_OWN)
def test_c11b_headers_that_clients_add_on_their_own_are_no_findings(client: Client, name: str) -> None:
    set_strictness(client, "strict")
    assert client.get("/items", headers={name: "1"}).status_code == 200
    assert client.put(ITEM, json={}, headers={name: "1"}).status_code == 204


@pytest.mark.parametrize("name", ["X-Foo", "X-Totl-Count", "Emporix-Tenants", "baggages", "sentry", "Cf", "X-Forwarde"])
def test_c11b_other_undeclared_headers_are_refused_as_parameters(client: Client, name: str) -> None:
    set_strictness(client, "strict")
    for reply in (client.get("/items", headers={name: "1"}), client.put(ITEM, json={}, headers={name: "1"})):
        assert reply.status_code == 400
        assert reply.get_json()["message"] == "Validation problem with request parameters."
        assert reply.get_json()["details"]["field"] == name.lower()


@pytest.mark.parametrize(
    ("known", "name", "status"),
    [
        ("X-Shop", "x-shop", 200),
        ("X-Shop", "X-Shop-Id", 400),
        ("X-Shop-*", "x-shop-id", 200),
        ("X-Shop-*", "X-Shop", 400),
        ("x-other", "X-Shop", 400),
    ],
)
def test_c11b_a_setting_names_more_headers(known: str, name: str, status: int) -> None:
    app = build(Settings(contract="strict", known_header=("X-First", known)), ManualClock())
    assert Client(app.flask, "acme").get("/items", headers={name: "1"}).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("GET", "/items?hello=1", None, "parameters"),
        ("PUT", f"{ITEM}?hello=1", {}, "parameters"),
        ("PUT", ITEM, {"hello": 1}, "body"),
    ],
)
def test_c11b_the_message_names_the_place(client: Client, method: str, path: str, body: Any, place: str) -> None:
    set_strictness(client, "strict")
    reply = client.send(method, path, **({} if body is None else {"json": body}))
    assert reply.get_json()["message"] == f"Validation problem with request {place}."


def test_strictness_is_set_per_tenant(client: Client) -> None:
    set_strictness(client, "strict")
    assert Client(client.flask, f"{client.tenant}b").get("/items?hello=1").status_code == 200
    assert client.get("/items?hello=1").status_code == 400
    client.post(f"//__admin/reset?tenant={client.tenant}")
    assert client.get("/items?hello=1").status_code == 200


def read_findings(client: Client, query: str = "") -> Any:
    reply = client.with_token(None).get(f"//__admin/findings{query}")
    assert reply.status_code == 200
    return reply.get_json()


def test_findings_are_listed_once_with_their_count_and_their_tests(client: Client) -> None:
    reader = client.with_token("read-token")
    first = reader.get("/items?pagesize=5", headers={"X-Mock-Test": "one"})
    for test in ("one", "two"):
        reader.get("/items?pagesize=7", headers={"X-Mock-Test": test})
    reader.get("/items?hello=1")
    report = read_findings(client, f"?tenant={client.tenant}")
    assert first.status_code == 200
    assert report["beyond"] == 0
    pagesize, hello = report["findings"]
    assert pagesize.pop("example").startswith("00000000-0000-4000-8000-")
    assert pagesize == {
        "tenant": client.tenant,
        "kind": "query",
        "operationId": "GET-customer-segment-retrieve-segments-items",
        "place": "pagesize",
        "message": "This query parameter is not declared.",
        "suggestion": "pageSize",
        "count": 3,
        "tests": ["one", "two"],
    }
    assert (hello["place"], hello["count"], hello["tests"]) == ("hello", 1, [])
    assert "suggestion" not in hello


def test_a_parameter_without_name_is_a_finding_too(client: Client) -> None:
    client.with_token("read-token").get("/items?=5")
    (finding,) = read_findings(client, f"?tenant={client.tenant}")["findings"]
    assert (finding["kind"], finding["place"]) == ("query", "")


def test_the_example_of_a_finding_is_its_first_exchange(client: Client, shared: App) -> None:
    for _ in range(2):
        client.with_token("read-token").get("/items?hello=1")
    first = shared.records.get_record(client.tenant).journal.list_entries()[0]
    (finding,) = read_findings(client, f"?tenant={client.tenant}")["findings"]
    assert finding["example"] == first.id


def test_findings_are_listed_and_cleared_per_tenant(client: Client) -> None:
    other = Client(client.flask, f"{client.tenant}b", "read-token")
    for caller in (client.with_token("read-token"), other):
        caller.get("/items?hello=1")

    def whose() -> list[str]:
        mine = {client.tenant, other.tenant}
        return [finding["tenant"] for finding in read_findings(client)["findings"] if finding.get("tenant") in mine]

    assert whose() == [client.tenant, other.tenant]
    assert client.with_token(None).delete(f"//__admin/findings?tenant={client.tenant}").status_code == 204
    assert whose() == [other.tenant]
    assert client.with_token(None).delete("//__admin/findings").status_code == 204
    assert read_findings(client) == {"findings": [], "beyond": 0}
