"""What the service stores of access: scopes of the tenant's own, access controls, and templates of them."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_defaults import copy_field
from ...store.row_schemas import (
    BOOLEAN,
    CHOSEN_ID,
    CHOSEN_TEXTS,
    METADATA,
    TEXT,
    Schema,
    closed_object,
    describe,
    unique_list,
)

CONTROLS, CUSTOM_SCOPES, TEMPLATES = "accessControls", "customScopes", "accessControlTemplates"
USER_TYPES = {"enum": ["CUSTOMER", "EMPLOYEE"]}
SCOPE_NAME: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9._-]+$",
    "patternErrorMessage": "a scope has only letters, digits, periods, hyphens and underscores",
}

SCOPES_OF_TENANT = Collection(
    name=CUSTOM_SCOPES,
    description="Scopes of the tenant's own, next to those of the services.",
    schema=closed_object(
        {
            "id": describe(SCOPE_NAME, "Name of the scope.", examples=["custom.scope"]),
            "description": describe(CHOSEN_TEXTS, "Description by language, or a plain text."),
            "domain": describe(TEXT, "What the scope is about."),
            "metadata": METADATA,
        },
        ("id",),
    ),
)
ACCESS_CONTROLS = Collection(
    name=CONTROLS,
    description="Scopes that groups of the IAM Service have in common; groups name them in accessControls.",
    defaults={"name": copy_field("id"), "predefined": False},
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the access control.", examples=["price-readers"]),
            "name": describe(CHOSEN_TEXTS, "Name by language, or a plain text; the id if left out."),
            "description": describe(CHOSEN_TEXTS, "Description by language, or a plain text."),
            "scopes": unique_list(SCOPE_NAME, description="The scopes.", minItems=1),
            "domains": describe({"type": "array", "items": TEXT}, "What they are about, for show."),
            "restrictedTo": describe(USER_TYPES, "Type of the groups that can have it; all if left out."),
            "predefined": describe(BOOLEAN, "Whether requests cannot delete it; false if left out."),
            "restrictionAware": describe(BOOLEAN, "For show."),
            "vendorAware": describe(BOOLEAN, "For show."),
            "metadata": METADATA,
        },
        ("id", "scopes"),
    ),
)
TEMPLATES_OF_CONTROLS = Collection(
    name=TEMPLATES,
    description="Access controls that are often given together.",
    defaults={"name": copy_field("id")},
    references={"accessControls": CONTROLS},
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the template.", examples=["shopkeeper"]),
            "name": describe(CHOSEN_TEXTS, "Name by language, or a plain text; the id if left out."),
            "description": describe(CHOSEN_TEXTS, "Description by language, or a plain text."),
            "accessControls": unique_list(CHOSEN_ID, description="Ids of the access controls."),
        },
        ("id", "accessControls"),
    ),
)
