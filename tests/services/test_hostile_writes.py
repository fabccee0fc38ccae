"""Writes with numbers and fields that nobody expects: no server error, and a world that can be imported again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockserver.domain.money import round_amount, to_number
from tests.support.client import Admin, Client
from tests.support.samples import HAMMER

HUGE = 1e300


@pytest.mark.parametrize(("amount", "number"), [("0.005", 0.01), ("1e30", 1e30), ("-1e600", -1.7976931348623157e308)])
def test_huge_amounts_are_rounded_and_stay_numbers(amount: str, number: float) -> None:
    assert to_number(round_amount(Decimal(amount), 2)) == number


@pytest.mark.parametrize("path", ["match-prices", "match-prices-by-context"])
@pytest.mark.parametrize("quantity", [1e30, HUGE])
def test_a_huge_quantity_has_a_price(client: Client, path: str, quantity: float) -> None:
    items = [{"itemId": {"itemType": "PRODUCT", "id": HAMMER}, "quantity": {"quantity": quantity}}]
    body = {"siteCode": "main", "targetCurrency": "EUR", "targetLocation": {"countryCode": "DE"}, "items": items}
    reply = client.post(f"//price/{client.tenant}/{path}", json=body if path == "match-prices" else {"items": items})
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("quote/{}/quote-reasons", {"type": "DECLINE", "code": "NEW", "message": {"en": "New"}, "mixins": {"a": 1}}),
        ("reward-points/{}/redeemOptions", {"type": "coupon", "name": "One", "points": 1, "unknown": {"a": 1}}),
        ("currency/{}/currencies", {"code": "SEK", "name": {"en": "Krona"}, "unknown": 1}),
    ],
)
def test_unknown_fields_are_not_stored(client: Client, path: str, body: dict[str, Any]) -> None:
    headers = {"Content-Language": "en"}
    reply = client.post(f"//{path.format(client.tenant)}", json=body, headers=headers)
    assert reply.status_code in {200, 201}, reply.text
    admin = Admin(client)
    admin.call("PUT", "/world", admin.call("GET", "/world"))


@pytest.mark.parametrize("currency", ["", "euro", "EURO"])
def test_a_quote_needs_the_code_of_a_currency(client: Client, currency: str) -> None:
    reply = client.post(f"//quote/{client.tenant}/quotes", json={"currency": currency, "items": []})
    assert reply.status_code == 400
