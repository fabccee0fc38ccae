"""What recorded calls say about prices and their models."""

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
FOUND_PRICES = RowImport(
    collection="products", fields={"id": "itemId"}, parts={"prices": PRICE}, has_only_fields=True, is_implied=True
)

PUBLIC_FIELDS: PublicFields = {"priceModels": ("name",)}

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
}
