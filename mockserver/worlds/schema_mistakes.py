"""What a violation of the JSON Schema of world files means to the person who writes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs
import orjson

from ..wording import shorten
from .mistakes import Steps, suggest_names

TYPE_NAMES = {
    "string": "a text",
    "object": "an object (`key: value`)",
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "no value",
}
REDUNDANT_KEYWORDS = {"format": "pattern"}  # the second one explains the first one's mistakes better

ROWS_AT_ONCE = 200

SchemaMistake = tuple[Steps, str]  # where, and why


def find_schema_mistakes(validator: Any, schema: Mapping[str, Any], world: Any) -> Iterator[SchemaMistake]:
    """Yield the mistakes in a world that its JSON Schema can see, as they are needed.

    The validator finds all errors before it returns the first, so it gets a few rows at a time.
    """
    if validator.is_valid(world):
        return
    lists = {name: rows for name, rows in world.items() if _has_rows(rows)} if isinstance(world, dict) else {}
    yield from _find_in_part(validator, schema, {**world, **{name: [] for name in lists}} if lists else world)
    for name, rows in lists.items():
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = {name: rows[start : start + ROWS_AT_ONCE]}
            if not validator.is_valid(part):
                for steps, reason in _find_in_part(validator, schema, part):
                    if len(steps) > 1:  # errors of the section itself have been found
                        yield (name, int(steps[1]) + start, *steps[2:]), reason


def _has_rows(section: Any) -> bool:
    return isinstance(section, list) and any(isinstance(row, dict) for row in section)


def _find_in_part(validator: Any, schema: Mapping[str, Any], world: Any) -> Iterator[SchemaMistake]:
    explained: set[tuple[Steps, str]] = set()
    for error in validator.iter_errors(world):
        steps, keyword = tuple(error.instance_path), error.kind.name
        explained.add((steps, keyword))
        if (steps, REDUNDANT_KEYWORDS.get(keyword, "")) not in explained:
            yield from _explain(error, steps, keyword, _schema_at(schema, error.schema_path))


def _schema_at(schema: Mapping[str, Any], path: Sequence[str | int]) -> Mapping[str, Any]:
    """Return the part of a schema that has the violated keyword, the last step of the path."""
    part: Any = schema
    for step in path[:-1]:
        part = part[step]
    return part if isinstance(part, Mapping) else {}


def _explain(
    error: jsonschema_rs.ValidationError, steps: Steps, keyword: str, part: Mapping[str, Any]
) -> Iterator[SchemaMistake]:
    facts = error.kind.as_dict()
    if keyword == "additionalProperties":
        what = "field" if steps else "section"
        for name in facts["unexpected"]:
            yield (*steps, name), f"unknown {what}; {suggest_names(name, part.get('properties', {}))}"
    else:
        yield steps, _reason(error, keyword, facts, part)


def _reason(
    error: jsonschema_rs.ValidationError, keyword: str, facts: Mapping[str, Any], part: Mapping[str, Any]
) -> str:
    """Return what is wrong, and what would be right."""
    value, reason = error.instance, part.get("errorMessage") or shorten(error.message)
    match keyword:
        case "required":
            name = facts["property"]
            reason = f"the field {name} is missing: {_lower_first(_description_of(part, name))}"
        case "type":
            reason = _wrong_type(value, part["type"])
        case "enum":
            found = "no value" if value is None else _quote(value)
            reason = f"{found} is not allowed; there are {', '.join(map(str, part['enum']))}"
        case "pattern" if "patternErrorMessage" in part:
            reason = f"{_quote(value)}: {part['patternErrorMessage']}"
        case "format":
            reason = f"{_quote(value)}: there is no such time"
        case "minLength" | "minItems" | "minProperties" if part[keyword] == 1:
            reason = "must not be empty"
        case "uniqueItems":
            reason = "an element comes twice"
        case "propertyNames":
            reason = f"{_quote(facts['error'].instance)} is not allowed as a key: {part.get('patternErrorMessage', '')}"
    return reason


def _wrong_type(value: Any, types: str | Sequence[str]) -> str:
    expected = " or ".join(TYPE_NAMES[name] for name in ([types] if isinstance(types, str) else types))
    if value is None:
        return f"has no value; expected {expected}"
    tip = ""
    if "string" in types and isinstance(value, int | float) and not isinstance(value, bool):
        tip = f"; put it in quotation marks: '{value}'"
    elif types == "array" and isinstance(value, str):
        tip = f"; write [{shorten(value)}]"
    return f"{_quote(value)} is {_type_name(value)}; expected {expected}{tip}"


def _type_name(value: Any) -> str:
    kinds: dict[type, str] = {bool: "a truth value", str: "a text", dict: "an object", list: "a list"}
    return kinds.get(type(value), "a number")


def _quote(value: Any) -> str:
    """Return a value as it is written in JSON, shortened."""
    return shorten(orjson.dumps(value).decode())


def _description_of(part: Mapping[str, Any], name: str) -> str:
    description: str = part.get("properties", {}).get(name, {}).get("description", "")
    return description.partition(". ")[0].rstrip(".")


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
