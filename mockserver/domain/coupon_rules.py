"""Which coupons apply to a cart: when, for whom, from which amount, and for which products (U1 to U4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from ..store.clock import parse_timestamp
from ..store.state import Document, State
from .cart_lines import CartLine
from .cart_totals import ABSOLUTE, FREE_SHIPPING
from .category_ancestry import walk_to_root
from .money import to_decimal
from .shopping_context import ShoppingContext

COUPONS, REDEMPTIONS = "coupons", "couponRedemptions"  # the names of the collections
UNLIMITED = -1


def find_coupon(state: State, code: str) -> Document | None:
    """Return the coupon with a code; codes are in upper case, whatever the client writes (U1). None without one."""
    coupons = state.collection(COUPONS)
    return coupons.get(code) or coupons.get(code.upper())


def find_status(coupon: Document, now: datetime) -> str:
    """Return the status of a coupon: VALID, INACTIVE before its time, EXPIRED after it, or USED (U2)."""
    restrictions = coupon.get("restrictions", {})
    if "validFrom" in restrictions and now < parse_timestamp(restrictions["validFrom"]):
        return "INACTIVE"
    if "validUntil" in restrictions and parse_timestamp(restrictions["validUntil"]) <= now:
        return "EXPIRED"
    limit = coupon.get("maxRedemptions", UNLIMITED)
    return "USED" if limit != UNLIMITED and coupon.get("redemptionCount", 0) >= limit else "VALID"


def explain_refusal(state: State, coupon: Document, context: ShoppingContext) -> str | None:
    """Return why a customer or visitor may not use a coupon now, as a sentence; None for one that may (U2, U3)."""
    restrictions, code, customer_id = coupon.get("restrictions", {}), coupon["code"], context.customer_id
    status = find_status(coupon, context.at)
    if status != "VALID":
        return f"Coupon {code} is {status}."
    if customer_id is None and not coupon.get("allowAnonymous", False):
        return f"Coupon {code} is for customers who have logged in."
    if restrictions.get("validFor") and customer_id not in restrictions["validFor"]:
        return f"Coupon {code} is for other customers."
    if coupon.get("segmentRestricted", False) and context.segment_ids.isdisjoint(restrictions.get("segments", ())):
        return f"Coupon {code} is for customers of other segments."
    limit = coupon.get("maxRedemptionsPerCustomer", UNLIMITED)
    if limit != UNLIMITED and count_redemptions(state, code, customer_id) >= limit:
        return f"The customer has used coupon {code} already."
    return None


def explain_mismatch(coupon: Document, currency: str, order_value: Decimal) -> str | None:
    """Return why a coupon does not fit an order of this value, as a sentence; None for one that fits (U4)."""
    absolute = coupon.get("discountAbsolute", {}).get("currency")
    if coupon["discountType"] == ABSOLUTE and absolute != currency:
        return f"Discount currency is {absolute} and is not equal to cart currency {currency}."
    minimum = coupon.get("restrictions", {}).get("minOrderValue")
    if minimum and minimum.get("amount") and minimum["currency"] != currency:
        return f"Coupon {coupon['code']} is for orders in {minimum['currency']}."
    if minimum and order_value < to_decimal(minimum.get("amount", 0)):
        return f"Coupon {coupon['code']} is for orders from {minimum['amount']} {currency}."
    return None


def list_eligible_lines(state: State, coupon: Document, lines: Sequence[CartLine]) -> list[bool]:
    """Return whether a coupon applies to each line; it may be for products of some categories only (U4)."""
    if not coupon.get("categoryRestricted", False):
        return [True] * len(lines)
    restrictions = coupon.get("restrictions", {})
    included, excluded = (
        set(restrictions.get("includedCategories", ())),
        set(restrictions.get("excludedCategories", ())),
    )
    own_ids = [_category_ids_of(state, line.product_id) for line in lines]
    return [(not included or not ids.isdisjoint(included)) and ids.isdisjoint(excluded) for ids in own_ids]


def grants_free_shipping(coupon: Document) -> bool:
    """Whether a coupon pays for the shipping."""
    return bool(coupon["discountType"] == FREE_SHIPPING)


def count_redemptions(state: State, code: str, customer_id: str | None) -> int:
    """Return how often a customer has redeemed a coupon; visitors are not counted."""
    if customer_id is None:
        return 0
    redemptions = state.collection(REDEMPTIONS).values()
    return sum(1 for each in redemptions if each["couponCode"] == code and each.get("customerNumber") == customer_id)


def _category_ids_of(state: State, product_id: str) -> set[str]:
    """Return the categories of a product, with all above them."""
    categories = state.products.get(product_id, {}).get("categories", ())
    return {ancestor for id_ in categories for ancestor in walk_to_root(state, id_)}
