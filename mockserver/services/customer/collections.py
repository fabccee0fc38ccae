"""What the service stores: customers."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_schemas import ID, LANGUAGE, TEXT, closed_object, unique_list

CUSTOMERS = Collection(
    name="customers",
    references={"legalEntities": "legalEntities"},
    schema=closed_object(
        {
            "id": ID,
            "firstName": TEXT,
            "lastName": TEXT,
            "email": {"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$"},
            "preferredLanguage": LANGUAGE,
            "password": {
                "description": "What the customer logs in with; secret1 if left out.",
                "type": "string",
                "minLength": 6,
            },
            "legalEntities": unique_list(ID, description="Ids of the legal entities that the customer belongs to."),
        },
        ("id", "firstName", "lastName", "email"),
    ),
)

COLLECTIONS = (CUSTOMERS,)
