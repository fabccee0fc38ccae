"""The shipped worlds: the ids of the published examples, and generated rows that do not refer to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..store.collection import Collection
from .generate import GeneratedWorld, generate_world
from .published_accounts import ACCOUNT_ROWS
from .published_ids import (
    ANOTHER_COMPANY,
    CUSTOMER_GROUP,
    EMPLOYEE_GROUP,
    GOLDEN,
    JACK,
    JOHN,
    JOHNS_ADDRESS,
    PLATINUM,
    PUBLISHED_METADATA,
    REGULARS_GROUP,
    SOME_COMPANY,
    THIRD_COMPANY,
    TOOL_FANS,
)
from .published_shop import SHOP_ROWS
from .sample_values import ATTRIBUTES_SCHEMA_URL

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
    "accessControls",
    "customScopes",
    "accessControlTemplates",
    "sessionContexts",
    "carts",
    "orders",
    "returns",
    "shoppingLists",
    "quotes",
    "quoteReasons",
    "approvals",
    "rewardPoints",
    "redeemOptions",
}

PUBLISHED_ROWS: dict[str, list[dict[str, Any]]] = {
    "legalEntities": [
        {"id": SOME_COMPANY, "name": "SomeCompany"},
        {"id": ANOTHER_COMPANY, "name": "AnotherCompany"},
        {"id": THIRD_COMPANY, "name": "ThirdCompany"},
    ],
    "locations": [
        {
            "id": f"{name}-office",
            "name": f"{name.capitalize()} office",
            "type": kind,
            "contactDetails": {
                "emails": [f"{name}@example.com"],
                "addressLine1": "Platz der Republik 1",
                "city": "Berlin",
                "postcode": "11011",
                "countryCode": "DE",
            },
        }
        for name, kind in (("main", "HEADQUARTER"), ("sales", "OFFICE"))
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
                    **JOHNS_ADDRESS,
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
            "brandId": "anvil",
            "labelIds": ["sale"],
        },
        {
            "id": "12849186",
            "code": "456",
            "name": {"en": "Screwdriver"},
            "description": {"en": "For cross-head screws.", "de": "Für Kreuzschlitzschrauben."},
            "categories": ["12468504"],
        },
    ],
    **SHOP_ROWS,
    **ACCOUNT_ROWS,
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
    "accessControls": [
        {
            "id": "2ac869fc-d548-4ec8-8e06-c01491314124",
            "name": {"en": "Buyers"},
            "scopes": ["customer.customer_read_own", "order.history_view"],
            "restrictedTo": "CUSTOMER",
            "predefined": True,
            "metadata": PUBLISHED_METADATA,
        },
        {
            "id": "084bcaf6-66b8-4ddd-9489-65c5f6449e94",
            "name": {"en": "Example name", "de": "Beispielname"},
            "description": {"en": "Example access control description"},
            "scopes": ["custom.scope"],
            "domains": ["example_domain"],
            "predefined": False,
            "metadata": PUBLISHED_METADATA,
        },
    ],
    "customScopes": [
        {
            "id": f"custom.{name}",
            "description": {"en": "Example scope description"},
            "domain": "example_domain",
            "metadata": PUBLISHED_METADATA,
        }
        for name in ("scope", "report")
    ],
    "accessControlTemplates": [
        {"id": id_, "name": {"en": name}, "accessControls": [control]}
        for id_, name, control in (
            ("d843dc9e-a3f6-4573-bb01-a8ae21d2d4ae", "Buyer", "2ac869fc-d548-4ec8-8e06-c01491314124"),
            ("d943dc9e-a3f6-4573-bb01-a8ae21d2d4ae", "Example", "084bcaf6-66b8-4ddd-9489-65c5f6449e94"),
        )
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
    sections["coupons"] = [coupon for coupon in default["coupons"] if not coupon.get("segmentRestricted")]
    return sections | {"description": "Catalogue, customers and sites of the default world; no segments."}


SHIPPED_WORLDS: dict[str, Callable[[Mapping[str, Collection]], GeneratedWorld]] = {
    "catalogue": build_catalogue_world,
    "default": build_default_world,
}
