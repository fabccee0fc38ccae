"""What recorded calls say about currencies and exchange rates."""

from __future__ import annotations

from dataclasses import replace

from ...importing.row_imports import Imports, Merges, PublicFields, Removes, RowImport, Shows, Stores

CURRENCY = RowImport(collection="currencies", fields={"code": ("code", "{currencyCode}")}, ignored=("metadata",))
RATE = RowImport(collection="exchangeRates", fields={"code": ("code", "{code}", "<code")}, ignored=("metadata",))
CHANGED_RATE = replace(RATE, fields={"code": "{code}"})

PUBLIC_FIELDS: PublicFields = {
    "currencies": ("code", "name"),
    "exchangeRates": ("code", "sourceCurrency", "targetCurrency", "rate"),
}

IMPORTS: Imports = {
    "GET-currency-retrieve-currencies": [Shows(CURRENCY)],
    "POST-currency-create-currency": [Stores(CURRENCY)],
    "GET-currency-retrieve-currency": [Shows(CURRENCY)],
    "PUT-currency-update-currency": [Stores(CURRENCY)],
    "DELETE-currency-remove-currency": [Removes("currencies", {"code": "{currencyCode}"})],
    "GET-currency-retrieve-exchange-rates": [Shows(RATE)],
    "POST-currency-create-exchange-rate": [Stores(RATE)],
    "GET-currency-retrieve-exchange-rate": [Shows(RATE)],
    "PUT-currency-update-exchange-rate": [Merges(CHANGED_RATE)],
    "DELETE-currency-remove-exchange-rate": [Removes("exchangeRates", {"code": "{code}"})],
}
