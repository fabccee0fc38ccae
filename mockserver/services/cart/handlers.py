"""Handlers of the Cart Service."""

from __future__ import annotations

import re
from typing import Any

from ...domain.approvals import find_submitted_cart_ids
from ...domain.carts import CARTS, may_use_cart, yrn_of
from ...domain.priced_carts import PricedCart, price_cart
from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from ...store.state import Document, State
from . import cart_changes, cart_validation, criteria, discounts, items, merging
from .cart_access import check_shopper, find_usable_cart
from .cart_errors import UnusableInput
from .cart_rows import cart_yrn, show_cart, show_found_cart, show_item


def post_cart(call: Call) -> Reply:
    """Create a cart."""
    cart_id = criteria.create_cart(call.tenant, call.principal, call.body, call.header.get("session-id"))
    headers = {"Location": f"/cart/{call.tenant.name}/carts/{cart_id}", "Version": "1"}
    return Reply(201, {"cartId": cart_id, "yrn": cart_yrn(call.tenant, cart_id)}, headers)


def get_cart_by_criteria(call: Call) -> Reply:
    """Return the open cart of an owner for a site."""
    _check_destination(call)
    return _reply_with_cart(call, criteria.find_cart(call.tenant, call.principal, call.query))


def post_cart_search(call: Call) -> Listing:
    """List carts."""
    check_shopper(call.principal)
    state = call.tenant.state
    submitted_ids = find_submitted_cart_ids(state)
    carts = [
        cart
        for cart in state.collection(CARTS).values()
        if cart["id"] not in submitted_ids and may_use_cart(cart, call.principal)
    ]
    return Listing(LazyRows(carts, lambda cart: show_found_cart(call.tenant, state, cart)))


def get_cart(call: Call) -> Reply:
    """Return a cart."""
    _check_destination(call)
    cart = find_usable_cart(call.tenant.state, call.principal, call.path["cartId"])
    return _reply_with_cart(call, cart, is_expanded=call.query.get("expandCalculation", True))


def put_cart(call: Call) -> Reply:
    """Change the fields of a cart."""
    cart_changes.update_cart(call.tenant, call.principal, call.path["cartId"], call.body)
    return Reply(204)


def delete_cart(call: Call) -> Reply:
    """Delete a cart."""
    cart_changes.remove_cart(call.tenant, call.principal, call.path["cartId"])
    return Reply(204)


def put_refresh(call: Call) -> Reply:
    """Match the prices of a cart again."""
    cart_changes.refresh_cart(call.tenant, call.principal, call.path["cartId"])
    return Reply(204)


def post_site_change(call: Call) -> Reply:
    """Move a cart to another site."""
    cart_changes.change_site(call.tenant, call.principal, call.path["cartId"], call.body["siteCode"])
    return Reply(200)


def post_currency_change(call: Call) -> Reply:
    """Change the currency of a cart."""
    currency = call.body.get("currency", "")
    if re.fullmatch("[A-Z]{3}", currency) is None:
        raise UnusableInput("A currency has a code of three capital letters, such as EUR.", "Q13", field="currency")
    cart_changes.change_currency(call.tenant, call.principal, call.path["cartId"], currency)
    return Reply(200)


def post_merge(call: Call) -> Reply:
    """Merge visitors' carts into a customer's."""
    merging.merge_carts(call.tenant, call.principal, call.path["cartId"], call.body["carts"])
    return Reply(200)


def get_items(call: Call) -> Reply:
    """List the items of a cart."""
    state, priced = _price_called_cart(call)
    rows = [show_item(call.tenant, state, totals, priced.totals.currency) for totals in priced.totals.lines]
    return Reply(200, rows)


def get_item(call: Call) -> Reply:
    """Return one item."""
    state, priced = _price_called_cart(call)
    item = items.find_item(priced.cart, call.path["itemId"])
    totals = next(each for each in priced.totals.lines if each.line.item is item)
    return Reply(200, show_item(call.tenant, state, totals, priced.totals.currency))


def post_item(call: Call) -> Reply:
    """Add an item."""
    item = items.add_item(call.tenant, call.principal, call.path["cartId"], call.body)
    return Reply(201, {"itemId": item["id"], "yrn": yrn_of(call.tenant, item)})


def post_items(call: Call) -> Reply:
    """Add several items."""
    return Reply(200, items.add_items(call.tenant, call.principal, call.path["cartId"], call.body))


