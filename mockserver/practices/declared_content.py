"""What of a body a collection stores: the fields that its schema declares, at every level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..store.row_schemas import DEFINITIONS

DEFINITIONS_PREFIX = "#/$defs/"


def keep_declared(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value without the fields that the schema of a row does not declare.

    An object whose schema declares no fields, such as mixins, is kept as it is. Of several schemas, the one of an
    object counts, since bodies of the API have no short forms.
    """
    schema = _resolve(schema)
    if isinstance(value, Mapping) and "properties" in schema:
        properties = schema["properties"]
        return {name: keep_declared(properties[name], item) for name, item in value.items() if name in properties}
    if isinstance(value, list) and "items" in schema:
        return [keep_declared(schema["items"], item) for item in value]
    return value


def _resolve(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference leads to, or that of the object among several."""
    reference = schema.get("$ref", "")
    if reference.startswith(DEFINITIONS_PREFIX):
        definition: Mapping[str, Any] = DEFINITIONS[reference.removeprefix(DEFINITIONS_PREFIX)]
        return definition
    objects = (part for part in schema.get("anyOf", ()) if "properties" in part)
    return next(objects, schema)
