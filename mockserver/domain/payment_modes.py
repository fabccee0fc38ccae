"""Payment modes, as the services that offer and use them know them (Y1 to Y3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from ..store.state import Document, State

PAYMENT_MODES = "paymentModes"  # the name of the collection
PAYMENT_GATEWAY = "payment-gateway"  # the provider of a checkout whose payment mode counts
INVOICE, CASH_ON_DELIVERY = "INVOICE", "CASH_ON_DELIVERY"
SPREEDLY, SAFERPAY, UNZER = "SPREEDLY", "SPREEDLY_SAFERPAY", "UNZER"
PROVIDERS = (INVOICE, CASH_ON_DELIVERY, SPREEDLY, SAFERPAY, UNZER)
METHOD_TYPE, CREDIT_CARD = "Spreedly/PaymentMethodType", "credit_card"
RETURN_ADDRESSES = ("Spreedly/RedirectURL", "Saferpay/RedirectUrl")  # where the buyer goes after the payment
NO_RETURN_ADDRESS = "https://payments.example.com/"


def find_active_mode(state: State, mode_id: str | None) -> Document | None:
    """Return an active payment mode; None if there is none with this id."""
    mode = state.collection(PAYMENT_MODES).get(mode_id or "")
    return mode if mode is not None and mode["active"] else None


def is_paid_elsewhere(mode: Document) -> bool:
    """Whether the buyer has to leave the storefront to pay: not for invoices, cash, and cards, which have a token."""
    if mode["provider"] == SPREEDLY:
        return bool(mode["configuration"].get(METHOD_TYPE, CREDIT_CARD) != CREDIT_CARD)
    return mode["provider"] in (SAFERPAY, UNZER)


def begin_payment(mode: Document, order_id: str) -> dict[str, Any]:
    """Return the transaction of an order's payment, and where the buyer has to go if it is made elsewhere.

    Offline nobody can be paid, so that is where the buyer goes after the payment (Y3).
    """
    transaction_id = uuid5(NAMESPACE_URL, f"{order_id}/{mode['id']}").hex
    begun: dict[str, Any] = {"successful": True, "paymentTransactionId": transaction_id}
    if not is_paid_elsewhere(mode):
        return begun
    address = _find_return_address(mode["configuration"])
    query = urlencode({"orderId": order_id, "paymentModeId": mode["id"]})
    return begun | {
        "externalPaymentRedirectURL": f"{address}{'&' if '?' in address else '?'}{query}",
        "externalPaymentHttpMethod": "GET",
        "externalPaymentParameters": {},
    }


def _find_return_address(configuration: Mapping[str, str]) -> str:
    return next((configuration[name] for name in RETURN_ADDRESSES if configuration.get(name)), NO_RETURN_ADDRESS)
