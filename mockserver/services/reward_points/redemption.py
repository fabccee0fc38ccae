"""Points that become coupons (R11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...domain.coupon_rules import COUPONS
from ...errors import BadRequest
from ...practices import documents
from ...store.state import Document, State
from ...store.tenant import Tenant
from .accounts import without_points
from .collections import OPTION_ROWS, POINT_ROWS, POINTS

CODE_DIGITS = 8
COUPON_FIELDS = (
    *("name", "description", "discountType", "discountPercentage", "discountAbsolute", "allowAnonymous"),
    *("maxRedemptions", "maxRedemptionsPerCustomer", "restrictions"),
)


def redeem_for_coupon(tenant: Tenant, customer_id: str, option_id: str) -> str:
    """Redeem the points of an option, and return the code of the coupon that the customer gets for them (R11).

    NotFound for a missing option; BadRequest for an option without a coupon, or if the customer has fewer points.
    """

    def rule(state: State) -> tuple[State, str]:
        option = documents.find_document(state, OPTION_ROWS, option_id)
        code = _generate_code(tenant, state)
        coupon = _build_coupon(option, code, customer_id)
        empty = {"customerId": customer_id, "addedPointsList": [], "redeemedPointsList": []}
        account = state.collection(POINTS).get(customer_id, empty)
        body = {"points": option["points"], "description": option.get("description", option["name"])}
        changed = without_points(tenant, account, body)
        state = documents.store_document(tenant, state, POINT_ROWS, customer_id, changed)
        return state.with_document(COUPONS, code, coupon), code

    return tenant.change(rule)


def _build_coupon(option: Document, code: str, customer_id: str) -> dict[str, Any]:
    given: Mapping[str, Any] = option.get("coupon", {})
    if "discountType" not in given:
        detail = "The option has no coupon with a discountType."
        raise BadRequest(field="/id", error_type="reference", detail=detail, rule="R11")
    coupon = {name: given[name] for name in COUPON_FIELDS if name in given}
    if "discountAbsolute" in coupon:
        amount = coupon["discountAbsolute"]
        currency = str(amount.get("currency", "USD")).upper()
        coupon["discountAbsolute"] = {"amount": amount.get("amount", 0), "currency": currency}
    return {"name": option["name"], "maxRedemptions": 1, **coupon, "code": code, "issuedTo": customer_id}


def _generate_code(tenant: Tenant, state: State) -> str:
    """Return a code that no coupon has."""
    while (code := f"RP-{tenant.ids.next_hex(CODE_DIGITS)}".upper()) in state.collection(COUPONS):
        pass
    return code
