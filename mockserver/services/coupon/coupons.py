"""Coupons as clients see them, and whether they can be redeemed (U1 to U4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...access import Principal
from ...domain.coupon_rules import COUPONS, UNLIMITED, explain_mismatch, explain_refusal, find_coupon, find_status
from ...domain.money import to_decimal
from ...domain.shopping_context import ShoppingContext, find_active_segment_ids, find_context, find_group_ids
from ...errors import BadRequest, Forbidden, NotFound
from ...store.state import Document, State
from ...store.tenant import Tenant

REDEEM_ON_BEHALF = "coupon.coupon_redeem_on_behalf"
MANAGE_COUPONS = "coupon.coupon_manage"


class CouponNotFound(NotFound):
    """A coupon that does not exist (U1)."""

    rule = "U1"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.message = f"Coupon with code {code} not found."


def find_existing_coupon(state: State, code: str) -> Document:
    """Return the coupon with a code; CouponNotFound (U1)."""
    coupon = find_coupon(state, code)
    if coupon is None:
        raise CouponNotFound(code)
    return coupon


def list_coupons(state: State) -> list[Document]:
    """Return all coupons in the order of their codes."""
    return list(state.collection(COUPONS).values())


def show_coupon(coupon: Document, now: datetime) -> dict[str, Any]:
    """Return a coupon with its status and all that its row may leave out (U2)."""
    defaults = {
        "allowAnonymous": False,
        "maxRedemptions": UNLIMITED,
        "maxRedemptionsPerCustomer": UNLIMITED,
        "redemptionCount": 0,
        "discountCalculationType": "SUBTOTAL",
        "categoryRestricted": False,
        "segmentRestricted": False,
        "deleted": False,
        "metadata": {"version": 0},
    }
    return {**defaults, **coupon, "status": find_status(coupon, now)}


def check_redemption(tenant: Tenant, principal: Principal, code: str, body: Mapping[str, Any]) -> None:
    """Raise BadRequest if a customer cannot redeem a coupon for an order now (U2 to U4).

    Forbidden for a customer other than the caller, without the scope for it.
    """
    state = tenant.state
    coupon, customer_id = find_existing_coupon(state, code), body.get("customerNumber")
    if customer_id not in (None, principal.customer_id) and REDEEM_ON_BEHALF not in principal.scopes:
        raise Forbidden(
            hint=f"customerNumber needs the scope {REDEEM_ON_BEHALF}", scopes=(REDEEM_ON_BEHALF,), rule="U5"
        )
    context = _build_context(
        tenant, principal, customer_id or principal.customer_id, body.get("legalEntityId") or principal.legal_entity_id
    )
    total = body.get("orderTotal", {})
    refusal = explain_refusal(state, coupon, context) or explain_mismatch(
        coupon, total.get("currency", context.currency), to_decimal(total.get("amount", 0))
    )
    if refusal is not None:
        raise BadRequest(refusal, field="code", error_type="coupon", rule="U2")


def _build_context(
    tenant: Tenant, principal: Principal, customer_id: str | None, entity_id: str | None
) -> ShoppingContext:
    """Return what a customer buys with; the site, the currency and the country are those of the caller's session."""
    state, own = tenant.state, find_context(tenant, principal)
    return ShoppingContext(
        site_code=own.site_code if own else "",
        currency=own.currency if own else "",
        country=own.country if own else "",
        is_chosen=own is not None,
        session_id=own.session_id if own else "",
        customer_id=customer_id,
        legal_entity_id=entity_id,
        group_ids=find_group_ids(state, customer_id, entity_id),
        segment_ids=find_active_segment_ids(tenant, state, customer_id, entity_id),
        at=tenant.clock.now(),
    )
