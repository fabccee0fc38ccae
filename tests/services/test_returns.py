"""Returns over HTTP: what can come back, who sees it, and how it is approved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.domain.saas_tokens import sign_saas_token
from mockserver.store.clock import EARLIEST_TIME
from tests.support.client import Client
from tests.support.samples import DEFAULT, EMPLOYEES, HAMMER, JACK, JOHN, write_default_world

PATH = "//return/acme/returns"
JOHNS, JACKS = "88b1779c-a8bf-4b94-b1be-b0edd149bba5", "7ba2f2b6-7dc8-45ff-9f20-4e6163c14c2e"
SUBMITTER = {"firstName": "Ann", "lastName": "Agent", "email": "ann.agent@example.com"}
JOHN_EMAIL = "john.doe@email.com"


def make_order(id_: str, customer: dict[str, str], **fields: Any) -> dict[str, Any]:
    tax = {"taxCode": "STANDARD", "taxRate": 19}
    price = {"finalPrice": {"netValue": 12.61, "grossValue": 15, "taxValue": 2.39, **tax}}
    entry = {"id": "0", "amount": 15, "unitPrice": 1, "product": {"id": HAMMER}, "calculatedPrice": price}
    return {"id": id_, "status": "CREATED", "customer": customer, "currency": "EUR", "entries": [entry], **fields}


@pytest.fixture
def shop(simulator: Callable[..., Client], tmp_path: Path) -> Client:
    """A client as admin, with an order of many pieces, one in another currency, and one of a visitor."""
    john = {"id": JOHN, "email": JOHN_EMAIL}
    orders = [
        make_order("many", john),
        make_order("dollars", john, currency="USD"),
        make_order("guest", {"email": "guest@example.com"}),
    ]
    return simulator(write_default_world(tmp_path, orders=[*DEFAULT["orders"], *orders]))


def items_of(order_id: str, quantity: int = 1, entry: str = "0") -> dict[str, Any]:
    return {"id": order_id, "items": [{"id": entry, "quantity": quantity}]}


def body_of(*orders: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"orders": list(orders), "reason": {"details": "Too small."}, **fields}


def find_details(reply: Any) -> str:
    assert reply.status_code == 400, reply.text
    return str(reply.get_json()["details"][0]["message"])


def test_r1_items_have_the_names_and_prices_of_their_orders(shop: Client) -> None:
    john = shop.with_token("customer-token")
    return_id = john.post(PATH, json=body_of(items_of("many", 3), items_of("EON1001"))).get_json()["id"]
    shown = john.get(f"{PATH}/{return_id}").get_json()
    item = shown["orders"][0]["items"][0]
    assert (item["name"], item["unitPrice"], item["total"]) == (
        "Hammer",
        {"value": 1, "currency": "EUR"},
        {"value": 3, "currency": "EUR"},
    )
    assert [item["calculatedUnitPrice"][name] for name in ("netValue", "grossValue", "taxValue")] == [0.84, 1, 0.16]
    assert item["calculatedPrice"]["finalPrice"]["netValue"] == 2.52
    assert shown["total"] == {"value": 15.95, "currency": "EUR"}
    assert shown["calculatedPrice"]["finalPrice"] == {
        "netValue": 13.4,
        "grossValue": 15.95,
        "taxValue": 2.55,
        "taxCode": "STANDARD",
        "taxRate": 19,
    }
    assert shop.delete("//order-v2/acme/salesorders/many").status_code == 204
    assert "total" not in john.get(f"{PATH}/{return_id}").get_json()["orders"][0]["items"][0]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (body_of(items_of("nothing")), "/orders/0/id"),
        (body_of(items_of("EON1002")), "/orders/0/id"),
        (body_of(items_of("guest")), "/orders/0/id"),
        (body_of(items_of("EON1001", entry="1")), "/orders/0/items/0/id"),
        (body_of(items_of("EON1001", 2)), "/orders/0/items/0/quantity"),
        (body_of({"id": "EON1001", "items": [{"id": "0", "quantity": 1}] * 2}), "/orders/0/items/1/quantity"),
        (body_of(items_of("EON1001"), items_of("dollars")), "/orders All orders"),
        (body_of(items_of("EON1001")) | {"reason": {}}, "/reason"),
    ],
)
def test_r1_what_was_not_ordered_cannot_come_back(shop: Client, body: dict[str, Any], place: str) -> None:
    assert find_details(shop.with_token("customer-token").post(PATH, json=body)).startswith(place)
    assert len(shop.get(PATH).get_json()) == 2


def test_r2_customers_see_their_own_returns_without_those_who_handle_them(shop: Client) -> None:
    john = shop.with_token("customer-token")
    assert [row["id"] for row in john.get(PATH).get_json()] == [JOHNS]
    assert john.get(f"{PATH}/{JACKS}").status_code == 404
    own, seen_by_all = john.get(f"{PATH}/{JOHNS}").get_json(), shop.get(f"{PATH}/{JOHNS}").get_json()
    assert not own.keys() & {"requestor", "submitter", "approver"}
    assert seen_by_all["requestor"] == {
        "customerId": JOHN,
        "firstName": "John",
        "lastName": "Doe",
        "email": JOHN_EMAIL,
    }
    assert seen_by_all["submitter"]["userType"] == "CUSTOMER"
    rows = shop.get(PATH, query_string={"q": "approvalStatus:APPROVED"}, headers={"X-Total-Count": "true"})
    assert ([row["id"] for row in rows.get_json()], rows.headers["X-Total-Count"]) == ([JACKS], "1")


def test_r2_an_employee_says_for_whom_a_return_is(shop: Client) -> None:
    body = body_of(items_of("EON1001"))
    people = {"requestor": {"customerId": JOHN}, "submitter": SUBMITTER}
    assert find_details(shop.post(PATH, json=body)).startswith("/requestor")
    assert find_details(shop.post(PATH, json=body | {"requestor": {"customerId": JOHN}})).startswith("/submitter")
    assert find_details(shop.post(PATH, json=body | people | {"requestor": {"customerId": "nobody"}})).startswith(
        "/requestor/customerId"
    )
    assert find_details(shop.post(PATH, json=body | people | {"requestor": {"email": JOHN_EMAIL}})).startswith(
        "/requestor"
    )
    return_id = shop.post(PATH, json=body | people).get_json()["id"]
    assert shop.get(f"{PATH}/{return_id}").get_json()["submitter"] == {"userType": "USER", **SUBMITTER}
    saas = {"saas-token": sign_saas_token(JOHN, EARLIEST_TIME, 10**10)}
    assert shop.post(PATH, json=body, headers=saas).status_code == 201
    assert shop.post(PATH, json=body, headers={"saas-token": "nonsense"}).status_code == 401
    guest = {"requestor": {"email": "guest@example.com", "anonymous": True}, "submitter": SUBMITTER}
    assert shop.post(PATH, json=body_of(items_of("guest"), **guest)).status_code == 201
    assert len(shop.with_token("customer-token").get(PATH).get_json()) == 3


def test_r2_a_service_that_names_no_customer_creates_nothing(shop: Client) -> None:
    token = shop.post("//__admin/tokens", json={"token": "own", "scopes": ["returns.returns_manage_own"]})
    assert token.status_code == 201
    service = shop.with_token("own")
    refused = service.post(PATH, json=body_of(items_of("EON1001")))
    assert (refused.status_code, refused.headers["X-Mock-Hint"][:8]) == (403, "send the")


def test_r3_a_return_is_pending_until_an_employee_approves_it(shop: Client) -> None:
    john = shop.with_token("customer-token")
    return_id = john.post(PATH, json=body_of(items_of("EON1001"), approvalStatus="APPROVED")).get_json()["id"]
    path = f"{PATH}/{return_id}"
    shown = john.get(path).get_json()
    assert (shown["approvalStatus"], shown["received"]) == ("PENDING", False)
    assert shown["expiryDate"][:10] == "2026-01-31"  # in the clock of the tests, it is New Year
    body = body_of(items_of("EON1001"), metadata={"version": 1}, received=True, approvalStatus="APPROVED")
    assert john.put(path, json=body).status_code == 204
    shown = john.get(path).get_json()
    assert (shown["approvalStatus"], shown["received"], shown["metadata"]["version"]) == ("PENDING", False, 2)
    body["metadata"] = {"version": 2}
    assert find_details(shop.put(path, json=body | {"approver": {"type": "GROUP", "id": "nobody"}})).startswith(
        "/approver/id"
    )
    assert shop.put(path, json=body | {"approver": {"type": "GROUP", "id": EMPLOYEES}}).status_code == 204
    seen = shop.get(path).get_json()
    assert (seen["approvalStatus"], seen["received"]) == ("APPROVED", True)
    assert seen["requestor"]["customerId"] == JOHN
    body["metadata"] = {"version": 3}
    assert find_details(john.put(path, json=body)).startswith("/approvalStatus A customer can change")


@pytest.mark.parametrize(("value", "day"), [("14", "2026-01-15"), (True, "2026-01-31"), ("soon", "2026-01-31")])
def test_r3_the_tenant_configures_how_long_a_return_is_valid(shop: Client, value: Any, day: str) -> None:
    path = "//configuration/acme/configurations"
    created = shop.post(path, json=[{"key": "return.defaultExpiryDate", "value": value}])
    assert created.status_code < 300, created.text
    john = shop.with_token("customer-token")
    return_id = john.post(PATH, json=body_of(items_of("EON1001"))).get_json()["id"]
    assert john.get(f"{PATH}/{return_id}").get_json()["expiryDate"][:10] == day


@pytest.mark.parametrize(
    ("operations", "status"),
    [
        ([{"op": "replace", "path": "/reason", "value": {"details": "Broken."}}], 204),
        ([{"op": "replace", "path": "/approvalStatus", "value": "CLOSED"}], 204),
        ([{"op": "replace", "path": "/approvalStatus", "value": "APPROVED"}], 403),
        ([{"op": "replace", "path": "/received", "value": True}], 403),
        ([{"op": "remove", "path": "/reason"}], 400),
        ([{"op": "replace", "path": "/id", "value": "another"}], 400),
        ([{"op": "replace", "path": "/orders/0/items/0/quantity", "value": 9}], 400),
    ],
)
def test_r3_a_customer_patches_own_fields(shop: Client, operations: list[dict[str, Any]], status: int) -> None:
    john, path = shop.with_token("customer-token"), f"{PATH}/{JOHNS}"
    assert john.send("PATCH", path, json=operations).status_code == status
    assert john.get(path).get_json()["metadata"]["version"] == (2 if status == 204 else 1)
    by_employee = 204 if status == 403 else status
    assert shop.send("PATCH", path, json=operations).status_code == by_employee


def test_r3_an_employee_patches_the_customer(shop: Client) -> None:
    path = f"{PATH}/{JOHNS}"
    change = [
        {"op": "replace", "path": "/requestor/customerId", "value": JACK},
        {"op": "replace", "path": "/orders/0/id", "value": "EON1002"},
    ]
    assert shop.send("PATCH", path, json=change[:1]).status_code == 400
    assert shop.send("PATCH", path, json=change).status_code == 204
    assert shop.with_token("customer2-token").get(path).status_code == 200


def test_r4_customers_close_returns_and_employees_delete_them(shop: Client) -> None:
    john, path = shop.with_token("customer-token"), f"{PATH}/{JOHNS}"
    assert john.delete(f"{PATH}/{JACKS}").status_code == 204
    assert shop.get(f"{PATH}/{JACKS}").status_code == 200
    assert john.delete(path).status_code == 204
    assert john.get(path).get_json()["approvalStatus"] == "CLOSED"
    refused = john.delete(path)
    assert (refused.status_code, refused.get_json()["message"][:27]) == (400, "Deleting this return is not")
    assert [shop.delete(path).status_code for _ in range(2)] == [204, 204]
    assert shop.get(path).status_code == 404


def test_r4_switched_a_missing_return_is_a_404(simulator: Callable[..., Client]) -> None:
    shop = simulator(delete_missing="404")
    for token in ("customer-token", "admin-token"):
        missing = shop.with_token(token).delete(f"{PATH}/nothing")
        assert (missing.status_code, missing.get_json()["returnId"]) == (404, "nothing")


def test_r5_an_old_version_is_a_conflict(shop: Client) -> None:
    path = f"{PATH}/{JOHNS}"
    stale = shop.put(path, json=body_of(items_of("EON1001"), metadata={"version": 7}))
    assert (stale.status_code, stale.get_json()["code"]) == (409, 409)
    patch = [{"op": "replace", "path": "/metadata/version", "value": 7}]
    assert shop.send("PATCH", path, json=patch).status_code == 409
    missing = shop.get(f"{PATH}/nothing").get_json()
    assert (missing["returnId"], missing["message"]) == ("nothing", "The return with id nothing has not been found.")
