"""What the service stores: legal entities."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_schemas import ID, TEXT, closed_object

LEGAL_ENTITIES = Collection(
    name="legalEntities",
    parent="parentId",
    schema=closed_object(
        {
            "id": ID,
            "name": TEXT,
            "type": {"description": "COMPANY if left out.", "enum": ["COMPANY", "SUBSIDIARY"]},
            "parentId": ID,
            "legalInfo": closed_object(
                {
                    "legalName": TEXT,
                    "registrationDate": TEXT,
                    "taxRegistrationNumber": TEXT,
                    "registrationAgency": TEXT,
                    "countryOfRegistration": TEXT,
                    "registrationId": TEXT,
                }
            ),
        },
        ("id", "name"),
    ),
)

COLLECTIONS = (LEGAL_ENTITIES,)
