"""What the service stores: vouchers."""

from __future__ import annotations

from mockserver.store.collection import Collection
from mockserver.store.row_schemas import ID, LOCALIZED, METADATA, closed_object, unique_list

VOUCHERS = Collection(
    name="vouchers",
    references={"siteCode": "sites", "products": "products", "limit.segmentId": "segments"},
    parent="parentId",
    schema=closed_object(
        {
            "id": ID,
            "parentId": ID,
            "name": LOCALIZED,
            "percent": {"type": "integer", "minimum": 1, "maximum": 100},
            "siteCode": ID,
            "products": unique_list(ID),
            "limit": closed_object({"segmentId": ID}),
            "metadata": METADATA,
        },
        ("id", "name", "percent", "siteCode"),
    ),
)

COLLECTIONS = (VOUCHERS,)
