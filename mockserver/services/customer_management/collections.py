"""What the service stores: legal entities."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_defaults import copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import ID, TEXT, closed_object, describe
from ...worlds.sample_values import sample_hex_id


def _generate_legal_entity(context: RowContext) -> GeneratedRow:
    return {"id": sample_hex_id(context.random), "name": context.seed_faker().company()}


LEGAL_ENTITIES = Collection(
    name="legalEntities",
    description="Legal entities: the companies that B2B customers act for, in trees of up to 100 levels.",
    defaults={"name": copy_field("id")},
    parent="parentId",
    generator=RowGenerator(make_row=_generate_legal_entity, default_count=6),
    schema=closed_object(
        {
            "id": describe(
                ID, "Id of the legal entity; customers name it in `legalEntities`.", examples=["hammer-inc"]
            ),
            "name": describe(TEXT, "Name of the company; the id if left out."),
            "type": {
                "description": "Kind of the legal entity; COMPANY if left out.",
                "enum": ["COMPANY", "SUBSIDIARY"],
            },
            "parentId": describe(ID, "Id of the legal entity above it."),
            "legalInfo": describe(
                closed_object(
                    {
                        "legalName": describe(TEXT, "Full name of the company."),
                        "registrationDate": describe(TEXT, "When the company was registered."),
                        "taxRegistrationNumber": describe(TEXT, "Number for taxes."),
                        "registrationAgency": describe(TEXT, "Where the company is registered."),
                        "countryOfRegistration": describe(TEXT, "Country in which it is registered."),
                        "registrationId": describe(TEXT, "Number under which it is registered."),
                    }
                ),
                "The company in its register; not shown if left out.",
            ),
        },
        ("id",),
    ),
)

COLLECTIONS = (LEGAL_ENTITIES,)
