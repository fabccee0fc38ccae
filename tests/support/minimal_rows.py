"""The shortest row of any collection, and the rows that it needs, made from the declarations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.store.collection import Collection, target_names
from mockserver.store.row_schemas import find_object_schema

OTHER = "OTH"  # the key of rows that a row needs; in capital letters, since it may be a currency or a coupon
MORE_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "carts": {"sessionId": "visit", "status": "CLOSED"}
}  # that only a check demands

Rows = dict[str, list[dict[str, Any]]]  # by collection


def make_rows(collections: Mapping[str, Collection], name: str, key: str, path: str = "", target_key: str = "") -> Rows:
    """Return a row of a collection that has a key, and those that it refers to.

    path, target_key: a reference that it has, to a row that is not among them; the other rows have another key.
    """
    collection = collections[name]
    row = {**make_value(collection.schema), **MORE_FIELDS.get(name, {})}
    if isinstance(collection.key, str) and collection.key in row:
        row[collection.key] = key
    rows: Rows = {}
    for other_path, target in collection.all_references().items():
        if other_path != path and has_value(row, other_path):
            for target_name in target_names(target):
                rows |= make_rows(collections, target_name, OTHER)
            put_value(collection.schema, row, other_path, OTHER)
    if path:
        put_value(collection.schema, row, path, target_key)
    return {**rows, name: [*rows.get(name, []), row]}


def make_value(schema: Mapping[str, Any]) -> Any:
    """Return a value that fits a schema, with the fields that it requires."""
    schema = find_object_schema(schema)
    if "enum" in schema or "examples" in schema:
        return (schema.get("enum") or schema["examples"])[0]
    if "anyOf" in schema:
        return make_value(schema["anyOf"][0])
    kinds = schema["type"]
    match kinds if isinstance(kinds, str) else kinds[0]:
        case "object":
            return {name: make_value(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [make_value(schema["items"]) for _ in range(schema.get("minItems", 0))]
        case "number" | "integer":
            return 1
        case "boolean":
            return False
    return OTHER


def has_value(row: Mapping[str, Any], path: str) -> bool:
    """Whether a row has the fields of a path."""
    value: Any = row
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True


def put_value(schema: Mapping[str, Any], row: dict[str, Any], path: str, key: str) -> None:
    """Give a row a key at the end of a path, in a list if the schema says so."""
    step, _, rest = path.partition(".")
    schema = find_object_schema(schema)["properties"][step]
    is_list = "items" in find_object_schema(schema)
    inner = find_object_schema(schema)["items"] if is_list else schema
    value: Any = key
    if rest:
        value = row.get(step) if isinstance(row.get(step), dict) else make_value(inner)
        put_value(inner, value, rest, key)
    row[step] = [value] if is_list else value
