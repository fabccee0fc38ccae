"""Carts and their items as clients see them, with everything calculated (Q7)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ...domain.calculated_prices import show_amount, show_cart_price, show_line_price
from ...domain.cart_lines import CartLine
from ...domain.cart_totals import CartTotals, LineTotals
from ...domain.carts import yrn_of
from ...domain.money import to_decimal, to_number
from ...domain.priced_carts import PricedCart
from ...practices.documents import revision_of
from ...store.state import Document, State
from ...store.tenant import Tenant
from .discounts import list_discounts

STORED_FIELDS = (
    *("customerId", "sessionId", "legalEntityId", "siteCode", "currency", "type", "status", "zipCode", "countryCode"),
    *("addresses", "channel", "deliveryWindow", "deliveryWindowId", "restriction", "orderId", "quoteId", "mixins"),
)
ITEM_FIELDS = ("keepAsSeparateLineItem", "taxCode", "mixins", "metadata")


def show_cart(tenant: Tenant, state: State, priced: PricedCart, *, is_expanded: bool = True) -> dict[str, Any]:
    """Return a cart; with `is_expanded`, with all totals."""
    cart, totals = priced.cart, priced.totals
    shown = {
        "id": cart["id"],
        "yrn": cart_yrn(tenant, cart["id"]),
        **{name: cart[name] for name in STORED_FIELDS if name in cart},
        "items": [show_item(tenant, state, each, totals.currency) for each in totals.lines],
        "discounts": list_discounts(tenant, priced),
        "totalUnitsCount": to_number(sum((to_decimal(item["quantity"]) for item in cart["items"]), Decimal(0))),
        "metadata": show_metadata(cart),
    }
    return {**shown, **_show_totals(totals)} if is_expanded else shown


def show_found_cart(tenant: Tenant, state: State, cart: Document) -> dict[str, Any]:
    """Return the row of a cart in a list, where items have no totals of their own."""
    items = [_show_stored_item(tenant, state, item) for item in cart["items"]]
    return {
        "id": cart["id"],
        "yrn": cart_yrn(tenant, cart["id"]),
        **{name: cart[name] for name in STORED_FIELDS if name in cart},
        "items": items,
        "totalUnitsCount": to_number(sum((to_decimal(item["quantity"]) for item in cart["items"]), Decimal(0))),
        "metadata": show_metadata(cart),
    }


def show_item(tenant: Tenant, state: State, totals: LineTotals, currency: str) -> dict[str, Any]:
    """Return an item with its totals."""
    line = totals.line
    shown = {
        **_show_stored_item(tenant, state, line.item),
        **({"price": line.price} if line.price else {}),
        "unitPrice": show_amount(line.unit, line.tax),
        "itemPrice": _show_money(line.basis_of(line.total), currency),
        "itemTaxInfo": _show_tax(line),
        "totalTax": to_number(line.total.tax),
        "calculatedPrice": show_line_price(totals),
    }
    if totals.deductions:
        values = [(each.coupon["code"], line.basis_of(each.amount)) for each in totals.deductions]
        shown["couponDiscounts"] = [{"couponId": code, "value": to_number(value)} for code, value in values]
        shown["totalDiscount"] = _show_money(line.basis_of(totals.discount), currency)
    return shown


def show_metadata(cart: Document) -> dict[str, Any]:
    """Return version and times of a cart, and the schemas of its mixins."""
    return revision_of(cart).to_metadata(cart.get("metadata", {}).get("mixins"))


def cart_yrn(tenant: Tenant, cart_id: str) -> str:
    """Return the name of a cart."""
    return f"urn:yaas:hybris:cart:cart:{tenant.name};{cart_id}"


def _show_stored_item(tenant: Tenant, state: State, item: Document) -> dict[str, Any]:
    return {
        "id": item["id"],
        "yrn": yrn_of(tenant, item),
        "itemYrn": yrn_of(tenant, item),
        "type": "INTERNAL",
        "product": _show_product(tenant, state, item["productId"]),
        "quantity": item["quantity"],
        "effectiveQuantity": item["quantity"],
        **{name: item[name] for name in ITEM_FIELDS if name in item},
    }


def _show_product(tenant: Tenant, state: State, product_id: str) -> dict[str, Any]:
    """Return what a cart shows of a product; of a deleted one its id."""
    product = state.products.get(product_id)
    if product is None:
        return {"id": product_id}
    name = product["name"]
    shown = {
        "id": product_id,
        "code": product["code"],
        "sku": product["code"],
        "yrn": f"urn:yaas:saasag:caasproduct:product:{tenant.name};{product_id}",
        "name": _pick_text(name, state.default_language),
        "localizedName": name if isinstance(name, Mapping) else {state.default_language: name},
    }
    if "description" in product:
        shown["description"] = _pick_text(product["description"], state.default_language)
    images = [
        {"id": file.get("id", str(number)), "url": file["url"]} for number, file in enumerate(product.get("media", ()))
    ]
    return {**shown, "images": images} if images else shown


def _pick_text(text: Any, language: str) -> str:
    """Return a text in the default language, or else in its first one."""
    if not isinstance(text, Mapping):
        return str(text)
    return str(text.get(language, next(iter(text.values()), "")))


def _show_totals(totals: CartTotals) -> dict[str, Any]:
    """Return the totals of a cart: subtotal less discount, and the tax that is not in it, make the total (Q7)."""
    currency, subtotal = totals.currency, totals.subtotal
    added_tax = Decimal(0) if totals.includes_tax else totals.final.tax
    return {
        "calculatedPrice": show_cart_price(totals),
        "totalPrice": _show_money(totals.final.gross, currency),
        "subTotalPrice": _show_money(totals.basis_of(subtotal), currency),
        "totalTax": _show_money(added_tax, currency),
        "totalDiscount": _show_money(totals.basis_of(totals.discount), currency),
        "subtotalAggregate": {
            "currency": currency,
            "netValue": to_number(subtotal.net),
            "grossValue": to_number(subtotal.gross),
            "taxValue": to_number(subtotal.tax),
        },
        "taxAggregate": {
            "lines": [
                {
                    "name": tax.code,
                    "amount": to_number(amount.tax),
                    "rate": to_number(tax.rate),
                    "taxable": to_number(totals.basis_of(amount)),
                }
                for tax, amount in totals.sum_by_tax(is_final=False).items()
            ]
        },
    }


def _show_money(amount: Decimal, currency: str) -> dict[str, Any]:
    return {"amount": to_number(amount), "currency": currency}


def _show_tax(line: CartLine) -> list[dict[str, Any]]:
    """Return the tax on a line; nothing if no tax is known."""
    if line.tax is None:
        return []
    amounts = {"grossValue": to_number(line.total.gross), "netValue": to_number(line.total.net)}
    return [{"name": line.tax.code, "rate": to_number(line.tax.rate), **amounts}]
