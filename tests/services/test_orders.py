"""Orders over HTTP: who sees them, and how they change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.domain.saas_tokens import sign_saas_token
from mockserver.store.clock import EARLIEST_TIME
from tests.support.client import Client
from tests.support.samples import ANOTHER_COMPANY, COMPANY, DEFAULT, HAMMER, JACK, JOHN, write_default_world
from tests.support.shop import build_checkout, log_in, visit

Row = dict[str, Any]

STATUSES = ("IN_CHECKOUT", "CREATED", "CONFIRMED", "SHIPPED", "COMPLETED", "DECLINED")
TRANSITIONS = {
    ("IN_CHECKOUT", "CREATED"),
    ("IN_CHECKOUT", "DECLINED"),
    ("CREATED", "CONFIRMED"),
    ("CREATED", "DECLINED"),
    ("CONFIRMED", "SHIPPED"),
    ("CONFIRMED", "COMPLETED"),
    ("CONFIRMED", "DECLINED"),
    ("SHIPPED", "COMPLETED"),
}
AMOUNT = {"netValue": 10, "grossValue": 11.9, "taxValue": 1.9}
ENTRY = {"amount": 1, "calculatedUnitPrice": AMOUNT, "calculatedPrice": {"price": AMOUNT, "finalPrice": AMOUNT}}
NEW_ORDER = {
    "customer": {"id": JOHN, "email": "john.doe@email.com"},
    "entries": [ENTRY],
    "calculatedPrice": {"finalPrice": AMOUNT},
    "siteCode": "main",
}
SHIPMENT = {"shippedDate": "2024-10-13T12:00:00.000Z", "carrier": "UPS"}


def make_order(status: str, **fields: Any) -> Row:
    row = {"id": f"of-{status}", "status": status, "customer": {"id": JOHN, "email": "john.doe@email.com"}}
    return {**row, "entries": [{"product": {"id": HAMMER}, "unitPrice": 5}], "shipments": [SHIPMENT], **fields}


@pytest.fixture
def shop(simulator: Callable[..., Client], tmp_path: Path) -> Client:
    """A client as admin, with an order of John in each status."""
    orders = [make_order(status) for status in STATUSES]
    return simulator(write_default_world(tmp_path, orders=[*DEFAULT["orders"], *orders]))


def ids_of(reply: Any) -> set[str]:
    assert reply.status_code == 200, reply.text
    return {order["id"] for order in reply.get_json()}


def test_a_world_has_an_order_of_a_product_without_a_name(simulator: Callable[..., Client], tmp_path: Path) -> None:
    order = {**make_order("CREATED"), "entries": [{"product": {"id": "plain"}}]}
    world = write_default_world(tmp_path, products=[*DEFAULT["products"], {"id": "plain"}], orders=[order])
    shown = simulator(world).get(f"//order-v2/acme/salesorders/{order['id']}").get_json()
    assert shown["entries"][0]["product"] == {"id": "plain", "name": "plain"}


# Whose orders (X6, X7).


def test_x6_a_customer_sees_the_own_orders_that_are_out_of_checkout(shop: Client) -> None:
    john, path = shop.with_token("customer-token"), "//order-v2/acme/orders"
    seen = {"EON1001", *(f"of-{status}" for status in STATUSES if status != "IN_CHECKOUT")}
    assert ids_of(john.get(path)) == seen
    assert john.get(f"{path}/of-IN_CHECKOUT").status_code == 200
    jack = shop.with_token("customer2-token")
    assert ids_of(jack.get(path)) == {"EON1002"}
    missing = jack.get(f"{path}/EON1001")
    assert (missing.status_code, missing.get_json()["type"]) == (404, "element_resource_non_existing")
    assert "checkout" not in john.get(f"{path}/EON1001").get_json()
    assert ids_of(shop.get("//order-v2/acme/salesorders")) == {"EON1001", "EON1002", *(f"of-{s}" for s in STATUSES)}


def test_x6_a_service_names_the_customer_by_the_saas_token(shop: Client) -> None:
    path = "//order-v2/acme/orders"
    good, expired = sign_saas_token(JACK, EARLIEST_TIME, 10**10), sign_saas_token(JACK, EARLIEST_TIME, 1)
    assert ids_of(shop.get(path, headers={"saas-token": good})) == {"EON1002"}
    assert ids_of(shop.get(path)) == set()
    for token in (expired, "nonsense"):
        assert shop.get(path, headers={"saas-token": token}).status_code == 401
    john = shop.with_token("customer-token")
    assert "EON1001" in ids_of(john.get(path, headers={"saas-token": good}))


@pytest.mark.parametrize(
    ("token", "entity_id", "status"),
    [
        ("customer-token", COMPANY, 200),
        ("customer2-token", COMPANY, 403),
        ("customer2-token", ANOTHER_COMPANY, 200),
        ("customer-token", "nothing", 403),
        ("admin-token", COMPANY, 200),
    ],
)
def test_x7_the_orders_for_a_legal_entity_are_for_those_who_act_for_it(
    shop: Client, token: str, entity_id: str, status: int
) -> None:
    reply = shop.with_token(token).get(f"//order-v2/acme/legal-entity-orders/{entity_id}")
    assert reply.status_code == status
    if status == 200:
        assert ids_of(reply) == ({"EON1001"} if entity_id == COMPANY else set())
    one = shop.with_token(token).get(f"//order-v2/acme/legal-entity-orders/{entity_id}/EON1002")
    assert one.status_code == (404 if status == 200 else 403)


def test_x6_orders_are_filtered_and_sorted(shop: Client) -> None:
    path = "//order-v2/acme/salesorders"
    assert ids_of(shop.get(path, query_string={"q": "status:SHIPPED"})) == {"of-SHIPPED"}
    assert ids_of(shop.get(path, query_string={"q": f"customer.id:{JACK}"})) == {"EON1002"}
    assert ids_of(shop.post(f"{path}/search", json={"q": "status:SHIPPED"})) == {"of-SHIPPED"}
    page = shop.get(path, query_string={"pageSize": 1, "sort": "id:DESC"}, headers={"X-Total-Count": "true"})
    assert (page.get_json()[0]["id"], page.headers["X-Total-Count"]) == ("of-SHIPPED", "8")


# Statuses (X5).


@pytest.mark.parametrize("old", STATUSES)
def test_x5_an_employee_gives_an_order_the_statuses_that_can_follow(shop: Client, old: str) -> None:
    path = f"//order-v2/acme/salesorders/of-{old}/transitions"
    possible = [entry["status"] for entry in shop.get(path).get_json()]
    assert {(old, new) for new in possible} == {pair for pair in TRANSITIONS if pair[0] == old}
    for new in STATUSES:
        if new not in possible:
            refused = shop.post(path, json={"status": new})
            assert (refused.status_code, refused.get_json()["details"][0]["field"]) == (400, "status")
    for new in possible[:1]:
        assert shop.post(path, json={"status": new}).status_code == 204
        order = shop.get(f"//order-v2/acme/salesorders/of-{old}").get_json()
        assert (order["status"], order["metadata"]["version"]) == (new, 2)
        history = shop.get(f"//order-v2/acme/salesorders/of-{old}/historical-transitions").get_json()
        assert [entry["status"] for entry in history["transitions"]] == [old, new]
        assert ("completed" in order) is (new == "COMPLETED")


@pytest.mark.parametrize("old", STATUSES)
def test_x5_a_customer_can_only_decline_a_new_order(shop: Client, old: str) -> None:
    john, path = shop.with_token("customer-token"), f"//order-v2/acme/orders/of-{old}/transitions"
    possible = [{"status": "DECLINED"}] if old == "CREATED" else []
    assert john.get(path).get_json() == possible
    for new in STATUSES:
        if {"status": new} not in possible:
            assert john.post(path, json={"status": new}).status_code == 400
    assert john.post(path, json={"status": "DECLINED"}).status_code == (204 if possible else 400)


def test_x5_an_order_needs_a_shipment_before_it_is_shipped(client: Client) -> None:
    path = f"//order-v2/{client.tenant}/salesorders"
    order_id = client.post(path, json={**NEW_ORDER, "status": "CONFIRMED"}).get_json()["id"]
    refused = client.post(f"{path}/{order_id}/transitions", json={"status": "SHIPPED"})
    assert (refused.status_code, refused.get_json()["details"][0]["field"]) == (400, "shipments")
    assert client.send("PATCH", f"{path}/{order_id}", json={"shipments": [SHIPMENT]}).status_code == 204
    assert client.post(f"{path}/{order_id}/transitions", json={"status": "SHIPPED"}).status_code == 204


# What employees write (X8).


def test_x8_an_employee_creates_replaces_changes_and_deletes_an_order(client: Client) -> None:
    path = f"//order-v2/{client.tenant}/salesorders"
    created = client.post(path, json={**NEW_ORDER, "channel": {"name": "phone"}})
    order_id = created.get_json()["id"]
    order = client.get(f"{path}/{order_id}").get_json()
    assert (order["status"], order["checkout"], order["channel"]) == ("CREATED", False, {"name": "phone"})
    changed = client.send("PATCH", f"{path}/{order_id}", json={"orderCycle": "weekly"})
    assert changed.status_code == 204
    assert client.send("PATCH", f"{path}/{order_id}", json={"status": "CONFIRMED"}).status_code == 204
    order = client.get(f"{path}/{order_id}").get_json()
    assert (order["status"], order["orderCycle"]) == ("CONFIRMED", "weekly")
    assert order["channel"] == {"name": "phone"}
    assert client.put(f"{path}/{order_id}", json={**NEW_ORDER, "id": "x", "cartId": "c"}).status_code == 204
    order = client.get(f"{path}/{order_id}").get_json()
    assert (order["id"], order["status"], order["metadata"]["version"]) == (order_id, "CONFIRMED", 4)
    assert not {"channel", "orderCycle", "cartId"} & order.keys()
    history = client.get(f"{path}/{order_id}/historical-transitions").get_json()["transitions"]
    assert [entry["status"] for entry in history] == ["CREATED", "CONFIRMED"]
    assert client.delete(f"{path}/{order_id}").status_code == 204
    assert client.delete(f"{path}/{order_id}").status_code == 404


def test_x8_entries_get_an_id_and_the_name_of_the_product(client: Client) -> None:
    path = f"//order-v2/{client.tenant}/salesorders"
    entries = [{**ENTRY, "product": {"id": HAMMER}}, {**ENTRY, "id": "own", "product": {"id": "unknown"}}]
    order_id = client.post(path, json={**NEW_ORDER, "entries": entries}).get_json()["id"]
    first, second = client.get(f"{path}/{order_id}").get_json()["entries"]
    assert (first["id"], first["product"]["name"]) == ("0", "Hammer")
    assert (second["id"], second["product"]) == ("own", {"id": "unknown"})


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [
        ({"status": "COMPLETED"}, {}, 400),
        ({"metadata": {"version": 7}}, {}, 409),
        ({"metadata": {"version": 1}}, {}, 204),
        ({}, {"recalculate": "true"}, 400),
        ({}, {"recalculate": "false"}, 204),
    ],
)
def test_x8_an_update_keeps_the_rules_of_an_order(
    client: Client, body: dict[str, Any], query: dict[str, str], status: int
) -> None:
    path = f"//order-v2/{client.tenant}/salesorders/EON1001"
    for method, fields in (("PATCH", body), ("PUT", {**NEW_ORDER, **body})):
        reply = client.send(method, path, json=fields, query_string=query)
        assert reply.status_code == status, reply.text
        if status == 204:
            return


def test_x8_a_completed_order_needs_a_scope_of_its_own(simulator: Callable[..., Client], tmp_path: Path) -> None:
    tokens = [
        {"token": "updater", "scopes": ["order.order_update"]},
        {"token": "finisher", "scopes": ["order.order_update_completed"]},
    ]
    world = write_default_world(tmp_path, orders=[make_order("COMPLETED")], tokens=tokens)
    client, path = simulator(world), "//order-v2/acme/salesorders/of-COMPLETED"
    assert client.with_token("updater").send("PATCH", path, json={}).status_code == 403
    assert client.with_token("finisher").send("PATCH", path, json={}).status_code == 204


def test_x3_an_employee_makes_one_order_of_a_cart_too(client: Client) -> None:
    visitor = visit(client)
    cart_id = visitor.create()
    visitor.add(cart_id)
    visitor.order(cart_id)
    path, order = f"//order-v2/{client.tenant}/salesorders", {**NEW_ORDER, "cartId": cart_id}
    assert client.post(path, json={**order, "checkout": True}).status_code == 409
    assert client.post(path, json=order).status_code == 201


def test_a_customer_finds_the_order_that_a_checkout_made(client: Client) -> None:
    customer = log_in(visit(client))
    cart_id = customer.create()
    customer.add(cart_id, HAMMER)
    order_id = customer.order(cart_id, **build_checkout(cart_id, id=JOHN))
    assert order_id in ids_of(customer.client.get(f"//order-v2/{client.tenant}/orders"))


# Worlds.


def test_a_world_needs_only_what_was_ordered_and_by_whom(shop: Client) -> None:
    order = shop.get("//order-v2/acme/salesorders/of-CREATED").get_json()
    price = {"netValue": 5, "grossValue": 5, "taxValue": 0}
    entry = order["entries"][0]
    assert (entry["id"], entry["amount"], entry["product"]["id"]) == ("0", 1, HAMMER)
    assert isinstance(entry["product"]["name"], str)
    assert entry["calculatedUnitPrice"] == price
    assert entry["calculatedPrice"] == {"price": price, "finalPrice": price}
