"""What happens to rows that refer to a deleted one: they go with it, or lose the reference (N8, M9, D10, K10, M8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..store.state import State
from .carts import CARTS
from .coupon_rules import COUPONS, REDEMPTIONS

FLAGS = {"includedCategories": "categoryRestricted", "segments": "segmentRestricted"}  # of coupons, by restriction


def without_rows(state: State, collection: str, field: str, key: str) -> State:
    """Return a state without the rows of a collection that have a key in this field."""
    for row_key, row in state.collection(collection).items():
        if row.get(field) == key:
            state = state.without_document(collection, row_key)
    return state


def without_segment(state: State, segment_id: str) -> State:
    """Return a state without a segment and its assignments, which no coupon names (D10)."""
    return without_restriction(state.without_segment(segment_id), "segments", segment_id)


def without_restriction(state: State, name: str, id_: str) -> State:
    """Return a state in which no coupon has an id in this restriction.

    A coupon that was for nobody or nothing else goes too, with its redemptions and from the carts.
    """
    for code, coupon in state.collection(COUPONS).items():
        restrictions: Mapping[str, Any] = coupon.get("restrictions", {})
        if id_ in restrictions.get(name, ()):
            rest = [other for other in restrictions[name] if other != id_]
            if not rest and (name == "validFor" or coupon.get(FLAGS.get(name, ""), False)):
                state = _without_coupon(state, code)
            else:
                changed = {**coupon, "restrictions": {**restrictions, name: rest}}
                state = state.with_document(COUPONS, code, changed)
    return state


def _without_coupon(state: State, code: str) -> State:
    for key, cart in state.collection(CARTS).items():
        others = [discount for discount in cart["discounts"] if discount["code"] != code]
        if len(others) < len(cart["discounts"]):
            state = state.with_document(CARTS, key, {**cart, "discounts": others})
    return without_rows(state, REDEMPTIONS, "couponCode", code).without_document(COUPONS, code)
