"""What the service stores: customers."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, COUNTRY, CURRENCY, ID, LANGUAGE, MIXINS, TEXT, closed_object, unique_list
from ...worlds.sample_values import GENERATED_LANGUAGES

FIRST_CUSTOMER_NUMBER = 20_000_000  # of generated customers


def _generate_customer(context: RowContext) -> GeneratedRow:
    """Return a customer; every fourth one belongs to two legal entities, every fourth to none."""
    number, faker, entities = context.number, context.seed_faker(), context.rows["legalEntities"]
    own_entities = context.random.sample(entities, min(len(entities), (1, 2, 1, 0)[number % 4]))
    return {
        "id": str(FIRST_CUSTOMER_NUMBER + number),
        "firstName": faker.first_name(),
        "lastName": faker.last_name(),
        "email": f"customer{number}@example.com",
        "preferredLanguage": GENERATED_LANGUAGES[number % len(GENERATED_LANGUAGES)],
        **({"legalEntities": [entity["id"] for entity in own_entities]} if own_entities else {}),
    }


ADDRESS = closed_object(
    {
        "id": ID,
        "contactName": TEXT,
        **dict.fromkeys(("companyName", "street", "streetNumber", "streetAppendix"), TEXT),
        **{f"extraLine{number}": TEXT for number in range(1, 5)},
        **dict.fromkeys(("zipCode", "city", "state", "contactPhone"), TEXT),
        "country": COUNTRY,
        "isDefault": BOOLEAN,
        "tags": unique_list(TEXT, description="Such as BILLING and SHIPPING."),
    },
    ("id", "contactName"),
)

CUSTOMERS = Collection(
    name="customers",
    references={"legalEntities": "legalEntities"},
    generator=RowGenerator(make_row=_generate_customer, default_count=20),
    schema=closed_object(
        {
            "id": ID,
            "title": TEXT,
            "firstName": TEXT,
            "middleName": TEXT,
            "lastName": TEXT,
            "email": {"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$"},
            "contactPhone": TEXT,
            "company": TEXT,
            "preferredLanguage": LANGUAGE,
            "preferredCurrency": CURRENCY,
            "preferredSite": TEXT,
            "password": {
                "description": "What the customer logs in with; secret1 if left out.",
                "type": "string",
                "minLength": 6,
            },
            "legalEntities": unique_list(ID, description="Ids of the legal entities that the customer belongs to."),
            "addresses": {
                "description": "Shown with expand=addresses.",
                "type": "array",
                "items": ADDRESS,
            },
            "mixins": {**MIXINS, "description": "Shown with expand=mixin:*."},
        },
        ("id", "firstName", "lastName", "email"),
    ),
)

COLLECTIONS = (CUSTOMERS,)
