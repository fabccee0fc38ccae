"""Carts over HTTP: whose they are, what is in them, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.samples import (
    ANOTHER_COMPANY,
    COMPANY,
    DEFAULT,
    HAMMER,
    JACK,
    JOHN,
    SCREWDRIVER,
    write_default_world,
)
from tests.support.shop import Shopper, item_of, log_in, visit

JACKS_EMAIL = "jack.smith@email.com"


@pytest.fixture
def visitor(client: Client) -> Shopper:
    return visit(client)


@pytest.fixture
def employee(client: Client) -> Shopper:
    return Shopper(client)


@pytest.fixture
def customer(client: Client) -> Shopper:
    """John, with the token that the world gives him."""
    return Shopper(client.with_token("customer-token"))


def messages(reply: Any) -> str:
    text: str = reply.get_json()["message"]
    return text


# Whose cart it is (Q1 to Q5).


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({}, 409),
        ({"currency": "USD"}, 409),
        ({"type": "wishlist"}, 201),
        ({"siteCode": "export"}, 201),
        ({"legalEntityId": COMPANY}, 201),
    ],
)
def test_q1_there_is_one_open_cart_for_each_site_type_entity_and_owner(
    customer: Shopper, other: dict[str, str], status: int
) -> None:
    customer.create()
    reply = customer.send("POST", json={"siteCode": "main", "currency": "EUR", **other})
    assert reply.status_code == status, reply.text


def test_q1_a_change_cannot_make_a_second_open_cart(customer: Shopper) -> None:
    customer.create()
    wishlist = customer.create(type="wishlist")
    before = customer.read(wishlist)
    assert customer.send("PUT", f"/{wishlist}", json={"type": None}).status_code == 400
    export = customer.create(site="export", currency="USD")
    assert customer.send("POST", f"/{export}/changeSite", json={"siteCode": "main"}).status_code == 400
    assert customer.read(wishlist) == before


def test_q1_a_cart_opens_the_context_of_its_session(visitor: Shopper) -> None:
    path = f"//session-context/{visitor.client.tenant}/me/context"
    assert visitor.client.get(path).status_code == 404
    cart_id = visitor.create(site="export", currency="USD")
    context = visitor.client.get(path).get_json()
    assert (context["cartId"], context["siteCode"], context["currency"]) == (cart_id, "export", "USD")


def test_q2_a_cart_is_for_its_owner_and_for_those_who_manage_carts(client: Client, visitor: Shopper) -> None:
    cart_id = visitor.create()
    stranger, customer = visit(client), Shopper(client.with_token("customer-token"))
    for other in (stranger, customer):
        for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/items"), ("PUT", "/refresh")):
            body: dict[str, Any] = {"json": {}} if method == "PUT" and not path else {}
            assert other.send(method, f"/{cart_id}{path}", **body).status_code == 403
    assert visitor.read(cart_id) == Shopper(client).read(cart_id)
    assert log_in(visitor).read(cart_id)["id"] == cart_id  # the session goes on
    assert stranger.call("GET", "/nowhere", status=404)["message"] == "Cart with code nowhere not found."


def test_q2_services_need_the_scope_for_carts(client: Client) -> None:
    service = Shopper(client.with_token("read-token"))
    for method, path in (("POST", ""), ("GET", "?siteCode=main"), ("POST", "/search"), ("GET", "/any")):
        body = {"json": {"siteCode": "main", "currency": "EUR"}} if method == "POST" else {}
        reply = service.send(method, path, **body)
        assert (reply.status_code, "cart.cart_manage" in reply.headers["X-Mock-Hint"]) == (403, True)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"customerId": JOHN}, 201),
        ({"customerId": JACK}, 403),
        ({"legalEntityId": COMPANY}, 201),
        ({"legalEntityId": ANOTHER_COMPANY}, 400),
    ],
)
def test_q2_a_customer_creates_carts_for_nobody_else(customer: Shopper, fields: dict[str, str], status: int) -> None:
    reply = customer.send("POST", json={"siteCode": "main", "currency": "EUR", **fields})
    assert reply.status_code == status, reply.text


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"customerId": JACK}, {}, 201),
        ({"customerId": JACK, "legalEntityId": COMPANY}, {}, 400),
        ({"customerId": "nobody"}, {}, 400),
        ({}, {"session-id": "s1"}, 201),
        ({}, {}, 400),
    ],
)
def test_q2_who_manages_carts_names_the_owner(
    employee: Shopper, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    reply = employee.send("POST", json={"siteCode": "main", "currency": "EUR", **fields}, headers=headers)
    assert reply.status_code == status, reply.text


def test_q3_a_cart_is_found_by_site_type_and_entity(customer: Shopper) -> None:
    plain, wishlist, company = (
        customer.create(),
        customer.create(type="wishlist"),
        customer.create(legalEntityId=COMPANY),
    )
    assert customer.call("GET", siteCode="main")["id"] == plain
    assert customer.call("GET", siteCode="main", type="wishlist")["id"] == wishlist
    assert customer.call("GET", siteCode="main", legalEntityId=COMPANY)["id"] == company
    for query in ({"type": "other"}, {"siteCode": "export"}, {"siteCode": "nowhere"}):
        customer.call("GET", status=404, **{"siteCode": "main", **query})


def test_q3_a_missing_cart_is_created_on_request(visitor: Shopper) -> None:
    visitor.call("GET", siteCode="export", status=404)
    created = visitor.call("GET", siteCode="export", create="true", type="shopping")
    assert (created["currency"], created["type"], created["items"]) == ("USD", "shopping", [])
    assert visitor.call("GET", siteCode="export", create="true", type="shopping")["id"] == created["id"]


def test_q3_a_customer_finds_the_cart_that_the_session_had_before_the_login(client: Client) -> None:
    visitor = visit(client, "one-session")
    cart_id = visitor.create()
    customer = log_in(visitor)
    assert customer.call("GET", siteCode="main", sessionId="one-session")["id"] == cart_id
    assert customer.call("GET", siteCode="main", customerId=JOHN, create="true")["id"] != cart_id
    customer.call("GET", siteCode="main", sessionId="another", status=403)
    customer.call("GET", siteCode="main", customerId=JACK, status=403)


def test_q3_without_a_site_a_cart_is_for_the_default_one(visitor: Shopper) -> None:
    cart = visitor.read(visitor.call("POST", "", {"currency": "EUR"})["cartId"])
    assert (cart["siteCode"], cart["status"]) == ("main", "OPEN")


def test_q4_a_closed_cart_cannot_change(visitor: Shopper) -> None:
    cart_id = visitor.create()
    visitor.call("PUT", f"/{cart_id}", {"status": "CLOSED"})
    closed = visitor.read(cart_id)
    for method, path, body in (
        ("PUT", "", {"status": "OPEN"}),
        ("POST", "/items", item_of(HAMMER)),
        ("POST", "/discounts", {"code": "WELCOME10"}),
        ("DELETE", "/items", None),
        ("PUT", "/refresh", None),
    ):
        assert "CLOSED" in visitor.call(method, f"/{cart_id}{path}", body, status=400)["message"]
    assert visitor.read(cart_id) == closed
    visitor.create()  # another one can be opened


def test_q5_the_country_of_a_cart_is_in_capital_letters(visitor: Shopper) -> None:
    cart_id = visitor.create()
    visitor.call("PUT", f"/{cart_id}", {"zipCode": "10001", "countryCode": "us"})
    assert visitor.read(cart_id)["countryCode"] == "US"


def test_q5_the_country_of_the_cart_decides_the_tax(visitor: Shopper) -> None:
    cart_id = visitor.create()
    visitor.add(cart_id, SCREWDRIVER, 100)
    german = visitor.read(cart_id)["calculatedPrice"]["price"]
    assert visitor.read(cart_id, zipCode="10001", countryCode="US")["calculatedPrice"]["price"]["taxRate"] == 8
    visitor.call("GET", f"/{cart_id}", zipCode="10001", status=400)
    visitor.call("GET", f"/{cart_id}", zipCode="10001", countryCode="00", status=400)
    address = {"contactName": "N", "street": "S", "zipCode": "1", "city": "C", "country": "US", "type": "SHIPPING"}
    visitor.call("PUT", f"/{cart_id}", {"addresses": [address, {**address, "country": "FR"}]})
    shown = visitor.read(cart_id)
    assert [(each["country"], each["origin"]) for each in shown["addresses"]] == [("US", "REQUEST")]
    assert (german["taxRate"], shown["calculatedPrice"]["price"]["taxRate"]) == (19, 8)


# Items (Q6, Q9 to Q11).


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"itemYrn": None}, "itemYrn"),
        ({"itemYrn": HAMMER}, "itemYrn must end in a semicolon and the id of a product"),
        ({"itemYrn": "urn:product;nothing"}, "itemYrn must end in a semicolon and the id of a product"),
        (
            {"price": {"originalAmount": 1, "effectiveAmount": 1, "currency": "EUR"}},
            "Internal type must have priceId set.",
        ),
        ({"quantity": 0}, "Quantity must be greater than zero"),
        ({"quantity": 1e12}, "Quantity must be greater than zero, and at most"),
        ({"price": item_of(SCREWDRIVER)["price"]}, "does not apply"),
        ({"price": item_of(HAMMER, currency="USD")["price"]}, "does not apply"),
        ({"price": {**item_of(HAMMER)["price"], "priceId": "none"}}, "does not apply"),
    ],
)
def test_q6_an_item_needs_a_product_and_a_price_that_applies(
    visitor: Shopper, changes: dict[str, Any], reason: str
) -> None:
    cart_id = visitor.create()
    body = {name: value for name, value in {**item_of(HAMMER), **changes}.items() if value is not None}
    assert reason in visitor.call("POST", f"/{cart_id}/items", body, status=400)["message"]
    assert visitor.read(cart_id)["metadata"]["version"] == 1


def test_q6_the_same_product_grows_unless_it_is_kept_separately(visitor: Shopper) -> None:
    cart_id = visitor.create()
    ids = [visitor.add(cart_id, HAMMER, 0.1), visitor.add(cart_id, HAMMER, 0.2), visitor.add(cart_id, SCREWDRIVER)]
    ids.append(visitor.add(cart_id, HAMMER, keepAsSeparateLineItem=True))
    ids.append(visitor.add(cart_id, HAMMER))
    assert ids == ["0", "0", "1", "2", "0"]
    assert [item["quantity"] for item in visitor.read(cart_id)["items"]] == [1.3, 1, 1]


def test_q9_items_are_read_changed_and_removed_by_their_number(visitor: Shopper) -> None:
    cart_id = visitor.create()
    visitor.add(cart_id, HAMMER, mixins={"a": {"b": 1}})
    missing = visitor.call("DELETE", f"/{cart_id}/items/9", status=404)
    assert missing["message"] == f"Cart item not found in cart {cart_id} with code 9"
    visitor.call("GET", f"/{cart_id}/items/9", status=404)
    visitor.call("PUT", f"/{cart_id}/items/9", item_of(HAMMER), status=404)
    visitor.call("PUT", f"/{cart_id}/items/0", {"quantity": 5}, partial="true")
    assert visitor.call("GET", f"/{cart_id}/items/0")["quantity"] == 5
    assert visitor.call("GET", f"/{cart_id}/items/0")["mixins"] == {"a": {"b": 1}}
    visitor.call("PUT", f"/{cart_id}/items/0", item_of(SCREWDRIVER, 2))
    (item,) = visitor.call("GET", f"/{cart_id}/items")
    assert (item["product"]["id"], item["quantity"], "mixins" in item) == (SCREWDRIVER, 2, False)
    visitor.call("DELETE", f"/{cart_id}/items/0")
    assert visitor.call("GET", f"/{cart_id}/items") == []


def test_q10_elements_of_a_batch_succeed_and_fail_alone(visitor: Shopper) -> None:
    cart_id = visitor.create()
    bodies = [item_of(HAMMER), item_of(HAMMER, 0), item_of("nothing"), item_of(SCREWDRIVER)]
    added = visitor.call("POST", f"/{cart_id}/itemsBatch", bodies)
    assert [(each["index"], each["status"]) for each in added] == [(0, 201), (1, 400), (2, 400), (3, 201)]
    assert added[3]["headers"]["location"] == f"/carts/{cart_id}/items/1"
    changes = [{**item_of(HAMMER, 7), "id": "0"}, {**item_of(HAMMER), "id": "9"}, {"id": "1", "quantity": 1}]
    changed = visitor.call("PUT", f"/{cart_id}/itemsBatch", changes, status=207)
    assert [(each["index"], each["id"], each["code"]) for each in changed] == [
        (0, "0", 204),
        (1, "9", 404),
        (2, "1", 400),
    ]
    assert [each["status"] for each in changed] == ["No Content", "Not Found", "Bad Request"]
    assert [item["quantity"] for item in visitor.read(cart_id)["items"]] == [7, 1]
    assert visitor.read(cart_id)["metadata"]["version"] == 3  # each batch is one change


@pytest.mark.parametrize("size", [201])
def test_q10_a_batch_has_a_limit(visitor: Shopper, size: int) -> None:
    cart_id = visitor.create()
    visitor.call("POST", f"/{cart_id}/itemsBatch", [item_of(HAMMER)] * size, status=400)
    visitor.call("PUT", f"/{cart_id}/itemsBatch", [{**item_of(HAMMER), "id": "0"}] * 51, status=400)


@pytest.mark.parametrize(
    "fields",
    [
        {"itemType": "EXTERNAL"},
        {"externalFees": [{"feeType": "PERCENT", "feePercentage": 1}]},
        {"externalDiscounts": [{"id": "d", "discountType": "PERCENT", "value": 1}]},
    ],
)
def test_q11_prices_from_elsewhere_are_refused_as_not_simulated(employee: Shopper, fields: dict[str, Any]) -> None:
    cart_id = employee.call("POST", "", {"currency": "EUR", "customerId": JOHN, "siteCode": "main"})["cartId"]
    reply = employee.call("POST", f"/{cart_id}/items", {**item_of(HAMMER), **fields}, status=400)
    assert "not simulated" in reply["message"]


# Totals (Q7, Q8): tests/services/test_cart_totals.py has the sums.


def test_q7_a_cart_shows_what_it_costs(visitor: Shopper) -> None:
    cart_id = visitor.create()
    visitor.add(cart_id, SCREWDRIVER, 3)  # 6.49 each, with 19 % of tax in it
    visitor.add(cart_id, HAMMER, 2)  # 12.95 each
    cart = visitor.read(cart_id)
    assert cart["totalPrice"] == {"amount": 45.37, "currency": "EUR"}
    assert cart["subTotalPrice"] == {"amount": 45.37, "currency": "EUR"}
    assert cart["totalTax"] == {"amount": 0, "currency": "EUR"}
    # 19.47 and 25.90 are 16.36 and 21.76 without tax.
    assert cart["subtotalAggregate"] == {"currency": "EUR", "netValue": 38.12, "grossValue": 45.37, "taxValue": 7.25}
    assert cart["taxAggregate"]["lines"] == [{"name": "STANDARD", "amount": 7.25, "rate": 19, "taxable": 45.37}]
    assert cart["totalUnitsCount"] == 5
    item = cart["items"][0]
    assert item["itemPrice"] == {"amount": 19.47, "currency": "EUR"}
    assert item["itemTaxInfo"] == [{"name": "STANDARD", "rate": 19, "grossValue": 19.47, "netValue": 16.36}]
    assert item["calculatedPrice"]["finalPrice"]["taxValue"] == 3.11
    assert "calculatedPrice" not in visitor.read(cart_id, expandCalculation="false")


def test_q7_a_price_stays_until_the_cart_is_refreshed(visitor: Shopper, client: Client) -> None:
    cart_id = visitor.create()
    visitor.add(cart_id, HAMMER, 2)
    price = {"id": f"{HAMMER}-EUR", "itemId": HAMMER, "currency": "EUR", "tierValues": [10]}
    path = f"//__admin/state/prices/{HAMMER}-EUR?tenant={client.tenant}"
    assert client.with_token(None).put(path, json=price).status_code < 300
    assert visitor.read(cart_id)["totalPrice"]["amount"] == 25.9
    (detail,) = visitor.call("GET", f"/{cart_id}/validate")["itemsValidationDetails"]
    assert (detail["id"], detail["errors"][0]["errorCode"]) == ("0", "CART-ITEM-UNIT-PRICE-100001")
    visitor.call("PUT", f"/{cart_id}/refresh")
    assert visitor.read(cart_id)["totalPrice"]["amount"] == 20
    assert visitor.call("GET", f"/{cart_id}/validate") == {"isValid": True}


# Discounts (Q12).


def test_q12_coupons_are_applied_once_and_removed_by_index_or_code(visitor: Shopper) -> None:
    cart_id = visitor.create()
    visitor.add(cart_id, HAMMER, 2)
    applied = visitor.call("POST", f"/{cart_id}/discounts", {"code": "welcome10"})
    assert (applied["discountId"], applied["discountIndex"]) == ("0", 0)
    twice = visitor.call("POST", f"/{cart_id}/discounts", {"code": "WELCOME10"}, status=409)
    assert twice["message"] == "Discount code WELCOME10 already exists in cart."
    cart = visitor.read(cart_id)
    assert (cart["totalPrice"]["amount"], cart["totalDiscount"]["amount"]) == (23.31, 2.59)
    assert cart["items"][0]["couponDiscounts"] == [{"couponId": "WELCOME10", "value": 2.59}]
    visitor.call("DELETE", f"/{cart_id}/discounts/1", status=404)
    visitor.call("DELETE", f"/{cart_id}/discounts", codes="OTHER")
    assert len(visitor.read(cart_id)["discounts"]) == 1
    visitor.call("DELETE", f"/{cart_id}/discounts/0")
    assert visitor.read(cart_id)["discounts"] == []
    for path, query in (("/WELCOME10", {}), ("", {"codes": "a,welcome10"}), ("", {})):
        visitor.call("POST", f"/{cart_id}/discounts", {"code": "WELCOME10"})
        visitor.call("DELETE", f"/{cart_id}/discounts{path}", None, 204, **query)
        assert visitor.read(cart_id)["discounts"] == []


def test_q12_a_coupon_that_no_longer_applies_stays_and_says_why(client: Client) -> None:
    customer = Shopper(client.with_token("customer-token"))
    cart_id = customer.create()
    customer.add(cart_id, HAMMER, 2)
    customer.call("POST", f"/{cart_id}/discounts", {"code": "FIVEOFF"})
    assert customer.read(cart_id)["totalPrice"]["amount"] == 20.9
    customer.call("PUT", f"/{cart_id}/items/0", {"quantity": 1}, partial="true")
    cart = customer.read(cart_id)
    assert cart["totalPrice"]["amount"] == 12.95
    (discount,) = Shopper(client).call("GET", f"/{cart_id}/discounts")
    assert (discount["valid"], discount["discountIndex"]) == (False, 0)
    assert "orders from 20 EUR" in discount["discountValidationDetails"]["message"]


# Changes of the whole cart (Q13), merging (Q14), validation (Q15), errors (Q16).


def test_q13_a_site_or_currency_brings_its_own_prices(visitor: Shopper) -> None:
    cart_id = visitor.create()
    visitor.add(cart_id, HAMMER, 2)
    visitor.call("POST", f"/{cart_id}/changeCurrency", {"currency": "USD"})
    assert visitor.read(cart_id)["totalPrice"] == {"amount": 28.5, "currency": "USD"}
    assert "no price" in visitor.call("POST", f"/{cart_id}/changeCurrency", {"currency": "CHF"}, status=400)["message"]
    assert visitor.read(cart_id)["currency"] == "USD"
    visitor.call("POST", f"/{cart_id}/changeCurrency", {"currency": "EUR"})
    visitor.call("POST", f"/{cart_id}/changeSite", {"siteCode": "export"})
    cart = visitor.read(cart_id)
    assert (cart["siteCode"], cart["currency"], cart["items"][0]["price"]["priceId"]) == (
        "export",
        "USD",
        f"{HAMMER}-USD",
    )


@pytest.mark.parametrize("body", [{"currency": ""}, {"currency": "zz"}, {"currency": "eur"}])
def test_q13_a_currency_has_a_code(visitor: Shopper, body: dict[str, str]) -> None:
    cart_id = visitor.create()
    assert "such as EUR" in visitor.call("POST", f"/{cart_id}/changeCurrency", body, status=400)["message"]
    assert visitor.read(cart_id)["currency"] == "EUR"


def test_q13_a_put_replaces_what_the_body_has(customer: Shopper) -> None:
    cart_id = customer.create(channel={"name": "storefront"})
    customer.add(cart_id)
    customer.call("PUT", f"/{cart_id}", {"type": "wishlist", "legalEntityId": COMPANY})
    cart = customer.read(cart_id)
    assert (cart["type"], cart["legalEntityId"], cart["channel"]) == ("wishlist", COMPANY, {"name": "storefront"})
    assert (len(cart["items"]), cart["metadata"]["version"]) == (1, 3)
    assert customer.call("PUT", f"/{cart_id}", {"metadata": {"version": 2}}, status=409)["code"] == 409


def test_q14_merging_moves_everything_and_closes_the_visitors_cart(client: Client) -> None:
    visitor = visit(client)
    guest = visitor.create()
    visitor.add(guest, HAMMER, 2)
    visitor.add(guest, SCREWDRIVER, 1)
    visitor.call("POST", f"/{guest}/discounts", {"code": "WELCOME10"})
    customer = log_in(visitor, JACKS_EMAIL)
    own = customer.call("GET", siteCode="main", create="true")["id"]
    customer.add(own, HAMMER, 1)
    customer.call("POST", f"/{own}/merge", {"carts": [guest]})
    merged = customer.read(own)
    assert [(item["product"]["id"], item["quantity"]) for item in merged["items"]] == [(HAMMER, 3), (SCREWDRIVER, 1)]
    assert [discount["code"] for discount in merged["discounts"]] == ["WELCOME10"]
    assert visitor.read(guest)["status"] == "CLOSED"
    assert "CLOSED" in customer.call("POST", f"/{own}/merge", {"carts": [guest]}, status=400)["message"]
    assert customer.read(own) == merged


def test_q14_only_visitors_carts_are_merged_into_those_of_customers(client: Client, customer: Shopper) -> None:
    visitor = visit(client)
    guest, own, other = visitor.create(), customer.create(), customer.create(type="wishlist")
    assert "itself" in customer.call("POST", f"/{own}/merge", {"carts": [own]}, status=400)["message"]
    customer.call("POST", f"/{own}/merge", {"carts": [guest, other]}, status=400)
    customer.call("POST", f"/{own}/merge", {"carts": [guest, "nowhere"]}, status=404)
    visitor.call("POST", f"/{guest}/merge", {"carts": [own]}, status=400)
    assert visitor.read(guest)["status"] == "OPEN"  # nothing has happened


def test_q14_an_item_without_a_price_in_the_customers_currency_is_matched_later(client: Client) -> None:
    visitor = visit(client)
    guest = visitor.create(site="export", currency="USD")
    visitor.add(guest, HAMMER, 2, currency="USD")
    customer = log_in(visitor)
    own = customer.call("GET", siteCode="main", create="true")["id"]
    customer.call("POST", f"/{own}/merge", {"carts": [guest]})
    assert customer.read(own)["totalPrice"] == {"amount": 25.9, "currency": "EUR"}


def test_q15_two_prices_for_one_product_are_a_mistake(simulator: Callable[..., Client], tmp_path: Path) -> None:
    cheap = {"id": "cheap", "itemId": HAMMER, "currency": "EUR", "tierValues": [1]}
    world = write_default_world(tmp_path, prices=[*DEFAULT["prices"], cheap])
    visitor = visit(simulator(world))
    cart_id = visitor.create()
    visitor.add(cart_id, HAMMER)
    other = item_of(HAMMER)
    visitor.call("POST", f"/{cart_id}/items", {**other, "price": {**other["price"], "priceId": "cheap"}})
    (detail,) = visitor.call("GET", f"/{cart_id}/validate")["itemsValidationDetails"]
    assert (detail["id"], detail["errors"][0]["errorCode"]) == ("1", "CART-ITEM-UNIT-PRICE-100002")


def test_q16_errors_have_code_status_and_message_only(visitor: Shopper) -> None:
    cart_id = visitor.create()
    refused = visitor.call("POST", f"/{cart_id}/items", {**item_of(HAMMER), "quantity": "many"}, status=400)
    assert refused.keys() == {"code", "status", "message"}
    assert "quantity" in refused["message"]
    assert visitor.call("GET", "/nowhere", status=404).keys() == {"code", "status", "message"}


def test_carts_of_a_world_need_little(simulator: Callable[..., Client], tmp_path: Path) -> None:
    carts = [{"id": "a", "customerId": JOHN, "items": [{"productId": HAMMER}]}, {"id": "b", "sessionId": "s"}]
    client = simulator(write_default_world(tmp_path, carts=carts, approvals=[]))
    cart = Shopper(client.with_token("customer-token")).call("GET", siteCode="main")
    assert (cart["id"], cart["currency"], cart["totalPrice"]["amount"]) == ("a", "EUR", 12.95)
    assert cart["totalDiscount"] == {"amount": 0, "currency": "EUR"}
    assert visit(client, "s").call("GET", siteCode="main")["id"] == "b"


@pytest.mark.parametrize(
    ("carts", "reason"),
    [
        ([{"id": "a"}], "a cart needs a customerId, or the sessionId of a visitor"),
        ([{"id": "a", "customerId": JOHN}, {"id": "b", "customerId": JOHN}], "cart 'a' is open too"),
        ([{"id": "a", "customerId": JOHN, "items": [{"productId": "none"}]}], "none"),
        ([{"id": "a", "customerId": JOHN, "discounts": [{"code": "NONE"}]}], "NONE"),
    ],
)
def test_a_world_with_impossible_carts_is_refused(client: Client, carts: list[Any], reason: str) -> None:
    world = {"sites": [{"code": "main"}], "customers": [{"id": JOHN}], "products": [], "coupons": [], "carts": carts}
    reply = client.with_token(None).put(f"//__admin/world?tenant={client.tenant}", json=world)
    assert reply.status_code in {400, 422}
    assert reason in reply.text


# The login (Q17).


@pytest.mark.parametrize(("switch", "status"), [("none", 201), ("create", 409)])
def test_q17_a_login_creates_a_cart_if_the_switch_says_so(
    simulator: Callable[..., Client], switch: str, status: int
) -> None:
    visitor = visit(simulator(login_cart=switch))
    guest_cart = visitor.create()
    customer = log_in(visitor)
    customer.call("POST", "", {"siteCode": "main", "currency": "EUR"}, status)
    own_cart = customer.call("GET", "", None, 200, siteCode="main")
    assert (own_cart["customerId"], own_cart["status"], own_cart["items"]) == (JOHN, "OPEN", [])
    customer.call("POST", f"/{own_cart['id']}/merge", {"carts": [guest_cart]}, 200)
    again = log_in(visit(customer.client))
    assert again.call("GET", "", None, 200, siteCode="main")["id"] == own_cart["id"]
