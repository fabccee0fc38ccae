"""What the service stores: products."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_schemas import BOOLEAN, ID, LOCALIZED, TEXT, closed_object, unique_list

PRODUCTS = Collection(
    name="products",
    references={"categories": "categories"},
    schema=closed_object(
        {
            "id": ID,
            "code": TEXT,
            "name": LOCALIZED,
            "description": LOCALIZED,
            "published": {"description": "true if left out.", **BOOLEAN},
            "categories": unique_list(ID),
        },
        ("id", "code", "name"),
    ),
)

COLLECTIONS = (PRODUCTS,)
