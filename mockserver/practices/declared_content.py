"""What of a body a collection stores: the fields that its schema declares, at every level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..store.row_schemas import find_object_schema

ANYTHING: Mapping[str, Any] = {}


def keep_declared(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value without the fields that the schema of a row refuses, at every level.

    Objects that may have any fields keep them, such as mixins. Of several schemas, the one of an object counts, since
    bodies of the API have no short forms.
    """
    schema = find_object_schema(schema)
    if isinstance(value, Mapping) and "properties" in schema:
        properties, is_closed = schema["properties"], schema.get("additionalProperties") is False
        return {
            name: keep_declared(properties.get(name, ANYTHING), item)
            for name, item in value.items()
            if name in properties or not is_closed
        }
    if isinstance(value, list) and "items" in schema:
        return [keep_declared(schema["items"], item) for item in value]
    return value
