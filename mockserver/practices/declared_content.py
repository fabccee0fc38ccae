"""What of a body a collection stores: the fields that its schema declares, at every level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..store.row_schemas import find_object_schema


def keep_declared(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value without the fields that the schema of a row does not declare.

    An object whose schema declares no fields, such as mixins, is kept as it is. Of several schemas, the one of an
    object counts, since bodies of the API have no short forms.
    """
    schema = find_object_schema(schema)
    if isinstance(value, Mapping) and "properties" in schema:
        properties = schema["properties"]
        return {name: keep_declared(properties[name], item) for name, item in value.items() if name in properties}
    if isinstance(value, list) and "items" in schema:
        return [keep_declared(schema["items"], item) for item in value]
    return value
