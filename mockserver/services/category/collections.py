"""What the service stores: categories."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_schemas import BOOLEAN, ID, LOCALIZED, TEXT, VALIDITY, closed_object

CATEGORIES = Collection(
    name="categories",
    parent="parentId",
    schema=closed_object(
        {
            "id": ID,
            "parentId": ID,
            "code": TEXT,
            "name": LOCALIZED,
            "localizedDescription": LOCALIZED,
            "localizedSlug": LOCALIZED,
            "ecn": {"type": "array", "items": TEXT},
            "validity": VALIDITY,
            "position": {"type": "integer", "minimum": 0},
            "published": BOOLEAN,
        },
        ("id", "code", "name", "position", "published"),
    ),
)

COLLECTIONS = (CATEGORIES,)
