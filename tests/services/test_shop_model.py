"""A shop under random histories: totals add up, a cart becomes one order, and no more is sold than there is.

For a longer run: `.venv/bin/python -m pytest tests/services/test_shop_model.py --hypothesis-profile thorough`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mockserver.app import build
from mockserver.settings import Settings
from tests.support.client import TENANT_NUMBERS, Admin, Client
from tests.support.clock import ManualClock
from tests.support.samples import HAMMER, JOHN, SCREWDRIVER
from tests.support.shop import Shopper, build_checkout, item_of, log_in, visit

APP = build(Settings(), ManualClock()).flask
STOCK = 6  # of each product, so that histories sell out
PRODUCTS = st.sampled_from([HAMMER, SCREWDRIVER])
SHOPPERS = st.integers(0, 2)  # two visitors, and John
CODES = st.sampled_from(["WELCOME10", "FIVEOFF", "GOLD20", "NOTHING"])
TAXED = ("netValue", "grossValue", "taxValue")


def decimal(number: float) -> Decimal:
    return Decimal(str(number))


def list_amounts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects with a net and a gross value."""
    if isinstance(node, dict) and "netValue" in node:
        yield node
    parts: Iterable[Any] = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for part in parts:
        yield from list_amounts(part)


class Shop(RuleBasedStateMachine):
    """One tenant with three shoppers; `sold` is what the orders of the model took from the stock."""

    def __init__(self) -> None:
        super().__init__()
        self.client = Client(APP, f"shop{next(TENANT_NUMBERS)}")
        self.shoppers = [visit(self.client), visit(self.client), log_in(visit(self.client))]
        self.carts: list[str | None] = [None] * len(self.shoppers)
        self.ordered: dict[str, str] = {}  # the order of each cart
        self.sold: Counter[str] = Counter()
        self.redeemed: Counter[str] = Counter()
        for product_id in (HAMMER, SCREWDRIVER):
            row = {"productId": product_id, "site": "main", "stockLevel": STOCK}
            self.admin.call("PUT", f"/state/availabilities/main:{product_id}", row)
        self.first_orders = len(self.list_orders())

    @property
    def admin(self) -> Admin:
        return Admin(self.client)

    def list_orders(self) -> list[Any]:
        reply = self.client.get(f"//order-v2/{self.client.tenant}/salesorders", query_string={"pageSize": 1000})
        orders: list[Any] = reply.get_json()
        return orders

    def find_cart(self, number: int) -> tuple[Shopper, str]:
        """Return a shopper with an open cart."""
        shopper, cart_id = self.shoppers[number], self.carts[number]
        if cart_id is None:
            cart_id = self.carts[number] = shopper.create()
        return shopper, cart_id

    @rule(number=SHOPPERS, product_id=PRODUCTS, quantity=st.integers(1, 3), is_separate=st.booleans())
    def add(self, number: int, product_id: str, quantity: int, *, is_separate: bool) -> None:
        shopper, cart_id = self.find_cart(number)
        item = item_of(product_id, quantity, keepAsSeparateLineItem=is_separate)
        shopper.call("POST", f"/{cart_id}/items", item, 201)

    @rule(number=SHOPPERS, quantity=st.integers(0, 3))
    def change_first_item(self, number: int, quantity: int) -> None:
        shopper, cart_id = self.find_cart(number)
        items = shopper.read(cart_id)["items"]
        if items and quantity:
            path = f"/{cart_id}/items/{items[0]['id']}"
            shopper.call("PUT", path, {"quantity": quantity}, 204, partial="true")
        elif items:
            shopper.call("DELETE", f"/{cart_id}/items/{items[0]['id']}", None, 204)

    @rule(number=SHOPPERS, code=CODES)
    def apply_coupon(self, number: int, code: str) -> None:
        shopper, cart_id = self.find_cart(number)
        reply = shopper.send("POST", f"/{cart_id}/discounts", json={"code": code})
        assert reply.status_code in (201, 400, 409)
        assert reply.status_code != 201 or code != "NOTHING"

    @rule(number=SHOPPERS)
    def check_out(self, number: int) -> None:
        shopper, cart_id = self.find_cart(number)
        cart = shopper.read(cart_id)
        wanted: Counter[str] = Counter()
        for item in cart["items"]:
            wanted[item["product"]["id"]] += item["quantity"]
        is_enough = all(self.sold[product_id] + wanted[product_id] <= STOCK for product_id in wanted)
        are_coupons_valid = all(discount["valid"] for discount in cart["discounts"])
        body = build_checkout(cart_id, **({"id": JOHN} if shopper.saas_token else {}))
        reply = shopper.check_out(cart_id, body)
        expected = 200 if wanted and is_enough and are_coupons_valid else 400
        assert reply.status_code == expected, reply.text
        if expected == 200:
            self.ordered[cart_id] = reply.get_json()["orderId"]
            self.sold += wanted
            self.redeemed.update(discount["code"] for discount in cart["discounts"])
            self.carts[number] = None
            again = shopper.check_out(cart_id, body)
            assert (again.status_code, self.ordered[cart_id] in again.text) == (409, True)

    @rule(number=SHOPPERS, product_id=PRODUCTS, code=CODES)
    def buy(self, number: int, product_id: str, code: str) -> None:
        """Buy one piece with a coupon, which random steps seldom do."""
        self.add(number=number, product_id=product_id, quantity=1, is_separate=False)
        self.apply_coupon(number=number, code=code)
        self.check_out(number=number)

    @invariant()
    def everything_adds_up(self) -> None:
        for shopper, cart_id in zip(self.shoppers, self.carts, strict=True):
            if cart_id is not None:
                cart = shopper.read(cart_id)
                self.check_sums(cart["calculatedPrice"], [item["calculatedPrice"] for item in cart["items"]])

    def check_sums(self, whole: Any, lines: list[Any]) -> None:
        for amount in list_amounts([whole, lines]):
            net, gross, tax = (decimal(amount[name]) for name in TAXED)
            assert net + tax == gross
        for price in ("price", "finalPrice"):
            shipping = whole.get("totalShipping", dict.fromkeys(TAXED, 0)) if price == "finalPrice" else {}
            for name in TAXED:
                sent = decimal(shipping.get(name, 0))
                assert sum((decimal(line[price][name]) for line in lines), sent) == decimal(whole[price][name])

    @invariant()
    def no_more_is_sold_than_there_is(self) -> None:
        for product_id in (HAMMER, SCREWDRIVER):
            path = f"//availability/{self.client.tenant}/availability/{product_id}/main"
            stock = self.client.get(path).get_json()
            rest = STOCK - self.sold[product_id]
            assert (stock["stockLevel"], stock["available"]) == (rest, rest > 0)

    @invariant()
    def each_order_is_of_a_cart_of_its_own(self) -> None:
        orders = self.list_orders()[self.first_orders :]
        assert {order["cartId"]: order["id"] for order in orders} == self.ordered
        assert len(orders) == len(self.ordered)
        for order in orders:
            self.check_sums(order["calculatedPrice"], [entry["calculatedPrice"] for entry in order["entries"]])

    @invariant()
    def coupons_are_redeemed_once_for_each_order(self) -> None:
        for code in ("WELCOME10", "FIVEOFF", "GOLD20"):
            path = f"//coupon/{self.client.tenant}/coupons/{code}/redemptions"
            redemptions = self.client.get(path, query_string={"pageSize": 1000}).get_json()
            assert len(redemptions) == self.redeemed[code]


TestShop = Shop.TestCase
TestShop.settings = settings(max_examples=25, stateful_step_count=25)
