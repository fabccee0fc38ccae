"""Paths of published services that are not simulated (F2b): the 404, the journal, explain, coverage and the log."""

from __future__ import annotations

import json
import logging
import re

import pytest

from mockserver.app import App, build
from mockserver.contract.published_services import find_published_path, load_published_services
from mockserver.contract.routing import Router
from mockserver.records import unanswered
from mockserver.records.unanswered import LISTED
from mockserver.settings import Settings
from tests.support.client import Admin, Client
from tests.support.clock import ManualClock
from tests.support.live_server import send_request, start_server

STOREFRONT = [
    ("GET", "/fee/{tenant}/fees"),
    ("POST", "/fee/{tenant}/fees"),
    ("GET", "/vendor/{tenant}/vendors"),
    ("GET", "/pick-pack/{tenant}/orders"),
]
# method, path, service, operation, whether a contract or a client has it, tenant
PATHS = [
    ("GET", "/fee/acme/fees", "fee", "GET /fee/{tenant}/fees", True, "acme"),
    ("HEAD", "/fee/acme/fees", "fee", "GET /fee/{tenant}/fees", True, "acme"),
    ("GET", "/fee/acme/fees/", "fee", "GET /fee/{tenant}/fees", True, "acme"),
    ("GET", "/fee/acme/fees/7", "fee", "GET /fee/{tenant}/fees/{id}", True, "acme"),
    ("TRACE", "/fee/acme/fees", "fee", "TRACE /fee/{tenant}/fees", False, "acme"),
    ("GET", "/fee/acme/fees/1/2/3/4/5/6", "fee", "GET /fee/{tenant}/...", False, "acme"),
    ("GET", "/fee/acme", "fee", "GET /fee/{tenant}/...", False, "acme"),
    ("GET", "/fee/", "fee", "GET /fee/{tenant}/...", False, ""),
    ("GET", "/fee", "fee", "GET /fee/{tenant}/...", False, ""),
    ("GET", "/fee//fees", "fee", "GET /fee/{tenant}/...", False, ""),
    ("GET", "/brand/brands", "brand", "GET /brand/brands", True, ""),
    ("GET", "/brand/nothing/at/all", "brand", "GET /brand/...", False, ""),
    ("GET", "/label/labels", "label", "GET /label/labels", True, ""),
    ("GET", "/return/acme/returns", "returns", "GET /return/{tenant}/returns", True, "acme"),
    ("POST", "/product/acme/search", "product", "POST /product/{tenant}/search", True, "acme"),
    (
        "PUT",
        "/availability/acme/availability",
        "availability",
        "PUT /availability/{tenant}/availability",
        False,
        "acme",
    ),
    ("GET", "/caas-customer/acme/customers", "customer", "GET /caas-customer/{tenant}/customers", True, "acme"),
    ("POST", "/caas-customer/acme/customers", "customer", "POST /caas-customer/{tenant}/customers", False, "acme"),
    ("GET", "/feature-toggle/acme", "feature-toggle", "GET /feature-toggle/{tenant}", True, "acme"),
    ("X\r\nY: z", "/feature-toggle/acme", "feature-toggle", "ANY /feature-toggle/{tenant}", True, "acme"),
    ("GET", "/vendor/acme/vendors", "vendor", "GET /vendor/{tenant}/vendors", True, "acme"),
    ("Ü", "/fee/acme/fees", "fee", "ANY /fee/{tenant}/fees", False, "acme"),
    ("A" * 21, "/fee/acme/fees", "fee", "ANY /fee/{tenant}/fees", False, "acme"),
    ("POST", "/customer/acme/signup", "customer-login", "POST /customer/{tenant}/signup", True, "acme"),
    ("POST", "/customer/acme/customers", "customer", "POST /customer/{tenant}/customers", True, "acme"),
]


@pytest.mark.parametrize(("method", "path", "service", "operation", "known", "tenant"), PATHS)
def test_a_path_is_found_in_its_service(
    method: str, path: str, service: str, operation: str, known: bool, tenant: str
) -> None:
    found = find_published_path(method, path)
    assert found
    assert (found.service.name, found.operation) == (service, operation)
    assert (found.is_known, found.tenant) == (known, tenant)


