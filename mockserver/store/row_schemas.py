"""JSON Schemas that several collections share; the named ones are references into the schema of world files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .row_defaults import FIRST_TIME

Schema = dict[str, Any]
DEFINITIONS_PREFIX = "#/$defs/"


def _reference(name: str) -> Schema:
    return {"$ref": f"{DEFINITIONS_PREFIX}{name}"}


ID = _reference("id")
CHOSEN_ID = _reference("chosenId")
LANGUAGE = _reference("language")
COUNTRY = _reference("country")
CURRENCY = _reference("currency")
LOCALIZED = _reference("localized")
CHOSEN_TEXTS = _reference("chosenTexts")
TIME = _reference("time")
VALIDITY = _reference("validity")
METADATA: Schema = {
    **_reference("metadata"),
    "description": "Version and times of the row, and the schemas of its mixins.",
}
SCOPES = _reference("scopes")
TEXT: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
MIXINS: Schema = {
    "description": "Mixin data by name; `metadata.mixins` has the URL of the schema of each.",
    "type": "object",
}


def describe(schema: Schema, description: str, **keywords: Any) -> Schema:
    """Return a schema with the description that editors show, and further keywords such as `examples`."""
    return {**schema, "description": description, **keywords}


def closed_object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object that has these properties and no others."""
    requirement: Schema = {"required": list(required)} if required else {}
    return {"type": "object", "additionalProperties": False, **requirement, "properties": properties}


def unique_list(items: Schema, **keywords: Any) -> Schema:
    """Return the schema of an array whose elements are all different."""
    return {**keywords, "type": "array", "uniqueItems": True, "items": items}


# `patternErrorMessage` is shown by editors and by us, instead of the pattern.
DEFINITIONS: Schema = {
    "id": {
        "description": "A text without control characters; put ids that look like numbers in quotation marks.",
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
        "patternErrorMessage": "an id has no control characters",
    },
    "chosenId": {
        "description": "Any text, like the ids that clients choose; put ids that look like numbers in quotation marks.",
        "type": "string",
        "minLength": 1,
    },
    "language": {
        "description": "A language, such as en or de-AT.",
        "type": "string",
        "pattern": "^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$",
        "patternErrorMessage": "a language is written like en or de-AT",
    },
    "country": {
        "description": "A country, such as DE.",
        "type": "string",
        "pattern": "^[A-Z]{2}$",
        "patternErrorMessage": "a country is two upper-case letters, such as DE",
    },
    "currency": {
        "description": "A currency, such as EUR.",
        "type": "string",
        "pattern": "^[A-Z]{3}$",
        "patternErrorMessage": "a currency is three upper-case letters, such as EUR",
    },
    "localized": {
        "description": "A text by language, or a plain text in the default language. It may be empty, as in the API.",
        "type": ["object", "string"],
        "propertyNames": LANGUAGE,
        "additionalProperties": TEXT,
        "examples": ["Hammer", {"en": "Hammer", "fr": "Marteau"}],
    },
    "chosenTexts": {
        "description": "A text by language, or a plain text in the default language. It may be empty, as in the API.",
        "type": ["object", "string"],
        "additionalProperties": TEXT,
        "examples": ["Regulars", {"en": "Regulars", "de": "Stammkunden"}],
    },
    "time": {
        "description": "A time in UTC with milliseconds.",
        "type": "string",
        "format": "date-time",
        "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$",
        "patternErrorMessage": "a time is written like 2026-12-24T18:00:00.000Z",
        "examples": ["2026-12-24T18:00:00.000Z"],
    },
    "validity": describe(
        closed_object(
            {"from": describe(TIME, "The first moment."), "to": describe(TIME, "The end, which is outside.")}
        ),
        "A period; without `from` or `to` it has no beginning or no end.",
    ),
    "metadata": describe(
        closed_object(
            {
                "createdAt": describe(TIME, f"When the row was created; {FIRST_TIME} if left out."),
                "modifiedAt": describe(TIME, "When the row was last modified; when it was created, if left out."),
                "version": {
                    "description": "The number of times the row was written.",
                    "type": "integer",
                    "minimum": 1,
                    "default": 1,
                },
                "mixins": {
                    "description": "The URL of the schema of each mixin, by the name of the mixin.",
                    "type": "object",
                },
            }
        ),
        "When the row was written; all of it may be left out.",
    ),
    "scopes": {
        "description": "A list of scopes, or `all` for every scope of the services that does not end in `_own`.",
        "type": ["array", "string"],
        "uniqueItems": True,
        "items": {"type": "string", "pattern": "^\\S+$", "patternErrorMessage": "a scope has no blanks"},
        "pattern": "^all$",
        "patternErrorMessage": "scopes are a list, or `all`",
        "examples": [["customersegment.segment_manage", "customersegment.segment_read"], "all"],
    },
}


def find_object_schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference leads to, or that of the object among several."""
    reference = schema.get("$ref", "")
    if reference.startswith(DEFINITIONS_PREFIX):
        definition: Schema = DEFINITIONS[reference.removeprefix(DEFINITIONS_PREFIX)]
        return definition
    objects = (part for part in schema.get("anyOf", ()) if "properties" in part)
    return next(objects, schema)
