"""Quotes over HTTP: from the cart to the order, what customers and employees change, and the history."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Admin, Client
from tests.support.samples import HAMMER, JACK, JOHN
from tests.support.shop import item_of

JOHNS, JACKS = "5b3188dc-9a5c-4163-8756-4f228c295a59", "e241dc9e-a3f6-4573-bb01-a8ae21d2d4ae"
ADDRESS = "b05c20e034"
DECLINE_REASON, CHANGE_REASON = "642c1ff3c78f9b2958d17c18", "642c1ff3c78f9b2958d17c22"
TAX = {"taxClass": "STANDARD", "taxRate": 19}
ITEM = {
    "quantity": {"quantity": 2, "unitCode": "piece"},
    "price": {"priceId": f"{HAMMER}-EUR", "unitPrice": 10, "totalNetValue": 20, "tax": TAX},
    "product": {"productId": HAMMER},
}
NEW = {
    "customerId": JOHN,
    "siteCode": "main",
    "currency": "EUR",
    "billingAddressId": ADDRESS,
    "shippingAddressId": ADDRESS,
    "items": [ITEM],
}


@pytest.fixture
def quotes(client: Client) -> str:
    """The path of the quotes in the tenant of the test."""
    return f"//quote/{client.tenant}/quotes"


@pytest.fixture
def john(client: Client) -> Client:
    return client.with_token("customer-token")


def change(path: str, value: Any = None, op: str = "REPLACE") -> dict[str, Any]:
    return {"op": op, "path": path} | ({} if value is None else {"value": value})


def set_status(caller: Client, path: str, status: str, **fields: str) -> int:
    body = [change("/status", {"value": status, **fields}, "replace")]
    return caller.send("PATCH", path, json=body).status_code


def fill_cart(john: Client) -> str:
    carts = f"//cart/{john.tenant}/carts"
    cart_id = john.post(carts, json={"siteCode": "main", "currency": "EUR"}).get_json()["cartId"]
    assert john.post(f"{carts}/{cart_id}/items", json=item_of(HAMMER, 3)).status_code == 201
    return str(cart_id)


def test_i1_customers_see_their_own_quotes(client: Client, john: Client, quotes: str) -> None:
    assert [row["id"] for row in john.get(f"{quotes}?sort=metadata.createdAt:desc").get_json()] == [JOHNS]
    assert [row["id"] for row in client.get(f"{quotes}?q=siteCode:main").get_json()] == [JOHNS, JACKS]
    missing = john.get(f"{quotes}/{JACKS}")
    assert (missing.status_code, missing.get_json()["resourceId"]) == (404, JACKS)


def test_i2_a_quote_has_names_addresses_and_sums(john: Client, quotes: str) -> None:
    shown = john.get(f"{quotes}/{JOHNS}").get_json()
    assert shown["customer"] == {
        "customerId": JOHN,
        "firstName": "John",
        "lastName": "Doe",
        "contactEmail": "john.doe@email.com",
    }
    assert (shown["status"], shown["businessModel"]) == ({"value": "OPEN"}, "B2B")
    assert shown["billingAddress"]["addressLine1"] == "Platz der Republik"
    price = {"currency": "EUR", "netValue": 99, "grossValue": 117.81, "taxValue": 18.81}
    assert shown["subtotalPrice"] == shown["totalPrice"] == price
    assert shown["taxAggregate"]["lines"] == [{"name": "STANDARD", "amount": 18.81, "rate": 19, "taxable": 117.81}]
    assert shown["shipping"]["grossValue"] == 4.9
    assert "history" not in shown


def test_i3_a_customer_asks_for_a_quote_of_a_cart(client: Client, john: Client, quotes: str) -> None:
    cart_id = fill_cart(john)
    body = {
        "cartId": cart_id,
        "shipping": {"value": 4.9, "methodId": "standard", "zoneId": "DE", "shippingTaxCode": "STANDARD"},
        "shippingAddressId": ADDRESS,
        "billingAddressId": ADDRESS,
        "customerReference": "PO-1",
    }
    created = john.post(quotes, json=body)
    assert created.status_code == 201, created.text
    shown = john.get(f"{quotes}/{created.get_json()['id']}").get_json()
    assert (shown["status"]["value"], shown["cartId"], shown["customerReference"]) == ("AWAITING", cart_id, "PO-1")
    item = shown["items"][0]
    assert (item["quantity"]["quantity"], item["product"]["name"]) == (3, {"en": "Hammer"})
    assert item["price"]["tax"]["prices"]["grossValue"] == 38.85
    assert shown["shipping"]["grossValue"] == 5.83
    assert shown["validTo"] > shown["metadata"]["createdAt"]
    cart = john.get(f"//cart/{john.tenant}/carts/{cart_id}").get_json()
    assert (cart["status"], cart["quoteId"]) == ("CLOSED", shown["id"])
    closed = john.post(quotes, json=body)
    assert (closed.status_code, closed.get_json()["details"]) == (400, ["/cartId The cart is CLOSED."])
    another = client.with_token("customer2-token").post(quotes, json={"cartId": fill_cart(john)})
    assert another.status_code == 400


def test_i3_an_employee_makes_a_quote(client: Client, john: Client, quotes: str) -> None:
    body = NEW | {"id": "mine", "companyName": "ABC", "comment": "ignored"}
    assert client.post(quotes, json=body).get_json() == {"id": "mine"}
    assert client.post(quotes, json=body).status_code == 409
    shown = client.get(f"{quotes}/mine").get_json()
    assert (shown["status"]["value"], shown["company"], shown["businessModel"]) == ("OPEN", {"name": "ABC"}, "B2C")
    assert shown["items"][0]["price"]["newUnitPrice"] == 10
    assert john.post(quotes, json=NEW).status_code == 403


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"customerId": "nobody"}, "/customerId"),
        ({"siteCode": "nowhere"}, "/siteCode"),
        ({"billingAddressId": "nowhere"}, "/billingAddressId"),
        ({"items": [ITEM | {"product": {"productId": "nothing"}}]}, "/items/product/productId"),
        (
            {"items": [ITEM | {"price": {"priceId": "no", "unitPrice": 1, "totalNetValue": 1, "tax": TAX}}]},
            "/items/price",
        ),
        ({"items": [ITEM | {"quantity": {"quantity": 0, "unitCode": "piece"}}]}, "/items/quantity"),
    ],
)
def test_i3_what_does_not_exist_is_not_offered(client: Client, quotes: str, more: dict[str, Any], place: str) -> None:
    refused = client.post(quotes, json=NEW | more)
    assert refused.status_code == 400
    assert refused.get_json()["details"][0].startswith(place)


def test_i3_external_prices_need_their_scope(client: Client, quotes: str) -> None:
    item = ITEM | {"price": {"type": "EXTERNAL", "priceId": "", "unitPrice": 5, "totalNetValue": 10, "tax": TAX}}
    item["product"] = {"type": "EXTERNAL", "productId": "", "name": {"en": "Service"}}
    assert client.post(quotes, json=NEW | {"items": [item]}).status_code == 201
    Admin(client).call("POST", "/tokens", {"token": "quoter", "scopes": ["quote.quote_manage"]}, 201)
    refused = client.with_token("quoter").post(quotes, json=NEW | {"items": [item]})
    assert (refused.status_code, "external" in refused.headers["X-Mock-Hint"]) == (403, True)


@pytest.mark.parametrize(
    ("start", "status", "by_customer", "by_employee"),
    [
        ("OPEN", "ACCEPTED", 204, 400),
        ("OPEN", "DECLINED", 204, 400),
        ("OPEN", "IN_PROGRESS", 204, 204),
        ("OPEN", "DECLINED_BY_MERCHANT", 400, 400),
        ("AWAITING", "OPEN", 400, 204),
        ("AWAITING", "DECLINED_BY_MERCHANT", 400, 204),
        ("AWAITING", "ACCEPTED", 400, 400),
        ("IN_PROGRESS", "OPEN", 400, 204),
        ("ACCEPTED", "OPEN", 400, 400),
        ("OPEN", "SOLD", 400, 400),
    ],
)
def test_i4_customers_and_employees_set_the_statuses_that_can_follow(
    client: Client, quotes: str, start: str, status: str, by_customer: int, by_employee: int
) -> None:
    for token, expected in (("customer-token", by_customer), ("admin-token", by_employee)):
        Admin(client).call("PATCH", f"/state/quotes/{JOHNS}", {"status": {"value": start}})
        assert set_status(client.with_token(token), f"{quotes}/{JOHNS}", status) == expected


def test_i4_a_reason_has_the_type_of_the_status(client: Client, john: Client, quotes: str) -> None:
    path = f"{quotes}/{JOHNS}"
    assert set_status(john, path, "DECLINED", quoteReasonId=CHANGE_REASON) == 400
    assert set_status(john, path, "IN_PROGRESS", quoteReasonId="nothing") == 400
    assert set_status(john, path, "ACCEPTED", quoteReasonId=DECLINE_REASON) == 400
    assert set_status(john, path, "IN_PROGRESS", quoteReasonId=CHANGE_REASON, comment="Too expensive.") == 204
    shown = john.get(path).get_json()["status"]
    assert (shown["value"], shown["comment"], shown["quoteReason"]["code"]) == (
        "IN_PROGRESS",
        "Too expensive.",
        "WRONG_MATERIAL",
    )


def test_i4_an_accepted_quote_becomes_an_order(client: Client, john: Client, quotes: str) -> None:
    assert set_status(john, f"{quotes}/{JOHNS}", "ACCEPTED") == 204
    order_id = john.get(f"{quotes}/{JOHNS}").get_json()["orderId"]
    order = john.get(f"//order-v2/{client.tenant}/orders/{order_id}").get_json()
    price = order["calculatedPrice"]["finalPrice"]["grossValue"]
    assert (order["status"], price, order["entries"][0]["amount"]) == ("CREATED", 117.81, 10)
    assert order["billingAddress"]["city"] == "Berlin"


def test_i4_an_open_quote_expires(client: Client, john: Client, quotes: str) -> None:
    path, past = f"{quotes}/{JOHNS}", "2020-01-01T00:00:00.000Z"
    assert client.send("PATCH", path, json=[change("/validTo", past)]).status_code == 204
    assert john.get(path).get_json()["status"]["value"] == "EXPIRED"
    assert set_status(john, path, "ACCEPTED") == 400
    again = [change("/validTo", "2099-01-01T00:00:00.000Z"), change("/status", {"value": "OPEN"})]
    assert client.send("PATCH", path, json=again[:1]).status_code == 204
    assert john.get(path).get_json()["status"]["value"] == "OPEN"


def test_i5_customers_change_reference_and_comment_only(client: Client, john: Client, quotes: str) -> None:
    path = f"{quotes}/{JOHNS}"
    own = [change("/customerReference", {"value": "PO-1"}), change("/customerComment", "Soon, please.")]
    assert john.send("PATCH", path, json=own).status_code == 204
    shown = john.get(path).get_json()
    assert (shown["customerReference"], shown["customerComment"]) == ("PO-1", "Soon, please.")
    assert john.send("PATCH", path, json=[*own, change("/companyName", "ABC")]).status_code == 403
    assert client.send("PATCH", path, json=[change("/companyName", "ABC")]).status_code == 204


def test_i5_an_employee_changes_items(client: Client, quotes: str) -> None:
    path = f"{quotes}/{JOHNS}"

    def read_items() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get(path).get_json()["items"]
        return items

    price = [change("/items/0/price", {"totalNetValue": 80})]
    assert client.send("PATCH", path, json=price).status_code == 204
    shown = read_items()[0]["price"]
    assert (shown["unitPrice"], shown["newUnitPrice"], shown["totalNetValue"]) == (9.9, 8, 80)
    assert shown["tax"]["prices"] == {"grossValue": 95.2, "netValue": 80}
    quantity = [change("/items/0", {"quantity": {"quantity": 5, "unitCode": "piece"}})]
    assert client.send("PATCH", path, json=quantity).status_code == 204
    assert read_items()[0]["price"]["totalNetValue"] == 40
    added = [change("/items", ITEM | {"itemId": "new"}, "ADD"), change("/items/new/mixins/gift", {"wrap": True}, "ADD")]
    assert client.send("PATCH", path, json=added).status_code == 204
    assert [(item["id"], item.get("mixins")) for item in read_items()] == [
        ("0", None),
        ("new", {"gift": {"wrap": True}}),
    ]
    removed = [change("/items", [{"itemId": "new"}], "REMOVE")]
    assert client.send("PATCH", path, json=removed).status_code == 204
    assert client.send("PATCH", path, json=[change("/items", [ITEM])]).status_code == 204
    assert len(read_items()) == 1
    assert client.send("PATCH", path, json=[change("/items/0", op="REMOVE")]).status_code == 400


@pytest.mark.parametrize(
    "operation",
    [
        change("/nothing", "x"),
        change("/status"),
        change("/status", "OPEN"),
        change("/status", op="REMOVE"),
        change("/validTo", "tomorrow"),
        change("/customerId", "nobody"),
        change("/items", "x"),
        change("/items", {**ITEM, "itemId": "0"}, "ADD"),
        change("/items", [{"itemId": "nothing"}], "REMOVE"),
        change("/items/nothing", op="REMOVE"),
        change("/items/0/price", {"totalNetValue": "many"}),
        change("/items/0/price", 5),
        change("/items/0", ITEM, "ADD"),
        change("/items/0/name", "x"),
        change("/items/0", {"quantity": {"quantity": 0}}),
        change("/items/0", {"quantity": 5}),
        change("/mixins/one/two", op="REMOVE"),
        change("/shipping", {"value": "much"}),
        change("/billingAddressId", "nowhere"),
    ],
    ids=lambda operation: f"{operation['op']} {operation['path']} {operation.get('value')}",
)
def test_i5_a_wrong_change_is_refused_and_changes_nothing(
    client: Client, quotes: str, operation: dict[str, Any]
) -> None:
    path = f"{quotes}/{JOHNS}"
    before = client.get(path).get_json()
    assert client.send("PATCH", path, json=[change("/comment", "x"), operation]).status_code == 400
    assert client.get(path).get_json() == before


def test_i6_the_history_says_who_changed_what(client: Client, john: Client, quotes: str) -> None:
    path = f"{quotes}/{JOHNS}"
    assert john.send("PATCH", path, json=[change("/customerReference", "PO-1", "replace")]).status_code == 204
    assert client.send("PATCH", path, json=[change("/customerReference", "PO-2", "ADD")]).status_code == 204
    first, second = client.get(f"{path}/history").get_json()
    assert (first["op"], first["newValue"], first["userType"], first["userFirstName"]) == (
        "REPLACE",
        "PO-1",
        "CUSTOMER",
        "John",
    )
    assert (second["op"], second["previousValue"], second["userType"]) == ("ADD", "PO-1", "EMPLOYEE")
    assert client.get(f"{quotes}/nothing/history").get_json() == []
    assert client.get(f"{quotes}/{JACKS}/history").get_json() == []
    new_id = client.post(quotes, json=NEW | {"customerId": JOHN}).get_json()["id"]
    assert [entry["op"] for entry in client.get(f"{quotes}/{new_id}/history").get_json()] == ["CREATE"]
    assert client.delete(f"{quotes}/{new_id}").status_code == 204
    assert client.get(f"{quotes}/{new_id}").status_code == 404


def test_i7_employees_manage_reasons_and_customers_read_them(client: Client, john: Client) -> None:
    path, headers = f"//quote/{client.tenant}/quote-reasons", {"Content-Language": "en"}
    assert len(john.get(f"{path}?fields=code,message,type&pageSize=60").get_json()) == 8
    body = {"code": "WRONG_SIZE", "type": "CHANGE", "message": {"en": "The size is wrong."}}
    created = client.post(path, json=body, headers=headers)
    assert created.status_code == 201
    one = f"{path}/{created.get_json()['id']}"
    assert john.get(one, headers={"Accept-Language": "en"}).get_json()["message"] == "The size is wrong."
    assert client.put(one, json=body | {"metadata": {"version": 7}}, headers=headers).status_code == 409
    assert client.put(one, json=body | {"metadata": {"version": 1}}, headers=headers).status_code == 204
    assert client.delete(one).status_code == 204
    assert john.get(one).status_code == 404
    assert john.post(path, json=body, headers=headers).status_code == 403


def test_i1_a_quote_of_another_customer_is_not_changed(client: Client, john: Client, quotes: str) -> None:
    assert set_status(john, f"{quotes}/{JACKS}", "ACCEPTED") == 404
    assert client.send("PATCH", f"{quotes}/{JOHNS}", json=[change("/customerId", JACK)]).status_code == 204
    assert john.get(quotes).get_json() == []
