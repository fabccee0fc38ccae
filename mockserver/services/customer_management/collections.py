"""What the service stores: legal entities."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import ID, TEXT, closed_object
from ...worlds.sample_values import sample_hex_id


def _generate_legal_entity(context: RowContext) -> GeneratedRow:
    return {"id": sample_hex_id(context.random), "name": context.seed_faker().company()}


LEGAL_ENTITIES = Collection(
    name="legalEntities",
    parent="parentId",
    generator=RowGenerator(make_row=_generate_legal_entity, default_count=6),
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
