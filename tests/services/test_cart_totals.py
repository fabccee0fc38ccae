"""What carts cost: sums that add up whatever is in them, and coupons for those who may use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.calculated_prices import show_cart_price, show_line_price
from mockserver.domain.cart_lines import CartLine
from mockserver.domain.cart_totals import CartTotals, calculate_totals, split_discount
from mockserver.domain.money import currency_digits, round_amount, split_tax, to_decimal
from mockserver.domain.tax_rates import TaxRate
from tests.support.client import Client
from tests.support.samples import DEFAULT, GOLDEN, HAMMER, JOHN, MANAGER, SCREWDRIVER, write_default_world
from tests.support.shop import Shopper, log_in, visit

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
TAXES = st.sampled_from(
    [None, TaxRate("STANDARD", Decimal(19)), TaxRate("REDUCED", Decimal(7)), TaxRate("ODD", Decimal("8.25"))]
)
PERCENTAGES = st.decimals(0, 100, places=2).map(float)


@st.composite
def lines(draw: st.DrawFn, currency: str) -> list[CartLine]:
    """Draw the lines of a cart."""
    digits = currency_digits(currency)
    drawn = []
    for number in range(draw(st.integers(0, 5))):
        tax, gross = draw(TAXES), draw(st.booleans())
        amount = round_amount(draw(st.decimals(0, 10_000, places=digits)), digits)
        total = split_tax(amount, tax.rate if tax else Decimal(0), digits, includes_tax=gross)
        drawn.append(
            CartLine(
                item={"id": str(number)},
                product_id=str(number),
                quantity=Decimal(1),
                price={},
                tax=tax,
                includes_tax=gross,
                unit=total,
                total=total,
            )
        )
    return drawn


@st.composite
def carts(draw: st.DrawFn) -> CartTotals:
    """Draw the totals of a cart, with coupons that apply to some of its lines."""
    currency = draw(CURRENCIES)
    drawn_lines = draw(lines(currency))
    coupons = []
    for number in range(draw(st.integers(0, 3))):
        coupon: dict[str, Any] = {
            "code": str(number),
            "discountType": draw(st.sampled_from(["PERCENT", "ABSOLUTE", "FREE_SHIPPING"])),
        }
        coupon["discountPercentage"] = draw(PERCENTAGES)
        coupon["discountAbsolute"] = {"amount": draw(st.decimals(0, 5000, places=2).map(float)), "currency": currency}
        coupons.append((coupon, [draw(st.booleans()) for _ in drawn_lines]))
    return calculate_totals(currency, drawn_lines, coupons)


def list_amounts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects with a net and a gross value."""
    if isinstance(node, dict):
        if "netValue" in node:
            yield node
        for part in node.values():
            yield from list_amounts(part)
    elif isinstance(node, list):
        for part in node:
            yield from list_amounts(part)


@given(carts())
def test_q7_everything_adds_up(totals: CartTotals) -> None:
    shown_lines = [show_line_price(each) for each in totals.lines]
    cart = show_cart_price(totals)
    digits = currency_digits(totals.currency)
    for amount in list_amounts([shown_lines, cart]):
        net, gross, tax = (to_decimal(amount[name]) for name in ("netValue", "grossValue", "taxValue"))
        assert net + tax == gross
        assert 0 <= net <= gross
        assert gross == round_amount(gross, digits)
    for name in ("netValue", "grossValue", "taxValue"):
        for price in ("price", "finalPrice"):
            assert sum(to_decimal(line[price][name]) for line in shown_lines) == to_decimal(cart[price][name])
        for shown in (*shown_lines, cart):
            discount = to_decimal(shown.get("totalDiscount", {"price": {name: 0}})["price"][name])
            assert to_decimal(shown["price"][name]) - discount == to_decimal(shown["finalPrice"][name])
            applied = shown.get("discountedPrice", {"appliedDiscounts": []})["appliedDiscounts"]
            assert sum(to_decimal(each["price"][name]) for each in applied) == discount
        taxed = sum(to_decimal(line["finalPrice"][name]) for line in shown_lines if "taxCode" in line["finalPrice"])
        assert sum(to_decimal(each[name]) for each in cart["finalPrice"]["taxAggregate"]["lines"]) == taxed


@given(carts())
def test_q8_an_absolute_discount_is_taken_off_as_a_whole(totals: CartTotals) -> None:
    for coupon in totals.coupons:
        shares = [
            totals_of_line.line.basis_of(deduction.amount)
            for totals_of_line in totals.lines
            for deduction in totals_of_line.deductions
            if deduction.coupon is coupon
        ]
        assert all(share > 0 for share in shares)
        if coupon["discountType"] == "FREE_SHIPPING":
            assert not shares
        if coupon["discountType"] == "ABSOLUTE":
            assert sum(shares) <= round_amount(
                to_decimal(coupon["discountAbsolute"]["amount"]), currency_digits(totals.currency)
            )


