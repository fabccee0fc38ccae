"""Repairs of schemas: what JSON Schema does not allow is left out and named, so that the rest can be compiled."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs

from ..wording import json_pointer, shorten
from .defects import Defect

MAX_ROUNDS = 20  # of repairs of one schema
PARTS = ("allOf", "anyOf", "oneOf")
MAPS = ("properties", "patternProperties", "definitions")
TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object"})


@cache
def _meta_schema() -> jsonschema_rs.Draft4Validator:
    """Return the validator of schemas; OpenAPI 3.0 takes its keywords from draft 4."""
    return jsonschema_rs.Draft4Validator({"$ref": "http://json-schema.org/draft-04/schema#"}, validate_formats=True)


def repair_schema(schema: Any, place: str, defects: list[Defect]) -> dict[str, Any]:
    """Return a copy of a schema that can be compiled; append what was wrong to the defects."""
    if not isinstance(schema, dict):
        defects.append(Defect("schema", place, f"A schema must be an object, not {shorten(repr(schema))}."))
        return {}
    repaired = deepcopy(schema)
    found: list[str] = []
    _remove_invalid_keywords(repaired, found)
    repaired = _normalize(repaired, found)
    defects += [Defect("schema", place, text) for text in dict.fromkeys(found)]
    return repaired if _meta_schema().is_valid(repaired) else {}


def _remove_invalid_keywords(schema: dict[str, Any], found: list[str]) -> None:
    for _ in range(MAX_ROUNDS):
        if _meta_schema().is_valid(schema):
            return
        for error in list(_meta_schema().iter_errors(schema)):
            steps = list(error.instance_path)
            found.append(f"{json_pointer(steps) or '/'}: {shorten(error.message)}")
            _remove(schema, steps)


def _remove(schema: Any, steps: list[str | int]) -> None:
    """Remove what is at a place, or all of the schema; a schema of a property or a part becomes one for any value."""
    if not steps:
        schema.clear()
        return
    parent, owner = schema, None
    for step in steps[:-1]:
        if not _has(parent, step):
            return  # removed with an earlier error
        parent, owner = parent[step], step
    last = steps[-1]
    if not _has(parent, last):
        return
    if owner in MAPS or (owner in PARTS and isinstance(parent, list)):
        parent[last] = {}
    elif isinstance(parent, list):
        parent.clear()  # such as `required` with a name that comes twice
    else:
        del parent[last]


def _has(node: Any, step: str | int) -> bool:
    return (
        step in node
        if isinstance(node, dict)
        else isinstance(node, list) and isinstance(step, int) and step < len(node)
    )


def _normalize(schema: dict[str, Any], found: list[str]) -> dict[str, Any]:
    """Return a schema in the form that OpenAPI 3.0 wants: one type, arrays with items, references without siblings."""
    if isinstance(schema.get("$ref"), str):
        return {"$ref": schema["$ref"]}
    types = schema.get("type")
    if isinstance(types, list):
        named = [name for name in types if name in TYPES]
        schema["nullable"] = "null" in types or schema.get("nullable", False)
        schema |= {"type": named[0]} if len(named) == 1 else {}
        if len(named) != 1:
            del schema["type"]
    elif types == "null":
        del schema["type"]
        schema["nullable"] = True
    if schema.get("type") == "array" and not isinstance(schema.get("items"), dict):
        if "items" not in schema:
            found.append("An array lacks `items`.")
        items = schema.get("items")
        schema["items"] = items[0] if isinstance(items, list) and items else {}
    for name in MAPS:
        if name in schema:
            schema[name] = {key: _normalize_part(part, found) for key, part in schema[name].items()}
    for name in PARTS:
        if name in schema:
            schema[name] = [_normalize_part(part, found) for part in schema[name]]
    for name in ("items", "not", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            schema[name] = _normalize_part(schema[name], found)
    return schema


def _normalize_part(part: Any, found: list[str]) -> dict[str, Any]:
    return _normalize(part, found) if isinstance(part, dict) else {}
