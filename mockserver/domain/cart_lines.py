"""The lines of a cart: the price of each item, and what its quantity costs without and with tax (Q7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..store.state import Document, State
from ..store.tenant import Tenant
from .money import TaxedAmount, count_digits, currency_digits, round_amount, split_tax, to_decimal, to_number
from .price_matching import PRICE, MatchedPrice, match_price
from .shopping_context import ShoppingContext
from .tax_rates import TaxRate, find_tax

NOTHING = TaxedAmount(Decimal(0), Decimal(0))
NO_TAX = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """An item with its price.

    price: the price row of the item; empty for an item without a price, which costs nothing until it is refreshed.
    unit, total: what one unit and the whole quantity cost.
    includes_tax: whether discounts apply to the gross amount.
    """

    item: Document
    product_id: str
    quantity: Decimal
    price: Mapping[str, Any]
    tax: TaxRate | None
    includes_tax: bool
    unit: TaxedAmount
    total: TaxedAmount

    @property
    def tax_rate(self) -> Decimal:
        """The tax in percent of the net amount; 0 if no tax is known."""
        return NO_TAX if self.tax is None else self.tax.rate

    def basis_of(self, amount: TaxedAmount) -> Decimal:
        """Return the part of an amount that discounts apply to."""
        return amount.gross if self.includes_tax else amount.net


def price_line(tenant: Tenant, state: State, item: Document, context: ShoppingContext) -> CartLine:
    """Return the line of an item. A price stays as it was when it was matched, until the cart is refreshed (Q7)."""
    quantity, product_id = to_decimal(item["quantity"]), item["productId"]
    stored = item.get("price", {})
    match = match_item(tenant, state, item, context)
    if match is not None and (not stored or _is_unchanged(stored, match)):
        return CartLine(
            item=item,
            product_id=product_id,
            quantity=quantity,
            price=stored or build_price_row(match),
            tax=match.tax,
            includes_tax=match.includes_tax,
            unit=match.amounts.effective,
            total=match.amounts.total,
        )
    return _price_stored_line(state, item, stored, context)


def match_item(tenant: Tenant, state: State, item: Document, context: ShoppingContext) -> MatchedPrice | None:
    """Return the price that an item names, or else the best one of its product, as it is now; None if none applies."""
    price_id = item.get("price", {}).get("priceId")
    if price_id is None:
        return match_product(tenant, state, item, context)
    quantity, tiered = to_decimal(item["quantity"]), tenant.switches.tiered_prices
    match = match_price(state, price_id, quantity, context, item_type=PRICE, tiered=tiered)
    return match if match is not None and match.item_id == item["productId"] else None


def match_product(tenant: Tenant, state: State, item: Document, context: ShoppingContext) -> MatchedPrice | None:
    """Return the best price of an item's product for its quantity; None if none applies."""
    quantity, tiered = to_decimal(item["quantity"]), tenant.switches.tiered_prices
    return match_price(state, item["productId"], quantity, context, tiered=tiered)


def build_price_row(match: MatchedPrice) -> dict[str, Any]:
    """Return the price of an item as carts store and show it."""
    unit = {"quantity": match.model["measurementUnit"]["quantity"], "unitCode": match.unit_code}
    return {
        "priceId": match.price_id,
        "originalAmount": to_number(match.original_value),
        "effectiveAmount": to_number(match.effective_value),
        "currency": match.currency,
        "measurementUnit": unit,
    }


def _is_unchanged(stored: Mapping[str, Any], match: MatchedPrice) -> bool:
    return bool(stored["effectiveAmount"] == to_number(match.effective_value) and stored["currency"] == match.currency)


def _price_stored_line(state: State, item: Document, stored: Mapping[str, Any], context: ShoppingContext) -> CartLine:
    """Return the line of an item whose price has changed since, or does not apply any more."""
    quantity, product_id = to_decimal(item["quantity"]), item["productId"]
    tax, digits = find_tax(state, product_id, context.country), currency_digits(context.currency)
    includes_tax = bool(state.sites.get(context.site_code, {}).get("includesTax", True))
    amount = to_decimal(stored["effectiveAmount"] if stored.get("currency") == context.currency else 0)
    per_unit = to_decimal(stored.get("measurementUnit", {}).get("quantity", 1)) or Decimal(1)
    total = round_amount(amount * quantity / per_unit, digits)
    rate = NO_TAX if tax is None else tax.rate
    return CartLine(
        item=item,
        product_id=product_id,
        quantity=quantity,
        price=stored,
        tax=tax,
        includes_tax=includes_tax,
        unit=split_tax(amount, rate, max(digits, count_digits(amount)), includes_tax=includes_tax),
        total=split_tax(total, rate, digits, includes_tax=includes_tax),
    )
