"""What returned items are called and what they cost, which their orders say (R1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...domain.money import round_money, to_decimal, to_number
from ...domain.orders import ORDERS
from ...store.state import Document, State

PARTS = ("netValue", "grossValue", "taxValue")
TAX_FIELDS = ("taxCode", "taxRate")
Amount = dict[str, Any]


def show_orders(state: State, orders: Sequence[Document]) -> dict[str, Any]:
    """Return the fields `orders`, `total` and `calculatedPrice` of a return.

    An item whose order or entry does not exist any more has neither a name nor a price.
    """
    shown, prices, totals, currency = [], [], [], None
    for order in orders:
        known = state.collection(ORDERS).get(order["id"], {})
        currency = currency or known.get("currency")
        items = [_show_item(item, known) for item in order["items"]]
        prices += [item["calculatedPrice"]["finalPrice"] for item in items if "calculatedPrice" in item]
        totals += [to_decimal(item["total"]["value"]) for item in items if "total" in item]
        shown.append({"id": order["id"], "items": items})
    result: dict[str, Any] = {"orders": shown}
    if totals:
        result["total"] = _show_money(sum(totals, Decimal(0)), currency)
    if prices:
        result["calculatedPrice"] = {"finalPrice": _add_amounts(prices)}
    return result


def _show_item(item: Document, order: Document) -> dict[str, Any]:
    entry = find_entry(order, item["id"])
    if entry is None:
        return dict(item)
    quantity, currency = item["quantity"], order.get("currency")
    shown = {**item, "name": str(entry.get("product", {}).get("name", ""))}
    if isinstance(entry.get("unitPrice"), int | float):
        unit_price = to_decimal(entry["unitPrice"])
        shown["unitPrice"] = _show_money(unit_price, currency)
        shown["total"] = _show_money(unit_price * quantity, currency)
    final = entry.get("calculatedPrice", {}).get("finalPrice")
    if final and "netValue" in final and "grossValue" in final:
        unit = _divide_amount(final, entry.get("amount", 1), currency or "")
        shown["calculatedUnitPrice"] = unit
        shown["calculatedPrice"] = {"finalPrice": _multiply_amount(unit, quantity)}
    return shown


def find_entry(order: Mapping[str, Any], entry_id: str) -> Document | None:
    """Return the entry of an order with this id, or None."""
    entries: Iterable[Document] = order.get("entries", ())
    return next((entry for entry in entries if entry.get("id") == entry_id), None)


def _show_money(value: Decimal, currency: str | None) -> dict[str, Any]:
    return {"value": to_number(value), **({"currency": currency} if currency else {})}


def _divide_amount(amount: Document, parts: float, currency: str) -> Amount:
    """Return one part of an amount, rounded to the digits of its currency."""
    net, gross = (round_money(to_decimal(amount[name]) / to_decimal(parts or 1), currency) for name in PARTS[:2])
    values = dict(zip(PARTS, map(to_number, (net, gross, gross - net)), strict=True))
    return {**values, **{name: amount[name] for name in TAX_FIELDS if name in amount}}


def _multiply_amount(amount: Amount, times: int) -> Amount:
    return {**amount, **{name: to_number(to_decimal(amount[name]) * times) for name in PARTS}}


def _add_amounts(amounts: Sequence[Amount]) -> Amount:
    """Return the sum of amounts; what differs of their taxes is null."""
    values = {name: to_number(sum((to_decimal(each[name]) for each in amounts), Decimal(0))) for name in PARTS}
    taxes = {name: amounts[0].get(name) for name in TAX_FIELDS}
    return {**values, **{k: v if all(each.get(k) == v for each in amounts) else None for k, v in taxes.items()}}
