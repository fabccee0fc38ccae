"""What recorded calls say about prices and their models."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, RowImport, Shows

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

PUBLIC_FIELDS: PublicFields = {"priceModels": ("name",)}

IMPORTS: Imports = {
    "POST-price-match-prices": [Shows(MATCHED_PRICE)],
    "POST-price-match-prices-by-context": [Shows(MATCHED_PRICE)],
}