@given(st.lists(st.decimals(0, 1000, places=2), max_size=8), st.decimals(0, 3000, places=2))
def test_q8_shares_of_a_discount_add_up_and_exceed_no_line(weights: list[Decimal], amount: Decimal) -> None:
    coupon = {"discountType": "ABSOLUTE", "discountAbsolute": {"amount": float(amount), "currency": "EUR"}}
    shares = split_discount(coupon, weights, 2)
    assert sum(shares) == min(amount, sum(weights))
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@pytest.mark.parametrize(
    ("weights", "percent", "shares"),
    [
        (["10.00", "10.00", "10.00"], 10, ["1.00", "1.00", "1.00"]),
        (["0.01", "0.01", "0.01"], 50, ["0.01", "0.00", "0.01"]),
        (["33.33", "66.67"], 100, ["33.33", "66.67"]),
        (["0.00", "5.00"], 10, ["0.00", "0.50"]),
        ([], 10, []),
    ],
)
def test_q8_a_percentage_is_rounded_once_and_then_split(weights: list[str], percent: int, shares: list[str]) -> None:
    coupon = {"discountType": "PERCENT", "discountPercentage": percent}
    assert [str(share) for share in split_discount(coupon, [Decimal(each) for each in weights], 2)] == shares


# Coupons (U1 to U5).


def coupon_world(tmp_path: Path, **coupon: Any) -> str:
    row = {"code": "TEST", "discountPercentage": 50, "allowAnonymous": True, **coupon}
    return write_default_world(tmp_path, coupons=[*DEFAULT["coupons"], row])


def try_coupon(shopper: Shopper, product_id: str = HAMMER, quantity: float = 1) -> tuple[int, str]:
    """Apply the coupon to a new cart, and return the status and the message of the reply."""
    cart_id = shopper.create(type="coupons")
    shopper.add(cart_id, product_id, quantity)
    reply = shopper.send("POST", f"/{cart_id}/discounts", json={"code": "test"})
    return reply.status_code, reply.get_json().get("message", "")


@pytest.mark.parametrize(
    ("coupon", "status"),
    [
        ({}, 201),
        ({"restrictions": {"validFrom": "2020-01-01T00:00:00.000Z", "validUntil": "2100-01-01T00:00:00.000Z"}}, 201),
        ({"restrictions": {"validFrom": "2100-01-01T00:00:00.000Z"}}, 400),
        ({"restrictions": {"validUntil": "2020-01-01T00:00:00.000Z"}}, 400),
        ({"maxRedemptions": 3, "redemptionCount": 2}, 201),
        ({"maxRedemptions": 3, "redemptionCount": 3}, 400),
        ({"allowAnonymous": False}, 400),
        ({"restrictions": {"validFor": [JOHN]}}, 400),
        ({"segmentRestricted": True, "restrictions": {"segments": [GOLDEN]}}, 400),
        ({"restrictions": {"minOrderValue": {"amount": 12.95, "currency": "EUR"}}}, 201),
        ({"restrictions": {"minOrderValue": {"amount": 12.96, "currency": "EUR"}}}, 400),
        ({"restrictions": {"minOrderValue": {"amount": 1, "currency": "USD"}}}, 400),
        ({"discountType": "ABSOLUTE", "discountAbsolute": {"amount": 1, "currency": "EUR"}}, 201),
        ({"discountType": "ABSOLUTE", "discountAbsolute": {"amount": 1, "currency": "USD"}}, 400),
        ({"discountType": "FREE_SHIPPING"}, 201),
    ],
)
def test_u2_a_visitor_can_use_a_coupon_if_nothing_is_against_it(
    simulator: Callable[..., Client], tmp_path: Path, coupon: dict[str, Any], status: int
) -> None:
    assert try_coupon(visit(simulator(coupon_world(tmp_path, **coupon))))[0] == status


