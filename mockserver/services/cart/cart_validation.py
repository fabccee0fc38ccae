"""Whether the prices in a cart still apply (Q15)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ...domain.cart_lines import build_price_row, match_item
from ...domain.priced_carts import PricedCart
from ...store.state import State
from ...store.tenant import Tenant

UNKNOWN_PRICE, SEVERAL_PRICES = "CART-ITEM-UNIT-PRICE-100001", "CART-ITEM-UNIT-PRICE-100002"
FIELD = "items.unitPrice"


def validate_cart(tenant: Tenant, state: State, priced: PricedCart) -> dict[str, Any]:
    """Return whether a cart is valid, and otherwise which items have prices that are not."""
    errors: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    prices_by_product: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for totals in priced.totals.lines:
        item, price = totals.line.item, totals.line.price
        match = match_item(tenant, state, item, priced.context)
        if match is None or not price or build_price_row(match)["effectiveAmount"] != price["effectiveAmount"]:
            message = f"Item's price '{price.get('priceId', '')}' was not found in the price match"
            errors[item["id"]].append(_describe_error(UNKNOWN_PRICE, message))
        if price:
            prices_by_product[item["productId"]].setdefault(price["priceId"], item["id"])
    for prices in prices_by_product.values():
        if len(prices) > 1:
            message = f"Duplicated prices [{','.join(prices)}] found for the same product in the cart"
            errors[list(prices.values())[-1]].append(_describe_error(SEVERAL_PRICES, message))
    if not errors:
        return {"isValid": True}
    ids = [item["id"] for item in priced.cart["items"] if item["id"] in errors]
    return {"isValid": False, "itemsValidationDetails": [{"id": id_, "errors": errors[id_]} for id_ in ids]}


def _describe_error(code: str, message: str) -> dict[str, str]:
    return {"errorCode": code, "message": message, "field": FIELD}
