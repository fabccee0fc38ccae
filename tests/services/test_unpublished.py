"""Operations that clients call and the vendor does not publish: answered with --unpublished on only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from tests.support.client import Admin, Client
from tests.support.clock import ManualClock
from tests.support.samples import HAMMER, SCREWDRIVER

YRN = "urn:yaas:saasag:caasproduct:product:acme;"
CALLS = [
    ("GET", "/availability/acme/availability?site=main", "GET /availability/{tenant}/availability"),
    ("POST", "/product/acme/search", "POST /product/{tenant}/search"),
    ("GET", "/reward-points/public/customer/redeemOptions", "GET /reward-points/public/customer/redeemOptions"),
]


@pytest.fixture(scope="module")
def app() -> App:
    """A simulator that answers what is not published."""
    return build(Settings(unpublished="on"), ManualClock())


@pytest.fixture
def john(app: App) -> Client:
    client = Client(app.flask, "acme", "customer-token")
    Admin(client).call("POST", "/reset")
    return client


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_w1_without_the_switch_a_404_names_the_operation(
    simulator: Callable[..., Client], method: str, path: str, operation: str
) -> None:
    client = simulator()
    missing = client.send(method, f"/{path}", json={"yrns": []} if method == "POST" else None)
    assert missing.status_code == 404
    assert f"{operation} is not published, but clients call it" in missing.get_json()["message"]
    assert "--unpublished on answers it." in missing.headers["X-Mock-Hint"]
    if "{tenant}" in operation:  # coverage is that of a tenant
        assert [row["operation"] for row in Admin(client).call("GET", "/coverage")["unanswered"]] == [operation]


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_w1_with_the_switch_it_is_an_operation(app: App, john: Client, method: str, path: str, operation: str) -> None:
    assert operation in {f"{one.method} {one.path}" for one in app.api_operations}
    reply = john.send(method, f"/{path}", json={"yrns": []} if method == "POST" else None)
    assert reply.status_code == 200, reply.text
    assert john.with_token(None).send(method, f"/{path}").status_code == 401


def test_w1_all_availabilities_of_a_site_come_at_once(john: Client) -> None:
    path = "//availability/acme/availability"
    rows = john.get(f"{path}?site=main").get_json()
    assert {row["site"] for row in rows} == {"main"}
    assert {HAMMER, SCREWDRIVER} <= {row["productId"] for row in rows}
    assert len(john.get(path).get_json()) > len(rows) > 60
    assert john.get(f"{path}?site=nowhere").get_json() == []


def test_w2_yrns_name_products_in_their_order(john: Client) -> None:
    yrns = [f"{YRN}{SCREWDRIVER}", f"{YRN}{HAMMER}", f"{YRN}nothing", "nonsense", f"{YRN}{HAMMER}"]
    found = john.post("//product/acme/search", json={"yrns": yrns}, headers={"Accept-Language": "en"}).get_json()
    assert [(row["id"], row["name"]) for row in found] == [(SCREWDRIVER, "Screwdriver"), (HAMMER, "Hammer")]
    assert john.post("//product/acme/search", json={"yrns": "x"}).status_code == 400


def test_w3_a_customer_reads_the_options_of_the_tenant(john: Client) -> None:
    path = "//reward-points/public/customer/redeemOptions"
    assert [row["points"] for row in john.get(path).get_json()] == [90, 150]
    assert john.with_token("admin-token").get(path).status_code == 403
