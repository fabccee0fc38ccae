"""The open cart of an owner for a site, a type and a legal entity: how it is created and found (Q1, Q3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access import Principal
from ...domain.carts import CARTS, OPEN, find_open_cart, find_site_code, identify_cart, list_open_carts
from ...domain.shopping_context import choose, session_id_of
from ...errors import Conflict, Forbidden
from ...store.state import Document, State
from ...store.tenant import Tenant
from .addresses import own_addresses
from .cart_access import check_shopper, manages_carts, store_cart
from .cart_errors import CartNotFound, UnusableInput

COPIED_FIELDS = ("type", "channel", "deliveryWindow", "deliveryWindowId", "restriction", "mixins", "metadata")


def create_cart(tenant: Tenant, principal: Principal, body: Mapping[str, Any], session_id: str | None = None) -> str:
    """Create a cart and return its id; Conflict if the owner has an open one for the same site (Q1).

    session_id: the visitor's session, if the caller manages carts.
    """

    def rule(state: State) -> tuple[State, str]:
        owner = find_owner(state, principal, body.get("customerId"), session_id, body.get("legalEntityId"))
        site_code = find_site_code(state, body.get("siteCode"))
        if site_code is None:
            raise UnusableInput(f"No site has the code {body.get('siteCode', 'default')}.", "Q3", field="siteCode")
        copied = {name: body[name] for name in COPIED_FIELDS if name in body}
        addresses = {"addresses": own_addresses(body["addresses"])} if "addresses" in body else {}
        draft = {**owner, **copied, **addresses, "siteCode": site_code, "currency": body["currency"]}
        if find_open_cart(state, draft) is not None:
            raise Conflict("An open cart for this owner, site, type and legal entity already exists.", rule="Q1")
        return _with_new_cart(tenant, state, draft)

    check_shopper(principal)
    return tenant.change(rule)


def find_cart(tenant: Tenant, principal: Principal, query: Mapping[str, Any]) -> Document:
    """Return the open cart of an owner for a site; with `create` a new one if it is missing. CartNotFound (Q3)."""

    def rule(state: State) -> tuple[State, Document]:
        draft = _read_criteria(state, principal, query)
        cart = _find_matching(state, draft)
        if cart is not None:
            return state, cart
        if not query.get("create", False):
            raise CartNotFound("", f"No open cart for the site {query['siteCode']} has this owner and type.")
        site = state.sites[draft["siteCode"]]
        state, cart_id = _with_new_cart(tenant, state, {**draft, "currency": site["currency"]})
        return state, state.collection(CARTS)[cart_id]

    check_shopper(principal)
    return tenant.change(rule)


def find_owner(
    state: State,
    principal: Principal,
    customer_id: str | None,
    session_id: str | None,
    legal_entity_id: str | None,
) -> dict[str, str]:
    """Return the fields of a cart that say whose it is (Q1, Q2); Forbidden for somebody else, UnusableInput for nobody.

    Without one in the request, the legal entity is that of the customer's token.
    """
    if not manages_carts(principal):
        own_session_id = session_id_of(principal)
        if customer_id not in (None, principal.customer_id):
            raise Forbidden(hint="customerId names somebody else", scopes=("cart.cart_manage",), rule="Q2")
        customer_id, session_id = principal.customer_id, own_session_id
        legal_entity_id = legal_entity_id or principal.legal_entity_id
    if customer_id is None and session_id is None:
        raise UnusableInput("Name the owner: customerId, or the session of a visitor.", "Q2", error_type="required")
    owner = {"customerId": customer_id, "sessionId": session_id, "legalEntityId": legal_entity_id}
    _check_customer(state, customer_id, legal_entity_id)
    return {name: value for name, value in owner.items() if value is not None}


def _check_customer(state: State, customer_id: str | None, legal_entity_id: str | None) -> None:
    """Raise UnusableInput for an unknown customer, or a legal entity that the customer does not belong to (Q2)."""
    customer = state.customers.get(customer_id or "")
    if customer_id is not None and customer is None:
        raise UnusableInput(f"No customer has the id {customer_id}.", "Q2", field="customerId")
    if legal_entity_id is not None and legal_entity_id not in (customer or {}).get("legalEntities", ()):
        raise UnusableInput(
            f"The owner of the cart does not belong to the legal entity {legal_entity_id}.",
            "Q2",
            field="legalEntityId",
        )


def _read_criteria(state: State, principal: Principal, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that identify the cart that a query asks for (Q3)."""
    session_id = query.get("sessionId")
    if not manages_carts(principal) and session_id not in (None, session_id_of(principal)):
        raise Forbidden(hint="sessionId names somebody else's session", scopes=("cart.cart_manage",), rule="Q2")
    if find_site_code(state, query["siteCode"]) is None:
        raise CartNotFound("", f"No site has the code {query['siteCode']}.")
    owner = find_owner(state, principal, query.get("customerId"), session_id, query.get("legalEntityId"))
    if session_id is not None and "customerId" not in query:  # the cart that the visitor had before logging in
        owner.pop("customerId", None)
        owner.pop("legalEntityId", None)
    names = {name: query[name] for name in ("type", "zipCode", "countryCode") if name in query}
    return {**owner, **names, "siteCode": find_site_code(state, query["siteCode"])}


def _find_matching(state: State, draft: Mapping[str, Any]) -> Document | None:
    identity = identify_cart(draft)
    return next((cart for cart in list_open_carts(state) if identify_cart(cart) == identity), None)


def _with_new_cart(tenant: Tenant, state: State, draft: Mapping[str, Any]) -> tuple[State, str]:
    """Return a state with a new, empty cart, and its id; the session's context is readable from then on (Q1, S1)."""
    cart_id = tenant.ids.next_document_id(state.collection(CARTS))
    cart = {"id": cart_id, "status": OPEN, "items": [], "discounts": [], **draft}
    state = store_cart(tenant, state, cart)
    if "sessionId" in draft:
        choices = {name: cart.get(name) for name in ("siteCode", "currency", "customerId")}
        state = choose(tenant, state, draft["sessionId"], cartId=cart_id, **choices)
    return state, cart_id