@pytest.mark.parametrize("path", ["", "/", "//", "*", "/feex/acme", "/FEE/acme/fees", "/%66ee/acme/fees", "fee"])
def test_another_path_is_in_no_service(path: str) -> None:
    assert find_published_path("GET", path) is None


def test_every_simulated_operation_belongs_to_the_service_of_its_spec(shared: App) -> None:
    called = {
        "GET /caas-customer/{tenant}/customers",  # M6
        "GET /configuration/{tenant}/basic-configuration",  # N6
        "PUT /customer/{tenant}/me",  # B13
        "PUT /customer/{tenant}/me/addresses/{addressId}",  # B14
    }
    for operation in shared.api_operations:
        found = find_published_path(operation.method, re.sub(r"\{\w+\}", "x", operation.path))
        assert found, operation.path
        assert found.service.name == operation.service, operation.path
        is_called = f"{operation.method} {operation.path}" in called
        assert (found.is_published, found.is_called) == (not is_called, is_called)


def test_every_published_operation_is_found_as_itself() -> None:
    services = {service.name: service for known in load_published_services().values() for service in known}
    assert len(services) == 46
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in services)
    for service in services.values():
        for operation in service.operations:
            found = find_published_path(operation.method, re.sub(r"\{\w+\}", "{x}", operation.path))
            assert found, operation.path
            assert re.sub(r"\{\w+\}", "{}", found.template) == re.sub(r"\{\w+\}", "{}", operation.path)


@pytest.mark.parametrize(("method", "path"), STOREFRONT)
def test_f2b_a_service_that_is_not_simulated_is_named(shared: App, client: Client, method: str, path: str) -> None:
    reply = client.send(method, "/" + path.format(tenant=client.tenant))
    title = find_published_path(method, path).service.title  # type: ignore[union-attr]
    assert reply.status_code == 404
    message = reply.get_json()["message"]
    assert message.startswith(f"No endpoint {path.format(tenant=client.tenant)}. {method} {path} is an operation of")
    assert title in message
    assert "--service can serve its published file." in message
    assert message.endswith(f"Simulated services: {', '.join(shared.services)}.")
    assert reply.headers["X-Mock-Hint"] in message


def test_an_operation_of_a_simulated_service_lists_those_that_are_simulated(client: Client) -> None:
    missing = client.post("//quote/acme/quotes/x/pdf")
    assert missing.status_code == 404
    assert "It is not simulated. Simulated are: GET /quote/{tenant}/quotes, POST" in missing.get_json()["message"]
    wrong = client.post("//coupon/acme/coupons", json={})
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "POST /coupon/{tenant}/coupons is an operation of the Coupon Service" in wrong.get_json()["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/product/acme/productz"), ("POST", "/customer-segment/acme/segmentz"), ("GET", "/nowhere")],
)
def test_a_misspelt_path_has_no_hint(client: Client, method: str, path: str) -> None:
    assert "X-Mock-Hint" not in client.send(method, f"/{path}").headers


def test_an_unknown_path_under_a_simulated_one_does_not_call_the_service_missing(client: Client) -> None:
    for path in ("caas-customer/acme/customers/1", "caas-customer/acme/x", "configuration/acme/basic-configuration/x"):
        message = client.get(f"//{path}").get_json()["message"]
        assert "not simulated" not in message, message


def test_the_journal_groups_calls_by_service(client: Client) -> None:
    admin = Admin(client)
    for method, path in [*STOREFRONT, STOREFRONT[0]]:
        client.send(method, "/" + path.format(tenant=client.tenant))
    client.get("/items")
    unmatched = admin.call("GET", "/requests/unmatched?group=service")
    assert [(group["service"], group["simulated"], group["unmatched"]) for group in unmatched["services"]] == [
        ("fee", False, 3),
        ("pick-pack", False, 1),
        ("vendor", False, 1),
    ]
    assert [operation["calls"] for operation in unmatched["services"][0]["operations"]] == [2, 1]
    assert "services" not in admin.call("GET", "/requests/unmatched")
    assert len(admin.call("GET", "/requests/unmatched?service=fee")["requests"]) == 3
    listed = admin.call("GET", "/requests?group=service&limit=1")
    assert (len(listed["requests"]), listed["meta"]["total"]) == (1, 6)
    segments = next(group for group in listed["services"] if group["service"] == "customer-segment")
    assert (segments["simulated"], segments["calls"], segments["unmatched"]) == (True, 1, 0)
    (vendor,) = admin.call("GET", "/requests?service=vendor")["requests"]
    assert (vendor["mock"]["service"], vendor["mock"]["rule"], vendor["wasMatched"]) == ("vendor", "F2b", False)
    admin.call("GET", "/requests?group=path", status=400)
    admin.call("GET", "/requests/unmatched?group=", status=200)


