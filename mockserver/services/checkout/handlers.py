"""Handlers of the Checkout Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from . import checkout


def post_order(call: Call) -> Reply:
    """Make an order of a cart."""
    placed = checkout.place_order(call.tenant, call.principal, call.body, call.header.get("saas-token"))
    return Reply(200, {"orderId": placed.id, "paymentDetails": placed.payment_details, "checkoutId": ""})


HANDLERS: dict[str, Handler] = {"POST-checkout-trigger-checkout": post_order}
