"""A cart with everything calculated: its lines, the coupons that apply, and those that do not (Q7, U2 to U4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..store.state import Document, State
from ..store.tenant import Tenant
from .cart_lines import CartLine, price_line
from .cart_totals import CartTotals, add_up, calculate_totals
from .carts import build_cart_context
from .coupon_rules import explain_mismatch, explain_refusal, find_coupon, list_eligible_lines
from .shopping_context import ShoppingContext


@dataclass(frozen=True, slots=True)
class CartDiscount:
    """A discount of a cart: the coupon with its code, and why it does not apply.

    coupon: None if it does not exist any more. refusal: a sentence; None for a discount that applies.
    """

    code: str
    coupon: Document | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart, what it is bought with, its totals, and all its discounts in the order in which they were applied."""

    cart: Document
    context: ShoppingContext
    totals: CartTotals
    discounts: Sequence[CartDiscount]


def price_cart(tenant: Tenant, state: State, cart: Document) -> PricedCart:
    """Return a cart with everything calculated."""
    context = build_cart_context(tenant, state, cart)
    lines = [price_line(tenant, state, item, context) for item in cart["items"]]
    discounts = [check_discount(state, entry["code"], context, lines) for entry in cart["discounts"]]
    coupons = [
        (discount.coupon, list_eligible_lines(state, discount.coupon, lines))
        for discount in discounts
        if discount.coupon is not None and discount.refusal is None
    ]
    return PricedCart(cart, context, calculate_totals(context.currency, lines, coupons), discounts)


def check_discount(state: State, code: str, context: ShoppingContext, lines: Sequence[CartLine]) -> CartDiscount:
    """Return the discount of a coupon on lines; `refusal` says why a coupon does not apply."""
    coupon = find_coupon(state, code)
    if coupon is None:
        return CartDiscount(code, None, f"No coupon has the code {code}.")
    subtotal = add_up(line.total for line in lines)
    order_value = subtotal.gross if all(line.includes_tax for line in lines[:1]) else subtotal.net
    refusal = explain_refusal(state, coupon, context) or explain_mismatch(coupon, context.currency, order_value)
    return CartDiscount(coupon["code"], coupon, refusal)
