"""Handlers of the Currency Service."""

from __future__ import annotations

from ...messages import Call, Handler
from ...practices.document_handlers import (
    change_document,
    create_document,
    delete_document,
    list_documents,
    read_document,
    replace_document,
)
from ...practices.documents import Body
from .collections import CURRENCIES, EXCHANGE_RATES, rate_code


def name_rate(_: Call, body: Body) -> Body:
    """Return an exchange rate with its code (H2)."""
    return {**body, "code": rate_code(body["sourceCurrency"], body["targetCurrency"])}


HANDLERS: dict[str, Handler] = {
    "GET-currency-retrieve-currencies": list_documents(CURRENCIES),
    "POST-currency-create-currency": create_document(CURRENCIES),
    "GET-currency-retrieve-currency": read_document(CURRENCIES, "currencyCode"),
    "PUT-currency-update-currency": replace_document(CURRENCIES, "currencyCode", creates=False),
    "DELETE-currency-remove-currency": delete_document(CURRENCIES, "currencyCode"),
    "GET-currency-retrieve-exchange-rates": list_documents(EXCHANGE_RATES),
    "POST-currency-create-exchange-rate": create_document(EXCHANGE_RATES, prepare=name_rate),
    "GET-currency-retrieve-exchange-rate": read_document(EXCHANGE_RATES, "code"),
    "PUT-currency-update-exchange-rate": change_document(EXCHANGE_RATES, "code", fields=("rate",)),
    "DELETE-currency-remove-exchange-rate": delete_document(EXCHANGE_RATES, "code"),
}
