"""Payments of orders: what is begun and authorized in a storefront always succeeds (Y3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access import Principal
from ...domain.orders import DECLINED, ORDERS
from ...domain.payment_modes import PAYMENT_MODES, begin_payment, is_paid_elsewhere
from ...errors import BadRequest
from ...practices import documents, writes
from ...store.clock import format_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .payment_errors import PaymentNotPossible

Body = Mapping[str, Any]
AUTHORIZED = "AUTHORIZATION_SUCCESS"


def initialize_payment(tenant: Tenant, principal: Principal, body: Body) -> dict[str, Any]:
    """Return the transaction of a payment; BadRequest or PaymentNotPossible."""
    order, mode = _find_payment(tenant.state, principal, body)
    return begin_payment(mode, order["id"])


def authorize_payment(tenant: Tenant, principal: Principal, body: Body) -> dict[str, Any]:
    """Authorize the payment of an order and return the outcome; BadRequest or PaymentNotPossible.

    One that is made elsewhere is authorized when the buyer comes back with a call like the first one.
    """

    def rule(state: State) -> tuple[State, dict[str, Any]]:
        order, mode = _find_payment(state, principal, body)
        begun = begin_payment(mode, order["id"])
        payments = order.get("payments", ())
        is_first = not any(each.get("transactionId") == begun["paymentTransactionId"] for each in payments)
        must_leave = is_paid_elsewhere(mode) and is_first
        status = "PENDING" if must_leave else AUTHORIZED
        payment = {
            "status": status,
            "provider": "payment-gateway",
            "method": mode["code"],
            "transactionId": begun["paymentTransactionId"],
        }
        amounts = {
            "authorizedAmount": order.get("totalAuthorizedAmount", order.get("totalPrice", 0)),
            "paidAmount": 0,
            "currency": order.get("currency", "EUR"),
        }
        state = _store_payment(tenant, state, order, {**amounts, **payment})
        outcome = begun if must_leave else {name: begun[name] for name in ("successful", "paymentTransactionId")}
        return state, {**outcome, "requiresExternalPayment": must_leave}

    return tenant.change(rule)


def _find_payment(state: State, principal: Principal, body: Body) -> tuple[Document, Document]:
    """Return the order and the payment mode of a request.

    BadRequest for one that does not exist, or for the order of somebody else. PaymentNotPossible for a mode that is off
    and for an order that was declined.
    """
    order_id, mode_id = body.get("order", {}).get("id"), body.get("paymentModeId")
    order = state.collection(ORDERS).get(order_id or "")
    if order is None or not _may_pay(order, principal):
        raise _refuse("order.id", f"The caller has no order with the id {order_id}.")
    mode = state.collection(PAYMENT_MODES).get(mode_id or "")
    if mode is None:
        raise _refuse("paymentModeId", f"No payment mode has the id {mode_id}.")
    if not mode["active"]:
        raise PaymentNotPossible(f"The payment action is not supported: payment mode {mode['code']} is not active.")
    if order["status"] == DECLINED:
        raise PaymentNotPossible("The payment action is not supported: the order is DECLINED.")
    return order, mode


def _may_pay(order: Document, principal: Principal) -> bool:
    """Whether a caller may pay for an order: its customer, any visitor for a guest's, or a service."""
    buyer = order["customer"].get("id")
    if principal.customer_id is not None:
        return bool(buyer == principal.customer_id)
    return buyer is None or not principal.is_visitor


def _store_payment(tenant: Tenant, state: State, order: Document, payment: Body) -> State:
    """Return a state in which this is the only payment of an order."""
    revision = writes.next_revision(documents.revision_of(order), format_timestamp(tenant.clock.now()))
    metadata = revision.to_metadata(order.get("metadata", {}).get("mixins"))
    return state.with_document(ORDERS, order["id"], {**order, "payments": [payment], "metadata": metadata})


def _refuse(field: str, detail: str) -> BadRequest:
    return BadRequest(field=field, error_type="reference", detail=detail, rule="Y3")
