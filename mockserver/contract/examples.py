"""Examples of replies: those that a spec names, or one that is made from the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import Document, Node

MADE = "made"  # name of an example that no spec gives
FORMATS = {"date-time": "2024-10-12T12:00:00.000Z", "uri": "https://example.com"}
SCALARS: Mapping[str, Any] = {"number": 1.5, "boolean": True}


def of_reply(document: Document, reply: Node, schema: Node | None) -> dict[str, Any]:
    """Return the examples of a reply by name, the usual one first; none for a reply without body."""
    if schema is None:
        return {}
    named = document.resolve(reply)["content"]["application/json"].get("examples", {})
    return {name: document.resolve(each)["value"] for name, each in named.items()} or {MADE: made(document, schema)}


def made(document: Document, schema: Node, name: str = "text", seen: tuple[str, ...] = ()) -> Any:
    """Make a value that fits a schema: every declared property but those in which a schema comes again."""
    seen = (*seen, *filter(None, [schema.get("$ref")]))
    schema = document.resolve(schema)
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [made(document, schema["items"], name, seen)]
    if schema.get("type") == "object" or "allOf" in schema:
        return _object(document, schema, seen)
    if schema.get("type") == "integer":
        return max(1, schema.get("minimum", 1))
    return SCALARS.get(schema.get("type", ""), FORMATS.get(schema.get("format", ""), name[: schema.get("maxLength")]))


def _object(document: Document, schema: Node, seen: tuple[str, ...]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        made_part = made(document, part, seen=seen)
        value |= made_part if isinstance(made_part, dict) else {}  # a part may add a description alone
    for name, part in schema.get("properties", {}).items():
        if not _comes_again(part, seen):
            value[name] = made(document, part, name, seen)
    return value


def _comes_again(schema: Node, seen: tuple[str, ...]) -> bool:
    return schema.get("$ref") in seen or schema.get("items", {}).get("$ref") in seen