@pytest.mark.parametrize(
    ("coupon", "allowed"),
    [
        ({"restrictions": {"validFor": [JOHN]}}, {JOHN}),
        ({"segmentRestricted": True, "restrictions": {"segments": [GOLDEN]}}, {JOHN}),
        ({"segmentRestricted": False, "restrictions": {"segments": [GOLDEN]}}, {JOHN, MANAGER}),
        ({"maxRedemptionsPerCustomer": 1}, {MANAGER}),
        ({"maxRedemptionsPerCustomer": 2}, {JOHN, MANAGER}),
    ],
)
def test_u3_coupons_are_for_some_customers(
    simulator: Callable[..., Client], tmp_path: Path, coupon: dict[str, Any], allowed: set[str]
) -> None:
    row = {"code": "TEST", "discountPercentage": 50, **coupon}
    used = {"id": "r1", "couponCode": "TEST", "customerNumber": JOHN}
    world = write_default_world(tmp_path, coupons=[*DEFAULT["coupons"], row], couponRedemptions=[used])
    client = simulator(world)
    shoppers = {
        JOHN: Shopper(client.with_token("customer-token")),
        MANAGER: Shopper(client.with_token(f"customer:{MANAGER}")),
    }
    assert {id_ for id_, shopper in shoppers.items() if try_coupon(shopper)[0] == 201} == allowed


@pytest.mark.parametrize(
    ("restrictions", "products"),
    [
        ({"includedCategories": ["12468505"]}, {HAMMER}),
        ({"includedCategories": ["12468504"]}, {HAMMER, SCREWDRIVER}),  # it contains the category of hammers
        ({"excludedCategories": ["12468505"]}, {SCREWDRIVER}),
        ({"includedCategories": ["12468506"]}, set()),
    ],
)
def test_u4_a_coupon_for_categories_leaves_other_products_alone(
    simulator: Callable[..., Client], tmp_path: Path, restrictions: dict[str, Any], products: set[str]
) -> None:
    visitor = visit(simulator(coupon_world(tmp_path, categoryRestricted=True, restrictions=restrictions)))
    cart_id = visitor.create()
    for product_id in (HAMMER, SCREWDRIVER):
        visitor.add(cart_id, product_id)
    visitor.call("POST", f"/{cart_id}/discounts", {"code": "TEST"})
    items = visitor.read(cart_id)["items"]
    assert {item["product"]["id"] for item in items if "couponDiscounts" in item} == products


def test_u1_codes_are_in_upper_case_and_unknown_ones_are_named(client: Client) -> None:
    path = f"//coupon/{client.tenant}/coupons"
    coupon = client.get(f"{path}/welcome10").get_json()
    assert (coupon["code"], coupon["status"], coupon["maxRedemptions"]) == ("WELCOME10", "VALID", -1)
    missing = client.get(f"{path}/nothing").get_json()
    assert (missing["type"], missing["message"]) == ("not_found", "Coupon with code nothing not found.")
    listed = client.get(f"{path}?sort=code:DESC&totalCount=true")
    codes = [coupon["code"] for coupon in listed.get_json()]
    assert all(first > second for first, second in pairwise(codes))
    assert listed.headers["Items-Count"] == str(len(codes))


def test_u5_a_coupon_is_validated_for_the_caller_or_for_a_named_customer(client: Client) -> None:
    path = f"//coupon/{client.tenant}/coupons/GOLD20/validation"
    order = {"orderTotal": {"amount": 10, "currency": "EUR"}, "discount": {"amount": 2, "currency": "EUR"}}
    john, other = client.with_token("customer-token"), client.with_token(f"customer:{MANAGER}")
    assert john.post(path, json=order).status_code == 200
    refused = other.post(path, json=order)
    assert (refused.status_code, "other segments" in refused.get_json()["message"]) == (400, True)
    assert other.post(path, json={**order, "customerNumber": JOHN}).status_code == 403
    assert client.post(path, json={**order, "customerNumber": JOHN}).status_code == 200
    assert client.post(path, json={**order, "customerNumber": MANAGER}).status_code == 400


def test_u3_a_coupon_of_a_segment_ends_with_the_membership(client: Client) -> None:
    customer = log_in(visit(client))
    cart_id = customer.call("GET", siteCode="main", create="true")["id"]
    customer.add(cart_id, HAMMER, 10)
    customer.call("POST", f"/{cart_id}/discounts", {"code": "GOLD20"})
    assert customer.read(cart_id)["totalPrice"]["amount"] == 103.6
    for assignment in client.get(f"/{GOLDEN}/customers?pageSize=1000").get_json():
        if assignment["customer"]["id"] == JOHN:
            entity = f"/{assignment['legalEntity']['id']}" if "legalEntity" in assignment else ""
            assert client.delete(f"/{GOLDEN}/customers/{JOHN}{entity}").status_code == 204
    for group in client.get(f"/{GOLDEN}/groups").get_json():
        client.delete(f"/{GOLDEN}/groups/{group['group']['id']}")
    cart = customer.read(cart_id)
    assert (cart["totalPrice"]["amount"], cart["discounts"][0]["valid"]) == (129.5, False)
