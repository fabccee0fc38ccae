"""What recorded calls say about products, and about the segments that they are assigned to."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, RowImport, Shows

PRODUCT = RowImport(
    collection="products",
    fields={"categories": "categoryIds"},
    parts={
        "customerSegmentIds": RowImport(
            collection="itemAssignments", fields={"segmentId": ".", "type": "=PRODUCT", "itemId": "^id"}
        )
    },
    ignored=("yrn", "productType", "metadata"),
)

PUBLIC_FIELDS: PublicFields = {"products": ("name", "code", "media")}

IMPORTS: Imports = {
    "GET-product-list-products": [Shows(PRODUCT)],
    "POST-product-search-products": [Shows(PRODUCT)],
    "GET-product-retrieve-product": [Shows(PRODUCT)],
}
