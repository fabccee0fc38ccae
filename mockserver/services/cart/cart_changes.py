"""Changes of a whole cart: its fields, its site, its currency, its prices, and its end (Q4, Q13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access import Principal
from ...domain.cart_lines import build_price_row, match_item, match_product
from ...domain.carts import CARTS, build_cart_context, find_open_cart
from ...errors import Conflict, Forbidden
from ...practices import documents
from ...store.state import Document, State
from ...store.tenant import Tenant
from .addresses import own_addresses
from .cart_access import Body, change_cart, find_usable_cart, manages_carts, store_cart
from .cart_errors import UnusableInput
from .criteria import find_owner

REPLACED_FIELDS = (
    *("type", "zipCode", "countryCode", "channel", "deliveryWindow", "deliveryWindowId", "restriction"),
    *("orderId", "quoteId", "status", "mixins", "metadata"),
)
OWNER_FIELDS = ("customerId", "legalEntityId")


def update_cart(tenant: Tenant, principal: Principal, cart_id: str, body: Body) -> None:
    """Replace the fields of an open cart that the body has (Q13); Conflict if the owner has one like it (Q1)."""

    def change(state: State, cart: Document) -> tuple[Document, None]:
        if body.get("externalDiscounts"):
            raise UnusableInput("externalDiscounts is not simulated.", "Q11", field="externalDiscounts")
        changed = {**cart, **{name: body[name] for name in REPLACED_FIELDS if name in body}}
        if "countryCode" in body:  # a body may have it in lower case, a cart has it in capital letters
            changed["countryCode"] = body["countryCode"].upper()
        if "addresses" in body:
            changed["addresses"] = own_addresses(body["addresses"])
        if any(body.get(name) not in (None, cart.get(name)) for name in OWNER_FIELDS):
            changed |= _find_new_owner(state, principal, cart, body)
        if find_open_cart(state, changed) is not None:
            raise Conflict("An open cart for this owner, site, type and legal entity already exists.", rule="Q1")
        if body.get("currency", cart["currency"]) != cart["currency"]:
            changed = _rematch(tenant, state, {**changed, "currency": body["currency"]})
        return changed, None

    change_cart(tenant, principal, cart_id, change, body)


def remove_cart(tenant: Tenant, principal: Principal, cart_id: str) -> None:
    """Delete a cart, open or closed; CartNotFound for a missing one."""

    def rule(state: State) -> tuple[State, None]:
        find_usable_cart(state, principal, cart_id)
        return documents.drop_documents(tenant, state, CARTS, cart_id), None

    tenant.change(rule)


def refresh_cart(tenant: Tenant, principal: Principal, cart_id: str) -> None:
    """Match the prices of all items again. An item whose price does not apply any more gets the best one (Q13)."""
    change_cart(tenant, principal, cart_id, lambda state, cart: (_refresh(tenant, state, cart), None))


def change_site(tenant: Tenant, principal: Principal, cart_id: str, site_code: str) -> None:
    """Move a cart to another site and its currency, and match all prices there (Q13)."""

    def change(state: State, cart: Document) -> tuple[Document, None]:
        site = state.sites.get(site_code)
        if site is None:
            raise UnusableInput(f"No site has the code {site_code}.", "Q3", field="siteCode")
        moved = {**cart, "siteCode": site_code, "currency": site["currency"]}
        if find_open_cart(state, moved) is not None:
            raise UnusableInput("The owner has an open cart there already.", "Q1", field="siteCode")
        return _rematch(tenant, state, moved), None

    change_cart(tenant, principal, cart_id, change)


def change_currency(tenant: Tenant, principal: Principal, cart_id: str, currency: str) -> None:
    """Change the currency of a cart, and match all prices in it (Q13)."""

    def change(state: State, cart: Document) -> tuple[Document, None]:
        return _rematch(tenant, state, {**cart, "currency": currency}), None

    change_cart(tenant, principal, cart_id, change)


def store_closed_cart(tenant: Tenant, state: State, cart: Document) -> State:
    """Return a state in which a cart is closed."""
    return store_cart(tenant, state, {**cart, "status": "CLOSED"})


def _find_new_owner(state: State, principal: Principal, cart: Document, body: Body) -> Mapping[str, str]:
    """Return the customer and the legal entity that a body gives a cart; Forbidden for somebody else (Q2)."""
    customer_id = body.get("customerId") or cart.get("customerId")
    entity_id = body.get("legalEntityId") or cart.get("legalEntityId")
    if not manages_carts(principal) and principal.customer_id is None:
        raise Forbidden(hint="only a customer's cart has a customerId", scopes=("cart.cart_manage",), rule="Q2")
    owner = find_owner(state, principal, customer_id, cart.get("sessionId"), entity_id)
    return {name: owner[name] for name in OWNER_FIELDS if name in owner}


def _refresh(tenant: Tenant, state: State, cart: Document) -> dict[str, Any]:
    context = build_cart_context(tenant, state, cart)
    items = []
    for item in cart["items"]:
        match = match_item(tenant, state, item, context) or match_product(tenant, state, item, context)
        items.append(item if match is None else {**item, "price": build_price_row(match)})
    return {**cart, "items": items}


def _rematch(tenant: Tenant, state: State, cart: Document) -> dict[str, Any]:
    """Return a cart in which all items have their best price; UnusableInput for an item without one (Q13)."""
    context = build_cart_context(tenant, state, cart)
    items = []
    for item in cart["items"]:
        match = match_product(tenant, state, item, context)
        if match is None:
            raise UnusableInput(
                f"Product {item['productId']} has no price on site {cart['siteCode']} in {cart['currency']}.", "Q13"
            )
        items.append({**item, "price": build_price_row(match)})
    return {**cart, "items": items}
