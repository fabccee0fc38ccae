"""What recorded calls say about products, and about the segments that they are assigned to."""

from __future__ import annotations

from dataclasses import replace

from ...importing.row_imports import Imports, Merges, PublicFields, Removes, RowImport, Shows, Stores

PRODUCT = RowImport(
    collection="products",
    fields={"categories": "categoryIds"},
    parts={
        "customerSegmentIds": RowImport(
            collection="itemAssignments", fields={"segmentId": ".", "type": "=PRODUCT", "itemId": "^id"}
        )
    },
    ignored=("yrn", "metadata", "brand", "labels"),
)
WRITTEN_PRODUCT = RowImport(
    collection="products",
    fields={"id": ("id", "<id")},
    kept=("categories", "media"),
    ignored=("yrn", "metadata", "brand", "labels"),
)
NAMED_PRODUCT = replace(WRITTEN_PRODUCT, fields={"id": "{productId}"})
TEMPLATE = RowImport(collection="productTemplates", fields={"id": ("id", "<id")}, ignored=("metadata",))
NAMED_TEMPLATE = replace(TEMPLATE, fields={"id": "{product-template-id}"})

PUBLIC_FIELDS: PublicFields = {
    "products": ("name", "code", "media"),
    "productTemplates": ("id", "name", "attributes"),
}

IMPORTS: Imports = {
    "GET-product-list-products": [Shows(PRODUCT)],
    "POST-product-search-products": [Shows(PRODUCT)],
    "POST-product-list-products-by-yrn": [Shows(PRODUCT)],
    "GET-product-retrieve-product": [Shows(PRODUCT)],
    "POST-product-create-product": [Stores(WRITTEN_PRODUCT)],
    "PUT-product-update-product": [Merges(NAMED_PRODUCT)],
    "PATCH-product-update-product": [Merges(NAMED_PRODUCT)],
    "DELETE-product-remove-product": [Removes("products", {"id": "{productId}"})],
    "POST-product-create-bulk-products": [Stores(WRITTEN_PRODUCT)],
    "PUT-product-update-bulk-products": [Stores(WRITTEN_PRODUCT)],
    "GET-product-list-templates": [Shows(TEMPLATE)],
    "POST-product-create-template": [Stores(TEMPLATE)],
    "GET-product-retrieve-template": [Shows(TEMPLATE)],
    "PUT-product-update-template": [Stores(NAMED_TEMPLATE)],
    "DELETE-product-remove-template": [Removes("productTemplates", {"id": "{product-template-id}"})],
}
