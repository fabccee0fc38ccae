"""What the service stores: customers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...store.collection import Collection, Row
from ...store.row_defaults import Draft, copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import (
    BOOLEAN,
    COUNTRY,
    CURRENCY,
    ID,
    LANGUAGE,
    METADATA,
    MIXINS,
    TEXT,
    closed_object,
    describe,
    unique_list,
)
from ...worlds.sample_values import GENERATED_LANGUAGES

NOT_IN_EMAILS = re.compile(r"[^A-Za-z0-9._-]+")
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


def _default_email(row: Row, _: Draft) -> str:
    """Return an address at example.com that shows the customer's id."""
    return f"{NOT_IN_EMAILS.sub('-', row['id'])}@example.com"


def complete_addresses(addresses: Sequence[Mapping[str, Any]], row: Row, _: Draft) -> Sequence[Mapping[str, Any]]:
    """Return addresses with ids, which count from 1, and with the customer as the contact."""
    if all("id" in address and "contactName" in address for address in addresses):
        return addresses
    contact = f"{row['firstName']} {row['lastName']}"
    return [{"id": str(number), "contactName": contact, **address} for number, address in enumerate(addresses, 1)]


EMAIL = {
    "type": "string",
    "pattern": "^[^@\\s]+@[^@\\s]+$",
    "patternErrorMessage": "an e-mail address is written like jane@example.com",
}
ADDRESS = closed_object(
    {
        "id": describe(ID, "Id of the address; its number in the list if left out."),
        "contactName": describe(TEXT, "Who is there; the customer if left out."),
        "companyName": describe(TEXT, "Company."),
        "street": describe(TEXT, "Street."),
        "streetNumber": describe(TEXT, "Number in the street."),
        "streetAppendix": describe(TEXT, "Addition to the number, such as a floor."),
        **{f"extraLine{number}": describe(TEXT, f"Additional line {number}.") for number in range(1, 5)},
        "zipCode": describe(TEXT, "Postal code."),
        "city": describe(TEXT, "City."),
        "state": describe(TEXT, "State or province."),
        "contactPhone": describe(TEXT, "Telephone number."),
        "country": describe(COUNTRY, "Country."),
        "isDefault": describe(BOOLEAN, "Whether it is the default address."),
        "tags": unique_list(TEXT, description="Such as BILLING and SHIPPING."),
        "mixins": describe(MIXINS, "Mixin data by name."),
        "metadata": METADATA,
    }
)

CUSTOMERS = Collection(
    name="customers",
    description="Customers. Each has a token, `customer:ID`, and can log in with e-mail and password.",
    defaults={"firstName": "Customer", "lastName": copy_field("id"), "email": _default_email},
    completions={"addresses": complete_addresses},
    references={"legalEntities": "legalEntities"},
    unique_fields=("email",),
    generator=RowGenerator(make_row=_generate_customer, default_count=20),
    schema=closed_object(
        {
            "id": describe(ID, "Id of the customer, which the API also calls number.", examples=["jane"]),
            "title": describe(TEXT, "Title, such as MS."),
            "firstName": describe(TEXT, "First name."),
            "middleName": describe(TEXT, "Middle name."),
            "lastName": describe(TEXT, "Last name; the id if left out."),
            "email": describe(
                EMAIL, "What the customer logs in with; ID@example.com if left out.", examples=["jane@example.com"]
            ),
            "contactEmail": describe(EMAIL, "Where letters to the customer go; `email` if left out."),
            "contactPhone": describe(TEXT, "Telephone number."),
            "company": describe(TEXT, "Name of the company, for show; `legalEntities` has those that count."),
            "companyRegistrationId": describe(TEXT, "Number of the company in its register, for show."),
            "preferredLanguage": describe(LANGUAGE, "Language of the customer; not shown if left out."),
            "preferredCurrency": describe(CURRENCY, "Currency of the customer; not shown if left out."),
            "preferredSite": describe(TEXT, "Code of the customer's site; not shown if left out."),
            "password": {
                "description": "What the customer logs in with, of at least 6 characters; secret1 if left out.",
                "type": "string",
                "minLength": 6,
            },
            "active": describe(BOOLEAN, "Whether the account is active, for show; true if left out."),
            "onHold": describe(BOOLEAN, "Whether the account is suspended, for show; false if left out."),
            "type": describe(TEXT, "CUSTOMER or CONTACT, for show."),
            "photoUrl": describe(TEXT, "URL of a picture, for show."),
            "restriction": describe(TEXT, "Who may see the customer, for show."),
            "legalEntities": unique_list(ID, description="Ids of the legal entities that the customer belongs to."),
            "addresses": {
                "description": "Shown with expand=addresses.",
                "type": "array",
                "items": ADDRESS,
            },
            "mixins": describe(MIXINS, "Mixin data by name; shown with expand=mixin:*."),
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (CUSTOMERS,)
