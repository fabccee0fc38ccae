"""Whose carts a caller may use, and the change of one cart as one change of the state (Q1 to Q4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ...access import Principal
from ...domain.approvals import find_submitted_cart_ids
from ...domain.carts import CARTS, MANAGE_CARTS, OPEN, may_use_cart
from ...domain.shopping_context import session_id_of
from ...errors import Forbidden
from ...practices import documents, mixins, writes
from ...store.clock import format_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .cart_errors import CartNotFound, UnusableInput

Body = Mapping[str, Any]
Result = TypeVar("Result")
CartChange = Callable[[State, Document], tuple[Document, Result]]


def manages_carts(principal: Principal) -> bool:
    """Whether a caller may use all carts (Q2)."""
    return MANAGE_CARTS in principal.scopes


def check_shopper(principal: Principal) -> None:
    """Raise Forbidden unless the caller is a customer, a visitor, or somebody who manages carts (Q2)."""
    if not manages_carts(principal) and session_id_of(principal) is None:
        hint = f"carts are for customers, visitors and the scope {MANAGE_CARTS}"
        raise Forbidden(hint=hint, scopes=(MANAGE_CARTS,), rule="Q2")


def find_usable_cart(state: State, principal: Principal, cart_id: str) -> Document:
    """Return a cart; CartNotFound for a missing one, or after a request for approval (J7).

    Forbidden for somebody else's cart (Q2).
    """
    check_shopper(principal)
    cart = state.collection(CARTS).get(cart_id)
    if cart is None or cart_id in find_submitted_cart_ids(state):
        raise CartNotFound(cart_id)
    if not may_use_cart(cart, principal):
        raise Forbidden(hint=f"somebody else's cart needs the scope {MANAGE_CARTS}", scopes=(MANAGE_CARTS,), rule="Q2")
    return cart


def change_cart(
    tenant: Tenant, principal: Principal, cart_id: str, change: CartChange[Result], body: Body | None = None
) -> Result:
    """Change an open cart, which gets a new version; a change that raises changes nothing.

    change: takes the state and the cart; returns the new cart and the result.
    body: what the client sent: a version in its metadata must be that of the cart (StaleVersion, D3).
    """

    def rule(state: State) -> tuple[State, Result]:
        cart = find_usable_cart(state, principal, cart_id)
        writes.check_version(documents.revision_of(cart), body or {})
        check_open(cart)
        changed, result = change(state, cart)
        return store_cart(tenant, state, changed), result

    return tenant.change(rule)


def check_open(cart: Document) -> None:
    """Raise UnusableInput for a closed cart (Q4)."""
    if cart["status"] != OPEN:
        raise UnusableInput(f"Cart with code {cart['id']} is CLOSED.", "Q4", error_type="status")


def store_cart(tenant: Tenant, state: State, cart: Document) -> State:
    """Return a state with this cart in its next version; BadRequest for mixins that do not fit (D12)."""
    mixins.check_mixins(cart, state.mixin_schemas, tenant.switches.unknown_mixin)
    old = state.collection(CARTS).get(cart["id"])
    old_revision = None if old is None else documents.revision_of(old)
    revision = writes.next_revision(old_revision, format_timestamp(tenant.clock.now()))
    metadata = revision.to_metadata(mixins.mixin_urls(cart))
    return state.with_document(CARTS, cart["id"], {**cart, "metadata": metadata})
