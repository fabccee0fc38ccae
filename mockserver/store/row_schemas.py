"""JSON Schemas that several collections share; the named ones are references into the schema of world files."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


ID = _reference("id")
CHOSEN_ID = _reference("chosenId")
LANGUAGE = _reference("language")
COUNTRY = _reference("country")
CURRENCY = _reference("currency")
LOCALIZED = _reference("localized")
CHOSEN_TEXTS = _reference("chosenTexts")
TIME = _reference("time")
VALIDITY = _reference("validity")
METADATA = _reference("metadata")
SCOPES = _reference("scopes")
TEXT: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
MIXINS: Schema = {"type": "object"}


def closed_object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object that has these properties and no others."""
    requirement: Schema = {"required": list(required)} if required else {}
    return {"type": "object", "additionalProperties": False, **requirement, "properties": properties}


def unique_list(items: Schema, **keywords: Any) -> Schema:
    """Return the schema of an array whose elements are all different."""
    return {**keywords, "type": "array", "uniqueItems": True, "items": items}


DEFINITIONS: Schema = {
    "id": {
        "description": "A text without control characters; put ids that look like numbers in quotation marks.",
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
    },
    "chosenId": {
        "description": "Any text, like the ids that clients choose; put ids that look like numbers in quotation marks.",
        "type": "string",
        "minLength": 1,
    },
    "language": {"type": "string", "pattern": "^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$"},
    "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "localized": {
        "description": "A text by language.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": LANGUAGE,
        "additionalProperties": TEXT,
    },
    "chosenTexts": {
        "description": "A text by language; it may be empty, because clients may leave it empty.",
        "type": "object",
        "additionalProperties": TEXT,
    },
    "time": {
        "type": "string",
        "format": "date-time",
        "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$",
    },
    "validity": closed_object({"from": TIME, "to": TIME}),
    "metadata": closed_object(
        {
            "createdAt": TIME,
            "modifiedAt": TIME,
            "version": {"type": "integer", "minimum": 1},
            "mixins": {"description": "URL of the schema of each mixin.", "type": "object"},
        },
        ("createdAt", "modifiedAt", "version"),
    ),
    "scopes": {
        "description": "A list of scopes, or `all` for every scope of the services that does not end in `_own`.",
        "type": ["array", "string"],
        "uniqueItems": True,
        "items": {"type": "string", "pattern": "^\\S+$"},
        "pattern": "^all$",
    },
}
