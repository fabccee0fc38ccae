"""What the items of a quote cost (I2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from .money import HUNDRED, round_money, to_decimal, to_number

Item = Mapping[str, Any]


def complete_quote_item(item: Item, currency: str) -> dict[str, Any]:
    """Return an item whose price has both unit prices, the total and the taxes; what it has stays."""
    price, quantity = item["price"], to_decimal(item["quantity"]["quantity"])
    if "totalNetValue" in price:
        total = to_decimal(price["totalNetValue"])
        new_unit = to_decimal(price.get("newUnitPrice", to_number(round_money(total / quantity, currency))))
    else:
        new_unit = to_decimal(price.get("newUnitPrice", price.get("unitPrice", 0)))
        total = round_money(new_unit * quantity, currency)
    tax = price.get("tax", {})
    rate = to_decimal(tax.get("taxRate", 0))
    gross = round_money(total * (1 + rate / HUNDRED), currency)
    prices = {"grossValue": to_number(gross), "netValue": to_number(total)}
    completed = {
        "unitPrice": to_number(new_unit),
        "newUnitPrice": to_number(new_unit),
        **price,
        "totalNetValue": to_number(total),
        "tax": {"prices": prices, **tax},
    }
    return {**item, "price": completed}


def forget_totals(price: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a price without what has to be calculated again: its taxes, and more fields."""
    kept = {name: value for name, value in price.items() if name not in names}
    if "tax" in kept:
        kept["tax"] = {name: value for name, value in kept["tax"].items() if name != "prices"}
    return kept


def sum_items(items: Iterable[Item]) -> dict[str, Any]:
    """Return the fields with the sums of a quote: `subtotalPrice`, `totalPrice` and `taxAggregate`."""
    net, gross, lines = Decimal(0), Decimal(0), dict[tuple[str, float], list[Decimal]]()
    for item in items:
        tax = item["price"]["tax"]
        values = to_decimal(tax["prices"]["netValue"]), to_decimal(tax["prices"]["grossValue"])
        net, gross = net + values[0], gross + values[1]
        line = lines.setdefault((tax.get("taxClass", ""), tax.get("taxRate", 0)), [Decimal(0), Decimal(0)])
        line[0], line[1] = line[0] + values[0], line[1] + values[1]
    price = {"netValue": to_number(net), "grossValue": to_number(gross), "taxValue": to_number(gross - net)}
    shown = [
        {"name": name, "amount": to_number(with_tax - without), "rate": rate, "taxable": to_number(with_tax)}
        for (name, rate), (without, with_tax) in lines.items()
    ]
    return {"subtotalPrice": price, "totalPrice": price, "taxAggregate": {"lines": shown}}
