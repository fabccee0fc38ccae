"""The discounts of a cart: coupons that are applied and removed (Q12, U2 to U4)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain.priced_carts import PricedCart, check_discount, price_cart
from ...errors import Conflict
from ...store.state import Document, State
from ...store.tenant import Tenant
from .cart_access import Body, change_cart
from .cart_errors import DiscountNotFound, UnusableInput

CALCULATION_TYPE = "ApplyDiscountBeforeTax"  # the default of a field that is deprecated, and that totals do not use


def apply_discount(tenant: Tenant, principal: Principal, cart_id: str, body: Body) -> dict[str, Any]:
    """Apply a coupon to a cart, and return where its discount is (Q12).

    Conflict for a coupon that the cart has already, UnusableInput for one that does not apply.
    """

    def change(state: State, cart: Document) -> tuple[Document, dict[str, Any]]:
        priced = price_cart(tenant, state, cart)
        lines = [totals.line for totals in priced.totals.lines]
        discount = check_discount(state, body["code"], priced.context, lines)
        if any(entry["code"] == discount.code for entry in cart["discounts"]):
            raise Conflict(f"Discount code {discount.code} already exists in cart.", rule="Q12")
        if discount.refusal is not None:
            raise UnusableInput(discount.refusal, "Q12", field="code", error_type="coupon")
        index = len(cart["discounts"])
        reply = {"yrn": discount_yrn(tenant, discount.code), "discountId": str(index), "discountIndex": index}
        return {**cart, "discounts": [*cart["discounts"], {"code": discount.code}]}, reply

    return change_cart(tenant, principal, cart_id, change, body)


def remove_discounts(tenant: Tenant, principal: Principal, cart_id: str, codes: str | None) -> None:
    """Remove the discounts with these codes, which commas separate, or all; codes that the cart lacks are ignored."""
    named = None if codes is None else {code.strip().upper() for code in codes.split(",")}

    def change(_: State, cart: Document) -> tuple[Document, None]:
        kept = [each for each in cart["discounts"] if named is not None and each["code"].upper() not in named]
        return {**cart, "discounts": kept}, None

    change_cart(tenant, principal, cart_id, change)


def remove_discount(tenant: Tenant, principal: Principal, cart_id: str, index_text: str) -> None:
    """Remove the discount at an index, which counts from 0, or the one with this code; DiscountNotFound (Q12)."""

    def change(_: State, cart: Document) -> tuple[Document, None]:
        kept = [entry for index, entry in enumerate(cart["discounts"]) if index_text not in (str(index), entry["code"])]
        if len(kept) == len(cart["discounts"]):
            raise DiscountNotFound(cart_id, index_text)
        return {**cart, "discounts": kept}, None

    change_cart(tenant, principal, cart_id, change)


def list_discounts(tenant: Tenant, priced: PricedCart) -> list[dict[str, Any]]:
    """Return the discounts of a cart as it shows them; one that does not apply says why."""
    shown = []
    for index, discount in enumerate(priced.discounts):
        row: dict[str, Any] = {
            "id": str(index),
            "yrn": discount_yrn(tenant, discount.code),
            "code": discount.code,
            "calculationType": CALCULATION_TYPE,
            "valid": discount.refusal is None,
            "discountIndex": index,
            "links": _list_links(tenant, discount.code),
        }
        if discount.coupon is not None:
            row |= _show_coupon(discount.coupon)
        if discount.refusal is not None:
            row["discountValidationDetails"] = {"message": discount.refusal, "details": []}
        shown.append(row)
    return shown


def discount_yrn(tenant: Tenant, code: str) -> str:
    """Return the name of a coupon."""
    return f"urn:yaas:saasag:coupon:coupon:{tenant.name};{code}"


def _show_coupon(coupon: Document) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": coupon["name"],
        "discountType": coupon["discountType"],
        "discountCalculationType": coupon.get("discountCalculationType", "SUBTOTAL"),
        "categoryRestricted": coupon.get("categoryRestricted", False),
    }
    if coupon["discountType"] == "PERCENT":
        shown["discountRate"] = coupon.get("discountPercentage", 0)
    if coupon["discountType"] == "ABSOLUTE":
        shown |= coupon.get("discountAbsolute", {})
    return shown


def _list_links(tenant: Tenant, code: str) -> list[dict[str, str]]:
    """Return the links to the coupon's validation and redemption."""
    base = f"/coupon/{tenant.name}/coupons/{code}"
    targets = (("validate", "Coupon Validation", "validation"), ("redeem", "Coupon Redemption", "redemptions"))
    return [
        {"rel": rel, "title": title, "href": f"{base}/{step}", "type": "application/json"}
        for rel, title, step in targets
    ]
