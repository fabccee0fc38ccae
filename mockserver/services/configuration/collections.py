"""What the service stores: properties of the tenant, of its clients, and of all tenants."""

from __future__ import annotations

from typing import Any

from ...store.collection import Collection, Row
from ...store.row_defaults import Draft
from ...store.row_schemas import BOOLEAN, CHOSEN_ID, TEXT, Schema, closed_object, describe

CONFIGURATIONS, CLIENT_CONFIGURATIONS, GLOBAL_CONFIGURATIONS = (
    *("configurations", "clientConfigurations", "globalConfigurations"),
)
FLAGS = ("secured", "restricted", "readOnly")
DEFAULTS: dict[str, Any] = {"version": 1, **dict.fromkeys(FLAGS, False)}
PROPERTY: Schema = {
    "key": describe(CHOSEN_ID, "Key of the property.", examples=["theme"]),
    "value": {
        "description": "An object, a text, a list of objects, or true or false.",
        "oneOf": [
            {"type": ["object", "string", "boolean"]},
            {"type": "array", "items": {"type": "object"}},
        ],
        "examples": ["dark"],
    },
    "version": describe({"type": "integer", "minimum": 1}, "The number of times it was written; 1 if left out."),
    "description": describe(TEXT, "What it is for."),
    "secured": describe(BOOLEAN, "For show; false if left out."),
    "restricted": describe(BOOLEAN, "For show; false if left out."),
    "readOnly": describe(BOOLEAN, "Whether requests cannot change it; false if left out."),
    "schemaUrl": describe(TEXT, "URL of a schema, for show."),
}


def property_id(client: str, key: str) -> str:
    """Return the id of a property of a client: both names with a slash between them."""
    return f"{client}/{key}"


def _default_id(row: Row, _: Draft) -> str:
    return property_id(row["client"], row["key"])


CONFIGURATIONS_OF_TENANT = Collection(
    name=CONFIGURATIONS,
    description="Properties of the tenant, apart from project_lang and project_curr, which follow from the world.",
    key="key",
    defaults=DEFAULTS,
    schema=closed_object(PROPERTY, ("key", "value")),
)
CONFIGURATIONS_OF_CLIENTS = Collection(
    name=CLIENT_CONFIGURATIONS,
    description="Properties of clients of the tenant.",
    defaults={**DEFAULTS, "id": _default_id},
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Client and key with a slash between them; it can be left out."),
            "client": describe(CHOSEN_ID, "Name of the client.", examples=["storefront"]),
            **PROPERTY,
        },
        ("client", "key", "value"),
    ),
)
CONFIGURATIONS_OF_ALL = Collection(
    name=GLOBAL_CONFIGURATIONS,
    description="Properties that the vendor gives to all tenants; requests only read them.",
    key="key",
    defaults=DEFAULTS,
    schema=closed_object(PROPERTY, ("key", "value")),
)

COLLECTIONS = (CONFIGURATIONS_OF_TENANT, CONFIGURATIONS_OF_CLIENTS, CONFIGURATIONS_OF_ALL)
