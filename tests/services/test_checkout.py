"""Checkouts over HTTP: what can be ordered, what an order costs, and that each cart is ordered once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from mockserver.app import App
from mockserver.domain import stock
from mockserver.domain.saas_tokens import sign_saas_token
from mockserver.services.checkout import checkout
from mockserver.store.clock import EARLIEST_TIME
from tests.support.client import Admin, Client
from tests.support.live_server import TIMEOUT_SECONDS
from tests.support.samples import DEFAULT, HAMMER, JACK, JOHN, SCREWDRIVER, write_default_world
from tests.support.shop import Shopper, build_checkout, log_in, visit

THREADS = 6


@pytest.fixture
def visitor(client: Client) -> Shopper:
    return visit(client)


@pytest.fixture
def customer(client: Client) -> Shopper:
    """John, who has logged in."""
    return log_in(visit(client))


def fill(shopper: Shopper, product_id: str = HAMMER, quantity: float = 1, **fields: Any) -> str:
    """Create a cart with an item, and return its id."""
    cart_id = shopper.create(**fields)
    shopper.add(cart_id, product_id, quantity)
    return cart_id


def read_order(client: Client, order_id: str) -> Any:
    return client.get(f"//order-v2/{client.tenant}/salesorders/{order_id}").get_json()


def stock_of(client: Client, product_id: str = HAMMER) -> Any:
    """Return the stock level of a product, and whether it is available."""
    shown = client.get(f"//availability/{client.tenant}/availability/{product_id}/main").get_json()
    return shown["stockLevel"], shown["available"]


def everything(client: Client) -> Any:
    """Return what a checkout can change."""
    world = Admin(client).call("GET", "/world")
    return {name: world.get(name) for name in ("carts", "orders", "coupons", "couponRedemptions", "availabilities")}


def explain(reply: Any) -> tuple[int, str]:
    """Return the status of a refused checkout, and the field that it names."""
    details = reply.get_json().get("details") or [{}]
    return reply.status_code, details[0].get("field", "")


# The order (X1, X4).


def test_x1_a_checkout_makes_the_order_closes_the_cart_redeems_the_coupon_and_takes_the_stock(
    client: Client, customer: Shopper
) -> None:
    before, _ = stock_of(client)
    cart_id = fill(customer, HAMMER, 2)
    customer.call("POST", f"/{cart_id}/discounts", {"code": "FIVEOFF"})
    order_id = customer.order(cart_id, **build_checkout(cart_id, id=JOHN))
    order = read_order(client, order_id)
    cart = customer.read(cart_id)
    assert (cart["status"], cart["orderId"]) == ("CLOSED", order_id)
    assert (order["cartId"], order["customer"]["id"], order["checkout"]) == (cart_id, JOHN, True)
    assert stock_of(client) == (before - 2, True)
    redeemed = client.get(f"//coupon/{client.tenant}/coupons/FIVEOFF/redemptions").get_json()
    assert [(each["orderCode"], each["discount"]) for each in redeemed] == [
        (order_id, {"amount": 5, "currency": "EUR"})
    ]
    again = customer.create()
    customer.add(again, HAMMER, 2)
    customer.call("POST", f"/{again}/discounts", {"code": "FIVEOFF"}, 400)


def test_x4_an_order_costs_what_the_cart_costs_and_the_shipping(client: Client, visitor: Shopper) -> None:
    cart_id = fill(visitor, HAMMER, 3)
    visitor.call("POST", f"/{cart_id}/discounts", {"code": "WELCOME10"})
    cart = visitor.read(cart_id)
    shipping = {"methodId": "m", "zoneId": "DE", "methodName": "M", "amount": 4.99, "shippingTaxCode": "STANDARD"}
    order = read_order(client, visitor.order(cart_id, shipping=shipping))
    final, of_cart = order["calculatedPrice"]["finalPrice"], cart["calculatedPrice"]["finalPrice"]
    sent = order["calculatedPrice"]["totalShipping"]
    for name in ("netValue", "grossValue", "taxValue"):
        assert Decimal(str(final[name])) == Decimal(str(of_cart[name])) + Decimal(str(sent[name]))
    assert (sent["grossValue"], sent["taxValue"]) == (4.99, 0.8)
    assert order["totalPrice"] == of_cart["grossValue"]
    assert order["totalAuthorizedAmount"] == order["payments"][0]["authorizedAmount"] == final["grossValue"]
    assert [(entry["product"]["id"], entry["amount"]) for entry in order["entries"]] == [(HAMMER, 3)]
    assert [(each["code"], each["amount"]) for each in order["discounts"]] == [
        ("WELCOME10", cart["calculatedPrice"]["totalDiscount"]["value"])
    ]


@pytest.mark.parametrize(("provider", "status"), [("none", "CREATED"), ("custom", "IN_CHECKOUT")])
def test_x4_an_order_that_another_system_is_paid_for_waits_in_checkout(
    client: Client, visitor: Shopper, provider: str, status: str
) -> None:
    order_id = visitor.order(fill(visitor), paymentMethods=[{"provider": provider, "amount": 17.85}])
    assert read_order(client, order_id)["status"] == status


# What cannot be ordered (X2).

MANY_ADDRESSES = build_checkout("")["addresses"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"paymentMethods": []}, "paymentMethods"),
        ({"paymentMethods": [{"provider": "none"}, {"provider": "custom"}]}, "paymentMethods"),
        ({"addresses": [MANY_ADDRESSES[0], {**MANY_ADDRESSES[0], "street": "Elsewhere"}]}, "addresses"),
        ({"currency": "USD"}, "currency"),
        ({"customer": {"email": "a@example.com", "firstName": "A"}}, "customer.guest"),
        ({"customer": {"email": "a@example.com", "firstName": "A", "guest": True, "id": JOHN}}, "customer.guest"),
        ({"customer": {"email": "a@example.com", "guest": True}}, "customer.lastName"),
        ({"cartId": "nothing"}, "cartId"),
    ],
)
def test_x2_a_wrong_request_is_refused_and_changes_nothing(
    client: Client, visitor: Shopper, fields: dict[str, Any], field: str
) -> None:
    cart_id = fill(visitor)
    before = everything(client)
    assert explain(visitor.check_out(cart_id, fields)) == (400, field)
    assert everything(client) == before


def test_x2_a_customer_is_named_and_sends_the_saas_token(client: Client, customer: Shopper) -> None:
    cart_id = fill(customer)
    body = build_checkout(cart_id, id=JOHN)
    assert explain(customer.check_out(cart_id, build_checkout(cart_id, id=JACK))) == (400, "customer.id")
    assert explain(customer.check_out(cart_id, build_checkout(cart_id))) == (400, "customer.id")
    of_another, expired = sign_saas_token(JACK, EARLIEST_TIME, 10**10), sign_saas_token(JOHN, EARLIEST_TIME, 1)
    bad_tokens = [None, "", "nonsense", of_another, expired]
    for token in bad_tokens:
        other = Shopper(customer.client, token)
        assert explain(other.check_out(cart_id, body)) == (400, "saas-token"), token
    assert customer.check_out(cart_id, body).status_code == 200


def test_x2_nobody_orders_the_cart_of_somebody_else(client: Client, visitor: Shopper, customer: Shopper) -> None:
    cart_id = fill(visitor)
    assert visit(client).check_out(cart_id).status_code == 403
    assert customer.check_out(cart_id, build_checkout(cart_id, id=JOHN)).status_code == 403


def test_x2_an_empty_or_closed_cart_cannot_be_ordered(client: Client, visitor: Shopper) -> None:
    empty = visitor.create()
    assert explain(visitor.check_out(empty)) == (400, "cartId")
    customer = log_in(visitor)
    own = customer.create()
    customer.call("POST", f"/{own}/merge", {"carts": [empty]})
    assert explain(customer.check_out(empty, build_checkout(empty, id=JOHN))) == (400, "cartId")


def test_x2_a_price_that_has_changed_must_be_refreshed(client: Client, visitor: Shopper) -> None:
    cart_id = fill(visitor)
    price = {
        "id": f"{HAMMER}-EUR",
        "itemId": {"itemType": "PRODUCT", "id": HAMMER},
        "currency": "EUR",
        "location": {"countryCode": "DE"},
        "tierValues": [{"priceValue": 20}],
    }
    Admin(client).call("PUT", f"/state/prices/{HAMMER}-EUR", price)
    refused = visitor.check_out(cart_id)
    assert (refused.status_code, "refresh" in refused.text) == (400, True)
    visitor.call("PUT", f"/{cart_id}/refresh", None, 204)
    assert read_order(client, visitor.order(cart_id))["totalPrice"] == 20


def test_x2_a_coupon_that_does_not_apply_any_more_is_refused(client: Client, visitor: Shopper) -> None:
    cart_id = fill(visitor)
    visitor.call("POST", f"/{cart_id}/discounts", {"code": "WELCOME10"})
    Admin(client).call("DELETE", "/state/coupons/WELCOME10?force=true")
    refused = visitor.check_out(cart_id)
    assert (refused.status_code, "WELCOME10" in refused.text) == (400, True)


def test_x2_a_coupon_for_the_shipping_allows_no_shipping_costs(
    simulator: Callable[..., Client], tmp_path: Path
) -> None:
    coupon = {"code": "FREE", "name": "Free", "discountType": "FREE_SHIPPING", "allowAnonymous": True}
    visitor = visit(simulator(write_default_world(tmp_path, coupons=[*DEFAULT["coupons"], coupon])))
    cart_id = fill(visitor)
    visitor.call("POST", f"/{cart_id}/discounts", {"code": "FREE"})
    assert explain(visitor.check_out(cart_id)) == (400, "shipping.amount")
    free = {**build_checkout(cart_id)["shipping"], "amount": 0}
    visitor.order(cart_id, shipping=free)


# Once only (X3).


def test_x3_a_second_order_of_a_cart_is_a_conflict_that_names_the_first(visitor: Shopper) -> None:
    cart_id = fill(visitor)
    order_id = visitor.order(cart_id)
    refused = visitor.check_out(cart_id)
    body = refused.get_json()
    message = f"Order with cartId '{cart_id}' and checkout=true already exists (order id: {order_id})"
    assert (refused.status_code, body["type"], body["message"]) == (409, "Conflict", message)
    assert [(each["field"], each["message"]) for each in body["details"]] == [
        ("cartId", cart_id),
        ("existingOrderId", order_id),
    ]


@pytest.fixture
def eager_yields(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Switch threads as often as possible, and always between the checks of a checkout and what it writes."""
    real = stock.take_stock

    def take_later(*arguments: Any) -> Any:
        time.sleep(0)
        return real(*arguments)

    monkeypatch.setattr(f"{checkout.__name__}.take_stock", take_later)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def race(acts: list[Callable[[], int]]) -> list[int]:
    """Start all together, and return their results in order."""
    start = Barrier(len(acts))

    def run(act: Callable[[], int]) -> int:
        start.wait(TIMEOUT_SECONDS)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.mark.usefixtures("eager_yields")
