"""What the service stores: legal entities, their contacts and their locations."""

from __future__ import annotations

from ...domain.customer_profile import CONTACT_ASSIGNMENTS
from ...store.collection import Collection
from ...store.row_defaults import copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_removal import delete_referring
from ...store.row_schemas import BOOLEAN, CHOSEN_ID, ID, METADATA, MIXINS, TEXT, Schema, closed_object, describe
from ...worlds.sample_values import sample_hex_id

CONTACT_TYPES = ("PRIMARY", "BILLING", "LOGISTICS", "CONTACT")
LOCATION_TYPES = ("HEADQUARTER", "WAREHOUSE", "OFFICE")
TEXTS: Schema = {"type": "array", "items": TEXT}


def _generate_legal_entity(context: RowContext) -> GeneratedRow:
    return {"id": sample_hex_id(context.random), "name": context.seed_faker().company()}


def _list_references(more: Schema | None = None) -> Schema:
    """Return the schema of a list of objects that name a row by its id."""
    item = closed_object({"id": describe(CHOSEN_ID, "Its id."), **(more or {})}, ("id",))
    return {"type": "array", "items": item}


LEGAL_ENTITIES = Collection(
    name="legalEntities",
    description="Legal entities: the companies that B2B customers act for, in trees of up to 100 levels.",
    defaults={"name": copy_field("id")},
    parent="parentId",
    references={"entitiesAddresses.id": "locations"},
    on_delete={"parentId": delete_referring},
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
            "accountLimit": describe(
                closed_object(
                    {
                        "currency": describe(TEXT, "Its currency."),
                        "value": describe({"type": "number", "minimum": 0}, "How much."),
                    }
                ),
                "A limit, for show.",
            ),
            "customerGroups": describe(
                _list_references({"role": describe(TEXT, "Role of the group, for show.")}), "IAM groups, for show."
            ),
            "entitiesAddresses": describe(_list_references(), "Its locations."),
            "approvalGroup": describe(_list_references(), "Contact assignments of those who approve, for show."),
            "restrictions": describe({"type": "array", "items": TEXT}, "For show."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id",),
    ),
)

CONTACTS = Collection(
    name=CONTACT_ASSIGNMENTS,
    description="Kinds of contacts, for customers whose `legalEntities` name the legal entity.",
    defaults={"type": "CONTACT"},
    references={"legalEntityId": "legalEntities", "customerId": "customers"},
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the contact assignment.", examples=["jane-of-hammer-inc"]),
            "legalEntityId": describe(CHOSEN_ID, "Id of the legal entity."),
            "customerId": describe(CHOSEN_ID, "Id of the customer."),
            "type": describe({"enum": list(CONTACT_TYPES)}, "Kind of the contact; CONTACT if left out."),
            "primary": describe(BOOLEAN, "Whether it is the primary one; that of the type PRIMARY if left out."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id", "legalEntityId", "customerId"),
    ),
)
LOCATIONS = Collection(
    name="locations",
    description="Addresses of legal entities.",
    defaults={"type": "OFFICE", "contactDetails": {}},
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the location.", examples=["main-office"]),
            "name": describe(TEXT, "Name of the location."),
            "type": describe({"enum": list(LOCATION_TYPES)}, "Kind of the location; OFFICE if left out."),
            "contactDetails": describe(
                closed_object(
                    {
                        **{name: describe(TEXTS, f"Its {name}.") for name in ("emails", "phones", "tags")},
                        "addressLine1": describe(TEXT, "Street and number."),
                        "addressLine2": describe(TEXT, "What else belongs to the address."),
                        **{name: describe(TEXT, f"Its {name}.") for name in ("city", "state", "postcode")},
                        "countryCode": describe(TEXT, "Code of the country."),
                    }
                ),
                "The address, and how to reach it.",
            ),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (LEGAL_ENTITIES, CONTACTS, LOCATIONS)