def put_item(call: Call) -> Reply:
    """Change an item."""
    is_partial = call.query.get("partial", False)
    path = call.path["cartId"], call.path["itemId"]
    items.update_item(call.tenant, call.principal, *path, call.body, is_partial=is_partial)
    return Reply(204)


def put_items(call: Call) -> Reply:
    """Change several items."""
    cart_id = call.path["cartId"]
    return Reply(207, items.update_items(call.tenant, call.principal, cart_id, call.body, call.element_errors))


def delete_item(call: Call) -> Reply:
    """Remove an item."""
    items.remove_item(call.tenant, call.principal, call.path["cartId"], call.path["itemId"])
    return Reply(204)


def delete_items(call: Call) -> Reply:
    """Remove all items."""
    items.remove_items(call.tenant, call.principal, call.path["cartId"])
    return Reply(204)


def post_discount(call: Call) -> Reply:
    """Apply a coupon."""
    return Reply(201, discounts.apply_discount(call.tenant, call.principal, call.path["cartId"], call.body))


def get_discounts(call: Call) -> Reply:
    """List the discounts of a cart."""
    _, priced = _price_called_cart(call)
    return Reply(200, discounts.list_discounts(call.tenant, priced))


def delete_discounts(call: Call) -> Reply:
    """Remove the discounts with some codes, or all."""
    discounts.remove_discounts(call.tenant, call.principal, call.path["cartId"], call.query.get("codes"))
    return Reply(204)


def delete_discount(call: Call) -> Reply:
    """Remove one discount."""
    discounts.remove_discount(call.tenant, call.principal, call.path["cartId"], call.path["discountIndex"])
    return Reply(204)


def get_validation(call: Call) -> Reply:
    """Say whether the prices in a cart still apply."""
    state, priced = _price_called_cart(call)
    return Reply(200, cart_validation.validate_cart(call.tenant, state, priced))


def _price_called_cart(call: Call) -> tuple[State, PricedCart]:
    """Return the state, and the cart in the path with everything calculated."""
    state = call.tenant.state
    return state, price_cart(call.tenant, state, find_usable_cart(state, call.principal, call.path["cartId"]))


def _reply_with_cart(call: Call, cart: Document, *, is_expanded: bool = True) -> Reply:
    """Return a cart; where it lacks a postal code and a country, those of the query count (Q5)."""
    destination: dict[str, Any] = {name: call.query[name] for name in ("zipCode", "countryCode") if name in call.query}
    state = call.tenant.state
    priced = price_cart(call.tenant, state, {**destination, **cart})
    return Reply(200, show_cart(call.tenant, state, priced, is_expanded=is_expanded))


def _check_destination(call: Call) -> None:
    """Raise UnusableInput if the query has only one of postal code and country, or no country's code (Q5)."""
    if ("zipCode" in call.query) != ("countryCode" in call.query):
        message = "zipCode and countryCode must be provided together."
        raise UnusableInput(message, "Q5", field="zipCode", error_type="required")
    if re.fullmatch("[A-Z]{2}", call.query.get("countryCode", "DE")) is None:
        raise UnusableInput("A country has a code of two capital letters, such as DE.", "Q5", field="countryCode")


HANDLERS: dict[str, Handler] = {
    "POST-cart-create-cart": post_cart,
    "GET-cart-retrieve-cart-by-criteria": get_cart_by_criteria,
    "POST-cart-retrieve-carts-by-search": post_cart_search,
    "GET-cart-retrieve-cart-by-cartId": get_cart,
    "PUT-cart-update-cart": put_cart,
    "DELETE-cart-remove-cart": delete_cart,
    "PUT-cart-refresh-cart": put_refresh,
    "POST-cart-change-cart-site": post_site_change,
    "POST-cart-change-cart-currency": post_currency_change,
    "POST-cart-merge-carts": post_merge,
    "POST-cart-add-multiple-items-to-cart": post_items,
    "PUT-cart-update-multiple-items-in-cart": put_items,
    "GET-cart-list-cart-items": get_items,
    "POST-cart-add-item-to-cart": post_item,
    "DELETE-cart-remove-items-from-cart": delete_items,
    "GET-cart-retrieve-item-details": get_item,
    "PUT-cart-update-item-details": put_item,
    "DELETE-cart-remove-item-from-cart": delete_item,
    "POST-cart-apply-discount": post_discount,
    "DELETE-cart-remove-all-discounts": delete_discounts,
    "GET-cart-list-all-discounts": get_discounts,
    "DELETE-cart-remove-discount": delete_discount,
    "GET-cart-validate": get_validation,
}
