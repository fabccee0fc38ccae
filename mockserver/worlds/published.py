"""The shipped worlds: the ids of the published examples, and generated rows that do not refer to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..store.collection import Collection
from .generate import GeneratedWorld, generate_world
from .sample_values import ATTRIBUTES_SCHEMA_URL

GOLDEN, PLATINUM, TOOL_FANS = "628cd20c6e8b2432b6346ca6", "61ge81e13562e22001h6cf456", "628cd20c6e8b2432b6346ca7"
JOHN, JACK = "98029737", "18249883"
SOME_COMPANY, ANOTHER_COMPANY, THIRD_COMPANY = (
    "660af2af69babe3cf6e40771",
    "448gh29h1d0b5453g6346df6",
    "5f2c1d7e9b8a4c3d2e1f0a9b",
)
CUSTOMER_GROUP, EMPLOYEE_GROUP, REGULARS_GROUP = (
    "1gr5e52e-6e27-4ac5-9471-2467d3fb7500",
    "1gr5e52e-6e27-4ac5-9471-2467d3fb7501",
    "1gr5e52e-6e27-4ac5-9471-2467d3fb7502",
)
CUSTOMER_CART, VISITOR_CART = "65141d687308095e25ca0671", "60effb93e5545f246574fde2"
PUBLISHED_TIME = "2024-10-12T12:00:00.000Z"
PUBLISHED_METADATA = {"createdAt": PUBLISHED_TIME, "modifiedAt": PUBLISHED_TIME, "version": 1}
OPEN_CART = {"siteCode": "main", "currency": "EUR", "status": "OPEN"}
PUBLISHED_MIXIN_SCHEMAS = [
    {"url": url, "file": "schemas/segmentAttributes.json"}
    for url in (
        ATTRIBUTES_SCHEMA_URL,
        "https://res.cloudinary.com/saas-ag/raw/upload/emporix-docs/69537caeb3fd5d378296ae42_segmentAttributes.json",
    )
]

API_SECTIONS = {  # what the API can create
    "segments",
    "customerAssignments",
    "groupAssignments",
    "itemAssignments",
    "groups",
    "groupUsers",
    "sessionContexts",
    "carts",
    "orders",
}

PUBLISHED_ROWS: dict[str, list[dict[str, Any]]] = {
    "legalEntities": [
        {"id": SOME_COMPANY, "name": "SomeCompany"},
        {"id": ANOTHER_COMPANY, "name": "AnotherCompany"},
        {"id": THIRD_COMPANY, "name": "ThirdCompany"},
    ],
    "customers": [
        {
            "id": JOHN,
            "firstName": "John",
            "lastName": "Doe",
            "email": "john.doe@email.com",
            "preferredLanguage": "en",
            "legalEntities": [SOME_COMPANY, THIRD_COMPANY],
            "addresses": [
                {
                    "id": "b05c20e034",
                    "contactName": "John Doe",
                    "street": "Platz der Republik",
                    "streetNumber": "1",
                    "zipCode": "11011",
                    "city": "Berlin",
                    "country": "DE",
                    "isDefault": True,
                    "tags": ["BILLING", "SHIPPING"],
                }
            ],
        },
        {
            "id": JACK,
            "firstName": "Jack",
            "lastName": "Smith",
            "email": "jack.smith@email.com",
            "preferredLanguage": "en",
            "legalEntities": [ANOTHER_COMPANY],
        },
    ],
    "categories": [
        {"id": "12468504", "code": "123", "name": {"en": "Tools"}, "position": 0, "published": True},
        {
            "id": "12468505",
            "parentId": "12468504",
            "code": "234",
            "name": {"en": "Hammer"},
            "localizedDescription": {"en": "Hammers for the household and for the building site."},
            "validity": {"from": "2024-04-17T08:00:00.000Z", "to": "2026-04-17T08:00:00.000Z"},
            "position": 1,
            "published": True,
        },
        {
            "id": "12468506",
            "parentId": "12468505",
            "code": "345",
            "name": {"en": "Sledgehammers"},
            "position": 2,
            "published": True,
        },
    ],
    "products": [
        {
            "id": "12468504",
            "code": "123",
            "name": {"en": "Hammer"},
            "description": {"en": "Drives nails, and pulls them out.", "de": "Schlägt Nägel ein und zieht sie heraus."},
            "categories": ["12468505"],
        },
        {
            "id": "12849186",
            "code": "456",
            "name": {"en": "Screwdriver"},
            "description": {"en": "For cross-head screws.", "de": "Für Kreuzschlitzschrauben."},
            "categories": ["12468504"],
        },
    ],
    "prices": [
        {
            "id": f"{product}-{currency}",
            "itemId": {"itemType": "PRODUCT", "id": product},
            "currency": currency,
            "location": {"countryCode": "DE"},
            "tierValues": [{"priceValue": value}],
        }
        for product, values in (("12468504", {"EUR": 12.95, "USD": 14.25}), ("12849186", {"EUR": 6.49, "USD": 7.15}))
        for currency, value in values.items()
    ],
    "sessionContexts": [
        {
            "sessionId": f"customer:{JOHN}",
            "customerId": JOHN,
            "siteCode": "main",
            "currency": "EUR",
            "targetLocation": "DE",
            "metadata": PUBLISHED_METADATA,
        }
    ],
    "availabilities": [
        {"id": f"{site}:{product}", "productId": product, "site": site, "available": True, "stockLevel": 50}
        for product in ("12468504", "12849186")
        for site in ("main", "export")
    ],
    "coupons": [
        {
            "code": "WELCOME10",
            "name": "10 % for everybody",
            "discountType": "PERCENT",
            "discountPercentage": 10,
            "allowAnonymous": True,
        },
        {
            "code": "GOLD20",
            "name": "20 % for the Golden Segment",
            "discountType": "PERCENT",
            "discountPercentage": 20,
            "segmentRestricted": True,
            "restrictions": {"segments": [GOLDEN]},
        },
        {
            "code": "FIVEOFF",
            "name": "5 EUR off orders from 20 EUR",
            "discountType": "ABSOLUTE",
            "discountAbsolute": {"amount": 5, "currency": "EUR"},
            "maxRedemptionsPerCustomer": 1,
            "restrictions": {"minOrderValue": {"amount": 20, "currency": "EUR"}},
        },
    ],
    "carts": [
        {
            "id": CUSTOMER_CART,
            "type": "shopping",
            "customerId": "20000000",
            **OPEN_CART,
            "items": [{"id": "0", "productId": "12849186", "quantity": 2}],
            "discounts": [{"code": "WELCOME10"}],
        },
        {
            "id": VISITOR_CART,
            "sessionId": "0b8cf5d4-8f3c-4d5e-9a55-6f0b3f1c2a77",
            **OPEN_CART,
            "items": [{"id": "0", "productId": "12468504", "quantity": 1}],
            "discounts": [],
        },
    ],
    "orders": [
        {
            "id": "EON1001",
            "status": "CREATED",
            "created": PUBLISHED_TIME,
            "history": [{"status": "CREATED", "timestamp": PUBLISHED_TIME}],
            "customer": {"id": JOHN, "email": "john.doe@email.com"},
            "siteCode": "main",
            "currency": "EUR",
            "entries": [],
            "totalPrice": 12.95,
        },
    ],
    "segments": [
        {
            "id": GOLDEN,
            "name": {"en": "Golden Segment"},
            "status": "ACTIVE",
            "siteCode": "main",
            "metadata": PUBLISHED_METADATA,
        },
        {
            "id": PLATINUM,
            "name": {"en": "Platinum Segment"},
            "status": "INACTIVE",
            "siteCode": "main",
            "metadata": PUBLISHED_METADATA,
        },
        {
            "id": TOOL_FANS,
            "name": {"en": "Tool Fans"},
            "status": "ACTIVE",
            "siteCode": "main",
            "metadata": PUBLISHED_METADATA,
        },
    ],
    "customerAssignments": [
        {
            "segmentId": segment,
            "customerId": customer,
            **entity,
            "assignmentType": "MANUAL",
            "metadata": PUBLISHED_METADATA,
        }
        for segment, customer, entity in (
            (GOLDEN, JOHN, {"legalEntityId": SOME_COMPANY}),
            (GOLDEN, JACK, {"legalEntityId": ANOTHER_COMPANY}),
            (TOOL_FANS, JOHN, {}),
            (PLATINUM, JOHN, {}),
        )
    ],
    "groups": [
        {
            "id": CUSTOMER_GROUP,
            "name": {"en": "Customers", "de": "Kunden"},
            "description": {"en": "Customers of SomeCompany"},
            "userType": "CUSTOMER",
            "b2b": {"legalEntityId": SOME_COMPANY},
            "accessControls": ["2ac869fc-d548-4ec8-8e06-c01491314124"],
            "metadata": PUBLISHED_METADATA,
        },
        {
            "id": EMPLOYEE_GROUP,
            "code": "BO_USER",
            "name": {"en": "Backoffice users", "de": "Backoffice Nutzer"},
            "userType": "EMPLOYEE",
            "metadata": PUBLISHED_METADATA,
        },
        {
            "id": REGULARS_GROUP,
            "name": {"en": "Regulars", "de": "Stammkunden"},
            "userType": "CUSTOMER",
            "metadata": PUBLISHED_METADATA,
        },
    ],
    "groupUsers": [
        {"groupId": CUSTOMER_GROUP, "userId": JOHN, "userType": "CUSTOMER"},
        {"groupId": EMPLOYEE_GROUP, "userId": "00u194ip48TiObqQW417", "userType": "EMPLOYEE"},
        {"groupId": REGULARS_GROUP, "userId": JACK, "userType": "CUSTOMER"},
    ],
    "groupAssignments": [
        {"segmentId": segment, "groupId": group, "metadata": PUBLISHED_METADATA}
        for segment, group in ((GOLDEN, CUSTOMER_GROUP), (PLATINUM, REGULARS_GROUP))
    ],
    "itemAssignments": [
        {"segmentId": segment, "type": kind, "itemId": item, "metadata": PUBLISHED_METADATA}
        for segment, kind, item in (
            (GOLDEN, "PRODUCT", "12468504"),
            (GOLDEN, "PRODUCT", "12849186"),
            (PLATINUM, "CATEGORY", "12468504"),
            (PLATINUM, "PRODUCT", "12849186"),
            (TOOL_FANS, "CATEGORY", "12468505"),
            (TOOL_FANS, "CATEGORY", "12468506"),
        )
    ],
}


def build_default_world(collections: Mapping[str, Collection]) -> GeneratedWorld:
    """Return the world of `fixtures/default.yaml`, with rows of these collections."""
    world = generate_world(collections, seed=1)
    for section, rows in PUBLISHED_ROWS.items():
        world[section] = rows + world.get(section, [])
    world["description"] = "The ids of the published examples, and generated data around them."
    return world | {"mixinSchemas": PUBLISHED_MIXIN_SCHEMAS}


def build_catalogue_world(collections: Mapping[str, Collection]) -> GeneratedWorld:
    """Return the world of `fixtures/catalogue.yaml`: the default one without what the API can create."""
    default = build_default_world(collections)
    sections = {name: section for name, section in default.items() if name not in API_SECTIONS}
    return sections | {"description": "Catalogue, customers and sites of the default world; no segments."}


SHIPPED_WORLDS: dict[str, Callable[[Mapping[str, Collection]], GeneratedWorld]] = {
    "catalogue": build_catalogue_world,
    "default": build_default_world,
}
