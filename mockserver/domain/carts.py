"""Carts, as several services know them: whose they are, and what they are bought with."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from ..access import Principal
from ..store.clock import format_timestamp
from ..store.state import Document, Revision, State
from ..store.tenant import Tenant
from .shopping_context import (
    SESSION_CONTEXTS,
    ShoppingContext,
    choose,
    complete_choices,
    country_of_site,
    find_active_segment_ids,
    find_group_ids,
    session_id_of,
)

CARTS = "carts"  # the name of the collection
OPEN, CLOSED = "OPEN", "CLOSED"
MANAGE_CARTS = "cart.cart_manage"
SHIPPING, BILLING = "SHIPPING", "BILLING"  # types of addresses
IDENTITY = ("siteCode", "type", "legalEntityId", "customerId")  # of a cart, with the session of a visitor (Q1)


def product_id_of(item_yrn: str) -> str:
    """Return the id of the product that an item names: what follows the last semicolon; "" without one (Q6)."""
    _, separator, product_id = item_yrn.rpartition(";")
    return product_id if separator else ""


def yrn_of(tenant: Tenant, item: Document) -> str:
    """Return the name of an item's product, as the client wrote it."""
    made = f"urn:yaas:saasag:caasproduct:product:{tenant.name};{item['productId']}"
    yrn: str = item.get("itemYrn", made)
    return yrn


def close_cart(tenant: Tenant, state: State, cart: Document, **made_of_it: str) -> State:
    """Return a state in which a cart is closed.

    made_of_it: the field that names what was made of the cart, such as `orderId`.
    """
    revision = Revision.from_document(cart).make_next(format_timestamp(tenant.clock.now()))
    metadata = revision.to_metadata(cart.get("metadata", {}).get("mixins"))
    return state.with_document(CARTS, cart["id"], {**cart, "status": CLOSED, **made_of_it, "metadata": metadata})


def is_visitor_cart(cart: Document) -> bool:
    """Whether a cart belongs to a visitor's session: it names no customer."""
    return "customerId" not in cart


def may_use_cart(cart: Document, principal: Principal) -> bool:
    """Whether a caller may read and change a cart: its customer, the visitor of its session, or who manages carts (Q2).

    A session goes on when its visitor logs in, so the customer may use the visitor's cart.
    """
    if MANAGE_CARTS in principal.scopes:
        return True
    if is_visitor_cart(cart):
        session_id = session_id_of(principal)
        return session_id is not None and cart.get("sessionId") == session_id
    return principal.customer_id is not None and cart["customerId"] == principal.customer_id


def find_open_cart(state: State, cart: Document) -> Document | None:
    """Return the open cart for the same site, type, legal entity and owner; None without one (Q1)."""
    identity = identify_cart(cart)
    return next(
        (
            other
            for other in list_open_carts(state)
            if identify_cart(other) == identity and other["id"] != cart.get("id")
        ),
        None,
    )


def with_first_cart(tenant: Tenant, state: State, customer_id: str, session_id: str) -> State:
    """Return a state in which a customer has an open cart on the site of the session, which may be a new one (Q17)."""
    values = complete_choices(state, customer_id, state.collection(SESSION_CONTEXTS).get(session_id, {}))
    if values is None:
        return state
    names = {name: values[name] for name in ("siteCode", "currency")} | {"customerId": customer_id}
    draft = {**names, "sessionId": session_id}
    if find_open_cart(state, draft) is not None:
        return state
    now, cart_id = format_timestamp(tenant.clock.now()), tenant.ids.next_document_id(state.collection(CARTS))
    empty = {"id": cart_id, "status": OPEN, "items": [], "discounts": [], **draft}
    state = state.with_document(CARTS, cart_id, {**empty, "metadata": Revision(1, now, now).to_metadata(None)})
    return choose(tenant, state, session_id, cartId=cart_id, **names)


def list_open_carts(state: State) -> Iterable[Document]:
    """Yield the open carts in the order of their ids."""
    return (cart for cart in state.collection(CARTS).values() if cart["status"] == OPEN)


def identify_cart(cart: Document) -> tuple[str | None, ...]:
    """Return what an open cart is found by: site, type, legal entity and owner (Q1)."""
    session_id = cart.get("sessionId") if is_visitor_cart(cart) else None
    return (*(cart.get(name) for name in IDENTITY), session_id)


def find_site_code(state: State, code: str | None) -> str | None:
    """Return the code of a site; without one, or for `default`, that of the tenant's default site (Q3)."""
    if code is not None and code in state.sites:
        return code
    sites = list(state.sites.values())
    site = next(chain((site for site in sites if site.get("default")), sites), None)
    return None if site is None or code not in (None, "default") else str(site["code"])


def build_cart_context(tenant: Tenant, state: State, cart: Document) -> ShoppingContext:
    """Return what a cart is bought with: its own site, currency and country, and its customer's segments (Q5)."""
    customer_id, entity_id = cart.get("customerId"), cart.get("legalEntityId")
    return ShoppingContext(
        site_code=cart["siteCode"],
        currency=cart["currency"],
        country=find_country(state, cart),
        is_chosen=True,
        session_id=cart.get("sessionId", ""),
        customer_id=customer_id,
        legal_entity_id=entity_id,
        group_ids=find_group_ids(state, customer_id, entity_id),
        segment_ids=find_active_segment_ids(tenant, state, customer_id, entity_id),
        at=tenant.clock.now(),
    )


def find_country(state: State, cart: Document) -> str:
    """Return the country whose taxes a cart has: where it is sent to, or else that of its site (Q5)."""
    if cart.get("countryCode"):
        return str(cart["countryCode"])
    for address_type in (SHIPPING, BILLING):
        for address in cart.get("addresses", ()):
            if address.get("type") == address_type and address.get("country"):
                return str(address["country"])
    return country_of_site(state.sites.get(cart["siteCode"], {}))