def test_explain_names_the_service_and_suggests_nothing_of_another(client: Client) -> None:
    refused = client.get(f"//fee/{client.tenant}/fees")
    explanation = Admin(client).call("GET", f"/explain/{refused.headers['X-Mock-Explain']}")
    assert (explanation["service"], explanation["rule"]["id"]) == ("fee", "F2b")
    assert explanation["detail"] == refused.headers["X-Mock-Hint"]
    assert "nearest" not in explanation


def test_the_coverage_report_lists_unanswered_calls_by_service(client: Client) -> None:
    admin = Admin(client)
    for test in ("a", "b", "b"):
        client.get(f"//fee/{client.tenant}/fees", headers={"X-Mock-Test": test})
    client.post(f"//quote/{client.tenant}/quotes/x/pdf")
    fee, quote = admin.call("GET", "/coverage")["unanswered"]
    assert (fee["service"], fee["operation"], fee["calls"]) == ("fee", "GET /fee/{tenant}/fees", 3)
    assert (fee["simulated"], fee["tests"], quote["simulated"]) == (False, ["a", "b"], True)
    assert [one["service"] for one in admin.call("GET", "/coverage?service=quote")["unanswered"]] == ["quote"]
    page = client.get("//__admin/coverage", query_string={"format": "html", "tenant": client.tenant})
    assert "<code>GET /fee/{tenant}/fees</code>" in page.text
    admin.call("DELETE", "/coverage", status=204)
    assert admin.call("GET", "/coverage")["unanswered"] == []


def test_unanswered_calls_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unanswered, "MAX_DISTINCT_OPERATIONS", 2)
    monkeypatch.setattr(unanswered, "MAX_TESTS_PER_OPERATION", 2)
    client = Client(build(Settings(), ManualClock()).flask, "acme")
    for number in range(4):
        for path in ("fees", "fees/1", "itemFees", "nothing"):
            client.get(f"//fee/acme/{path}", headers={"X-Mock-Test": str(number)})
    counts = Admin(client).call("GET", "/coverage")["unanswered"]
    assert [(count["calls"], count["tests"]) for count in counts] == [(4, ["0", "1"]), (4, ["0", "1"])]


def test_the_first_unanswered_call_of_each_operation_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(build(Settings(), ManualClock()).flask, "acme")
    with caplog.at_level(logging.WARNING, "mockserver"):
        for path in ("fee/acme/fees", "fee/beta/fees", "product/acme/products/x/media", "nowhere", "product/x"):
            client.get(f"//{path}")
    assert [message.partition(";")[0] for message in caplog.messages] == [
        "no answer for GET /fee/{tenant}/fees: the service fee is not simulated",
        "no answer for GET /product/{tenant}/products/{productId}/media: the operation is not simulated",
        f"no answer for GET /nowhere: No endpoint /nowhere. {LISTED}",
        "no answer for GET /product/x: No endpoint /product/x. "
        f"Did you mean GET /product/{{tenant}}/products/{{productId}}? {LISTED}",
    ]


def test_the_server_names_its_services_and_logs_to_stderr(shared: App) -> None:
    with start_server() as (process, ready):
        assert ready["services"] == shared.services
        assert {"customer-segment", "oauth"} <= set(ready["services"])
        assert send_request(f"{ready['url']}/fee/acme/fees")[0] == 404
        process.terminate()
        _, errors = process.communicate()
    message = json.loads(errors)["message"]
    assert message.startswith("no answer for GET /fee/{tenant}/fees: the service fee is not simulated; stub it")
    assert message.endswith(LISTED)


def test_the_list_of_services_is_read_only_for_a_path_without_an_operation(shared: App) -> None:
    load_published_services.cache_clear()
    Router(shared.api_operations).route("GET", "/customer-segment/acme/segments")
    assert load_published_services.cache_info().misses == 0
