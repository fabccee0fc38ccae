"""Bring values into the shape that the schema of a world's rows asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from ..store.clock import format_timestamp, parse_timestamp
from ..store.collection import Section
from ..store.row_schemas import DEFINITIONS
from ..store.state import IMPORTED_REVISION, IMPORTED_TIME

Schema = Mapping[str, Any]
REFERENCE = "#/$defs/"
TEXT_MAPS = frozenset({"localized", "chosenTexts"})
UNKNOWN_LANGUAGE = ""  # of plain texts; the world's default language once that is known


def find_definition(schema: Schema) -> str:
    """Return the name of the definition that a schema refers to; "" for none."""
    reference = schema.get("$ref")
    return str(reference).removeprefix(REFERENCE) if reference else ""


def is_text_map(schema: Schema) -> bool:
    """Whether a schema is that of texts by language."""
    return find_definition(schema) in TEXT_MAPS


def shape_value(schema: Schema, value: Any, language: str = UNKNOWN_LANGUAGE) -> Any:
    """Return a value with what the schema has a place for: plain texts by language, times in UTC, no other fields."""
    if not isinstance(value, str | dict | list):
        return value
    definition = find_definition(schema)
    if isinstance(value, str):
        if definition in TEXT_MAPS:
            return {language: value}
        return _shape_time(value) if definition == "time" else value
    schema = DEFINITIONS[definition] if definition else schema
    if isinstance(value, dict) and "properties" in schema:
        properties, is_closed = schema["properties"], schema.get("additionalProperties") is False
        return {
            name: shape_value(properties.get(name, {}), part, language)
            for name, part in value.items()
            if part is not None and (name in properties or not is_closed)
        }
    if isinstance(value, list) and "items" in schema:
        parts = [shape_value(schema["items"], part, language) for part in value if part is not None]
        return list({repr(part): part for part in parts}.values()) if schema.get("uniqueItems") else parts
    return value


def keep_valid(schema: Schema, value: Any) -> Any:
    """Return the value, or what is valid of a list; None if nothing is."""
    if is_valid(schema, value):
        return value
    definition = find_definition(schema)
    if definition == "metadata" and isinstance(value, dict):
        return keep_metadata(value)
    if is_text_map(schema) and isinstance(value, dict):
        texts = {name: text for name, text in value.items() if is_valid(schema, {name: text})}
        return texts or None
    if isinstance(value, list) and "items" in schema:
        parts = [part for part in value if is_valid(schema["items"], part)]
        return parts if parts and is_valid(schema, parts) else None
    return None


def keep_metadata(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata with what is valid of these, and the version and times of imported rows for the rest."""
    properties = DEFINITIONS["metadata"]["properties"]
    valid = {name: value[name] for name in properties if name in value and is_valid(properties[name], value[name])}
    return IMPORTED_REVISION.to_metadata(None) | valid


def is_valid(schema: Schema, value: Any) -> bool:
    """Whether a value fits a schema of a world."""
    return _compile_schema(orjson.dumps(schema)).is_valid(value)


def default_value(schema: Schema, key: str, language: str) -> Any:
    """Return what a row without a known value gets: its key as name, the first of several values, and the like."""
    definition = find_definition(schema)
    if is_text_map(schema):
        return {language: key}
    known = {
        "time": IMPORTED_TIME,
        "language": language,
        "currency": "EUR",
        "country": "DE",
        "metadata": IMPORTED_REVISION.to_metadata(None),
    }
    if definition in known:
        return known[definition]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [default_value(schema["items"], key, language)] if schema.get("minItems") else []
    if "@" in schema.get("pattern", ""):
        return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in key) + "@example.com"
    constants = {"boolean": True, "integer": schema.get("minimum", 0), "object": {}}
    return constants.get(schema.get("type", ""), key)


def schema_of(section: Section, name: str) -> Schema:
    """Return the schema of a field of a section's rows; an empty one for a field that they do not have."""
    schema: Schema = section.schema.get("properties", {}).get(name, {})
    return schema


def list_needed_fields(section: Section) -> frozenset[str]:
    """Return the fields that each row gets: those that the section requires, or has defaults for."""
    return frozenset((*section.schema.get("required", ()), *getattr(section, "defaults", ())))


@cache
def _compile_schema(schema: bytes) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(
        {"allOf": [orjson.loads(schema)], "$defs": DEFINITIONS}, validate_formats=True
    )


def _shape_time(value: Any) -> Any:
    try:
        return format_timestamp(parse_timestamp(value).astimezone(UTC))
    except (TypeError, ValueError, AttributeError, OverflowError):
        return value
