"""Handlers of the Currency Service."""

from __future__ import annotations

from ...domain.price_matching import PRICES
from ...messages import Call, Handler
from ...practices.document_handlers import (
    create_document,
    delete_document,
    list_documents,
    merge_document,
    read_document,
    replace_document,
)
from ...practices.documents import Body
from ...store.state import State
from .collections import CURRENCIES, EXCHANGE_RATES, rate_code


def drop_uses(state: State, code: str) -> State:
    """Return a state without the exchange rates and the prices in a currency (H1)."""
    uses = {EXCHANGE_RATES.name: ("sourceCurrency", "targetCurrency"), PRICES: ("currency",)}
    for collection, fields in uses.items():
        for key, row in state.collection(collection).items():
            if code in (row.get(field) for field in fields):
                state = state.without_document(collection, key)
    return state


def name_rate(_: Call, body: Body) -> Body:
    """Return an exchange rate with its code (H2)."""
    return {**body, "code": rate_code(body["sourceCurrency"], body["targetCurrency"])}


HANDLERS: dict[str, Handler] = {
    "GET-currency-retrieve-currencies": list_documents(CURRENCIES),
    "POST-currency-create-currency": create_document(CURRENCIES),
    "GET-currency-retrieve-currency": read_document(CURRENCIES, "currencyCode"),
    "PUT-currency-update-currency": replace_document(CURRENCIES, "currencyCode", creates=False),
    "DELETE-currency-remove-currency": delete_document(CURRENCIES, "currencyCode", cascade=drop_uses),
    "GET-currency-retrieve-exchange-rates": list_documents(EXCHANGE_RATES),
    "POST-currency-create-exchange-rate": create_document(EXCHANGE_RATES, prepare=name_rate),
    "GET-currency-retrieve-exchange-rate": read_document(EXCHANGE_RATES, "code"),
    "PUT-currency-update-exchange-rate": merge_document(EXCHANGE_RATES, "code", fields=("rate",)),
    "DELETE-currency-remove-exchange-rate": delete_document(EXCHANGE_RATES, "code"),
}
