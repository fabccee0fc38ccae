"""What an approval is for: the cart or the quote with its items and prices (J7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from ...domain.approvals import CART, TARGETS
from ...domain.calculated_prices import show_amount
from ...domain.cart_totals import LineTotals
from ...domain.carts import yrn_of
from ...domain.money import TaxedAmount, to_decimal, to_number
from ...domain.priced_carts import price_cart
from ...domain.quote_items import sum_items
from ...store.state import Document, State
from ...store.tenant import Tenant

WINDOW_FIELDS = ("id", "slotId", "deliveryDate")


class ApprovedResource(NamedTuple):
    """A cart or a quote as approvals show it, with what has to be paid for it."""

    shown: dict[str, Any]
    total: Decimal
    currency: str


def find_target(state: State, resource_type: str, resource_id: str) -> Document | None:
    """Return a cart or a quote, or None."""
    return state.collection(TARGETS[resource_type]).get(resource_id)


def show_resource(tenant: Tenant, state: State, resource_type: str, row: Document) -> ApprovedResource:
    """Return a cart or a quote with its items and prices of now."""
    return _show_cart(tenant, state, row) if resource_type == CART else _show_quote(row)


def _show_cart(tenant: Tenant, state: State, cart: Document) -> ApprovedResource:
    totals = price_cart(tenant, state, cart).totals
    currency, final = totals.currency, totals.final
    shown: dict[str, Any] = {
        "id": cart["id"],
        "items": [_show_line(tenant, each, currency) for each in totals.lines],
        "totalPrice": _show_price(final, final.gross, currency),
        "subTotalPrice": _show_price(totals.subtotal, totals.basis_of(totals.subtotal), currency),
        "subtotalAggregate": {"currency": currency, **show_amount(totals.subtotal)},
        "siteCode": cart["siteCode"],
    }
    window = cart.get("deliveryWindow", {})
    kept = {name: str(window[name]) for name in WINDOW_FIELDS if name in window}
    return ApprovedResource(shown | ({"deliveryWindow": kept} if kept else {}), final.gross, currency)


def _show_line(tenant: Tenant, totals: LineTotals, currency: str) -> dict[str, Any]:
    line = totals.line
    return {
        "quantity": line.item["quantity"],
        "itemYrn": yrn_of(tenant, line.item),
        "itemId": line.product_id,
        "itemPrice": {
            "currency": currency,
            "amount": to_number(line.basis_of(line.total)),
            "unitPrice": to_number(line.unit.net),
            "calculatedPrice": {"price": show_amount(line.total)},
        },
    }


def _show_quote(quote: Document) -> ApprovedResource:
    currency, total = quote["currency"], sum_items(quote["items"])["totalPrice"]
    shown = {
        "id": quote["id"],
        "items": [_show_quote_item(item, currency) for item in quote["items"]],
        "totalPrice": {"currency": currency, **total},
    }
    return ApprovedResource(shown, to_decimal(total["grossValue"]), currency)


def _show_quote_item(item: Document, currency: str) -> dict[str, Any]:
    price = item["price"]
    prices = price["tax"]["prices"]
    tax = to_number(to_decimal(prices["grossValue"]) - to_decimal(prices["netValue"]))
    return {
        "quantity": item["quantity"]["quantity"],
        "itemId": item["id"],
        "itemPrice": {
            "currency": currency,
            "unitPrice": price["unitPrice"],
            "newUnitPrice": price["newUnitPrice"],
            "calculatedPrice": {"price": {**prices, "taxValue": tax}},
        },
    }


def _show_price(amount: TaxedAmount, shown: Decimal, currency: str) -> dict[str, Any]:
    return {"currency": currency, "amount": to_number(shown), **show_amount(amount)}
