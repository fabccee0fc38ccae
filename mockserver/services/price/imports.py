"""What recorded calls say about prices, their models and price lists."""

from __future__ import annotations

from ...importing.row_imports import Imports, Merges, PublicFields, Removes, RowImport, Shows, Stores

# The values of a matched price may be those of another country, so only its tiers are known.
MATCHED_PRICE = RowImport(
    collection="prices",
    fields={
        "id": "priceId",
        "itemId": ("itemId", "itemRef"),
        "currency": "currency",
        "location": "location",
        "tierValues": "tierValues",
        "salePrice": "salePrice",
        "mixins": "mixins",
    },
    has_only_fields=True,
)

PRICE = RowImport(collection="prices", fields={"id": ("id", "{priceId}", "<id")}, ignored=("metadata", "priceModel"))
MODEL = RowImport(
    collection="priceModels",
    fields={"id": ("id", "{priceModelId}", "<id"), "isDefault": ("default", "isDefault")},
    ignored=("metadata",),
)
PRICE_LIST = RowImport(collection="priceLists", fields={"id": ("id", "{priceListId}", "<id")}, ignored=("metadata",))
LIST_PRICE = RowImport(
    collection="priceListPrices",
    fields={"id": ("id", "{priceId}", "<id"), "priceListId": "{priceListId}"},
    ignored=("metadata",),
)
FOUND_PRICES = RowImport(
    collection="products", fields={"id": "itemId"}, parts={"prices": PRICE}, has_only_fields=True, is_implied=True
)

PUBLIC_FIELDS: PublicFields = {"priceModels": ("name",), "priceLists": ("name",)}

IMPORTS: Imports = {
    "POST-price-match-prices": [Shows(MATCHED_PRICE)],
    "POST-price-match-prices-by-context": [Shows(MATCHED_PRICE)],
    "GET-price-list-all-prices": [Shows(PRICE)],
    "POST-price-create-price": [Stores(PRICE)],
    "POST-price-create-multiple-prices": [Stores(PRICE)],
    "PUT-price-update-multiple-prices": [Stores(PRICE)],
    "GET-price-retrieve-price": [Shows(PRICE)],
    "PUT-price-update-price": [Merges(PRICE)],
    "DELETE-price-remove-price": [Removes("prices", {"id": "{priceId}"})],
    "POST-price-search-prices": [Shows(FOUND_PRICES)],
    "GET-price-list-price-models": [Shows(MODEL)],
    "POST-price-create-price-model": [Stores(MODEL)],
    "GET-price-retrieve-price-model": [Shows(MODEL)],
    "PUT-price-update-price-model": [Stores(MODEL)],
    "DELETE-price-remove-price-model": [Removes("priceModels", {"id": "{priceModelId}"})],
    "GET-price-retrieve-price-lists": [Shows(PRICE_LIST)],
    "POST-price-search-price-lists": [Shows(PRICE_LIST)],
    "POST-price-create-price-list": [Stores(PRICE_LIST)],
    "GET-price-retrieve-price-list": [Shows(PRICE_LIST)],
    "PUT-price-update-price-list": [Stores(PRICE_LIST)],
    "DELETE-price-remove-price-list": [Removes("priceLists", {"id": "{priceListId}"})],
    "GET-price-list-prices-in-price-list": [Shows(LIST_PRICE)],
    "POST-price-search-prices-in-price-list": [Shows(LIST_PRICE)],
    "POST-price-create-price-in-price-list": [Stores(LIST_PRICE)],
    "GET-price-retrieve-prices-from-price-list": [Shows(LIST_PRICE)],
    "PUT-price-update-price-in-price-list": [Stores(LIST_PRICE)],
    "DELETE-price-remove-price-from-price-list": [Removes("priceListPrices", {"id": "{priceId}"})],
    "POST-price-create-multiple-prices-for-price-list": [Stores(LIST_PRICE)],
    "PUT-price-update-multiple-prices-in-price-list": [Stores(LIST_PRICE)],
    "DELETE-price-remove-multiple-prices-from-price-list": [Removes("priceListPrices", {"id": "."})],
}