def test_x3_of_many_checkouts_of_a_cart_one_makes_the_order(client: Client, visitor: Shopper) -> None:
    cart_id = fill(visitor, HAMMER, 2)
    (before, _), orders = stock_of(client), len(everything(client)["orders"])
    statuses = race([lambda: visitor.check_out(cart_id).status_code] * THREADS)
    assert statuses == [200] + [409] * (THREADS - 1)
    assert len(everything(client)["orders"]) == orders + 1
    assert stock_of(client)[0] == before - 2


def test_without_the_lock_of_the_tenant_two_checkouts_would_make_an_order(
    client: Client, shared: App, visitor: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart_id, both, real = fill(visitor), Barrier(2), stock.take_stock

    def meet(*arguments: Any) -> Any:
        both.wait(TIMEOUT_SECONDS)
        return real(*arguments)

    monkeypatch.setattr(shared.world.tenant(client.tenant), "_write_lock", nullcontext())
    monkeypatch.setattr(f"{checkout.__name__}.take_stock", meet)
    assert race([lambda: visitor.check_out(cart_id).status_code] * 2) == [200, 200]


@pytest.mark.usefixtures("eager_yields")
def test_x1_the_last_piece_is_sold_once(simulator: Callable[..., Client], tmp_path: Path) -> None:
    row = {"id": f"main:{HAMMER}", "productId": HAMMER, "site": "main", "available": True, "stockLevel": 1}
    others = [each for each in DEFAULT["availabilities"] if each["id"] != row["id"]]
    client = simulator(write_default_world(tmp_path, availabilities=[row, *others]))
    shoppers = [visit(client) for _ in range(THREADS)]
    carts = [fill(shopper) for shopper in shoppers]

    def buy(number: int) -> Callable[[], int]:
        return lambda: shoppers[number].check_out(carts[number]).status_code

    assert race([buy(number) for number in range(THREADS)]) == [200] + [400] * (THREADS - 1)
    assert stock_of(client) == (0, False)
    statuses = sorted(shopper.read(cart)["status"] for shopper, cart in zip(shoppers, carts, strict=True))
    assert statuses == ["CLOSED"] + ["OPEN"] * (THREADS - 1)


def test_x1_two_items_of_a_product_take_the_same_stock(simulator: Callable[..., Client], tmp_path: Path) -> None:
    row = {"id": f"main:{HAMMER}", "productId": HAMMER, "site": "main", "available": True, "stockLevel": 3}
    others = [each for each in DEFAULT["availabilities"] if each["id"] != row["id"]]
    client = simulator(write_default_world(tmp_path, availabilities=[row, *others]))
    visitor = visit(client)
    cart_id = fill(visitor, HAMMER, 2)
    separate = visitor.add(cart_id, HAMMER, 2, keepAsSeparateLineItem=True)
    before = everything(client)
    assert explain(visitor.check_out(cart_id)) == (400, "cartId")
    assert everything(client) == before
    visitor.call("DELETE", f"/{cart_id}/items/{separate}", None, 204)
    visitor.order(cart_id)
    assert stock_of(client) == (1, True)


@pytest.mark.parametrize("row", [None, {"available": True}], ids=["unknown", "without a level"])
def test_x1_a_product_without_a_stock_level_can_be_sold(
    simulator: Callable[..., Client], tmp_path: Path, row: dict[str, Any] | None
) -> None:
    others = [each for each in DEFAULT["availabilities"] if each["id"] != f"main:{HAMMER}"]
    rows = [] if row is None else [{"id": f"main:{HAMMER}", "productId": HAMMER, "site": "main", **row}]
    visitor = visit(simulator(write_default_world(tmp_path, availabilities=[*rows, *others])))
    visitor.order(fill(visitor, HAMMER, 1000))


# Faults in the middle.


@pytest.mark.parametrize("is_committed", [False, True])
def test_x1_a_fault_leaves_all_of_a_checkout_or_nothing(
    client: Client, visitor: Shopper, *, is_committed: bool
) -> None:
    cart_id = fill(visitor)
    before = everything(client)
    fault = {
        "operation": "POST-checkout-trigger-checkout",
        "commit": is_committed,
        "times": 1,
        "response": {"status": 500},
    }
    Admin(client).call("POST", "/faults", fault, 201)
    assert visitor.check_out(cart_id).status_code == 500
    assert (everything(client) == before) is not is_committed
    again = visitor.check_out(cart_id)
    assert again.status_code == (409 if is_committed else 200)
    assert visitor.read(cart_id)["status"] == "CLOSED"
    assert len(everything(client)["orders"]) == len(before["orders"]) + 1


def test_a_screwdriver_is_sold_from_its_own_stock(client: Client, visitor: Shopper) -> None:
    before = stock_of(client, HAMMER)
    visitor.order(fill(visitor, SCREWDRIVER))
    assert stock_of(client, HAMMER) == before
