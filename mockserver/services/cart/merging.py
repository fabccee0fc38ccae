"""Merging visitors' carts into the cart of a customer, as after a login (Q14)."""

from __future__ import annotations

from collections.abc import Sequence

from ...access import Principal
from ...domain.carts import CARTS, is_visitor_cart, yrn_of
from ...errors import ClientError
from ...store.state import Document, State
from ...store.tenant import Tenant
from .cart_access import check_open, find_usable_cart, store_cart
from .cart_changes import store_closed_cart
from .cart_errors import CartNotFound, UnusableInput
from .items import next_item_id, with_added_item, with_item


def merge_carts(tenant: Tenant, principal: Principal, cart_id: str, other_ids: Sequence[str]) -> None:
    """Move items and discounts of visitors' carts into a customer's cart, and close the visitors' carts (Q14).

    CartNotFound for a missing cart. UnusableInput for a cart that is merged into itself, not a visitor's, or closed.
    """

    def rule(state: State) -> tuple[State, None]:
        target = find_usable_cart(state, principal, cart_id)
        if is_visitor_cart(target):
            raise UnusableInput(f"Cart with code {cart_id} does not belong to a customer.", "Q14", field="cartId")
        check_open(target)
        for other_id in dict.fromkeys(other_ids):
            other = _find_source(state, cart_id, other_id)
            target = _take_over(tenant, state, target, other)
            state = store_closed_cart(tenant, state, other)
        return store_cart(tenant, state, target), None

    tenant.change(rule)


def _find_source(state: State, cart_id: str, other_id: str) -> Document:
    if other_id == cart_id:
        raise UnusableInput(f"Cart with code {cart_id} cannot be merged into itself.", "Q14", field="carts")
    other = state.collection(CARTS).get(other_id)
    if other is None:
        raise CartNotFound(other_id)
    if not is_visitor_cart(other):
        raise UnusableInput(f"Cart with code {other_id} does not belong to a visitor.", "Q14", field="carts")
    check_open(other)
    return other


def _take_over(tenant: Tenant, state: State, target: Document, other: Document) -> Document:
    """Return the customer's cart with all that is in another one; an item whose price does not apply loses it."""
    for item in other["items"]:
        try:
            target, _ = with_added_item(tenant, state, target, {"itemYrn": yrn_of(tenant, item), **item})
        except ClientError:
            unpriced = {name: value for name, value in item.items() if name != "price"}
            target = with_item(target, {**unpriced, "id": next_item_id(target)})
    codes = {entry["code"] for entry in target["discounts"]}
    added = [entry for entry in other["discounts"] if entry["code"] not in codes]
    return {**target, "discounts": [*target["discounts"], *added]}
