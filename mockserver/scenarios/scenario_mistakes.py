"""The mistakes in a scenario: each with its place and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import jsonschema_rs
import orjson

from ..wording import json_pointer, shorten
from ..worlds.mistakes import suggest_names
from ..worlds.schema_mistakes import TYPE_NAMES

MAX_SHOWN_MISTAKES = 20  # that one error lists
MAX_FOUND_MISTAKES = 100  # then the search ends


class ScenarioMistake(NamedTuple):
    """A mistake: its place as a JSON pointer, "" for the whole scenario, and what would be right."""

    place: str
    reason: str

    def describe(self) -> str:
        """Return place and reason on one line."""
        return ": ".join(filter(None, (self.place, " ".join(self.reason.split()))))


class ScenarioError(Exception):
    """A scenario that cannot be used; the message has the source, and a line for each mistake if there are several."""

    def __init__(self, source: str, mistakes: Sequence[ScenarioMistake]) -> None:
        self.source, self.mistakes = source, tuple(mistakes)
        lines = [mistake.describe() for mistake in mistakes[:MAX_SHOWN_MISTAKES]]
        if len(mistakes) > MAX_SHOWN_MISTAKES:
            lines.append(f"and {len(mistakes) - MAX_SHOWN_MISTAKES} more")
        self.lines = lines
        headline = f"{source}: " if len(lines) == 1 else f"{source} has {len(mistakes)} mistakes:\n"
        super().__init__(headline + "\n".join(lines))


def find_schema_violations(
    validator: jsonschema_rs.Draft202012Validator, schema: Mapping[str, Any], value: Any
) -> Iterator[ScenarioMistake]:
    """Yield the mistakes that the JSON Schema of scenarios can see."""
    for error in islice(validator.iter_errors(value), MAX_FOUND_MISTAKES):
        place, facts = json_pointer(error.instance_path), error.kind.as_dict()
        if error.kind.name == "additionalProperties":
            known = _find_part(schema, error.schema_path).get("properties", {})
            for name in facts["unexpected"][:MAX_FOUND_MISTAKES]:
                yield ScenarioMistake(
                    f"{place}/{shorten(name)}", f"there is no such field; {suggest_names(name, known)}"
                )
        elif error.kind.name == "required":
            yield ScenarioMistake(f"{place}/{facts['property']}", "is missing")
        else:
            yield ScenarioMistake(place, _explain_violation(error, facts))


def _find_part(schema: Mapping[str, Any], path: Iterable[str | int]) -> Mapping[str, Any]:
    """Return the part of a schema that has the violated keyword, the last step of the path."""
    part: Any = schema
    *steps, _ = path
    for step in steps:
        part = schema["$defs"][part["$ref"].rpartition("/")[2]] if step == "$ref" else part[step]
    return part if isinstance(part, Mapping) else {}


def _explain_violation(error: jsonschema_rs.ValidationError, facts: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, and what would be right."""
    value = error.instance
    match error.kind.name:
        case "type":
            return _explain_type(value, facts["types"])
        case "enum":
            options = facts["options"] if isinstance(facts["options"], list) else orjson.loads(facts["options"])
            if not isinstance(value, str) and _quote(value) in options:
                return f"put it in quotation marks: '{_quote(value)}'"
            return f"{_quote(value)} is not allowed; {suggest_names(value, list(map(str, options)))}"
        case "format":
            return f"{_quote(value)} is not a time such as 2026-12-24T18:00:00Z"
        case "minProperties" | "minItems" | "minLength":
            return "must not be empty"
        case _:
            return shorten(error.message)


def _explain_type(value: Any, types: Sequence[str]) -> str:
    expected = " or ".join(TYPE_NAMES.get(name, name) for name in types)
    is_plain = isinstance(value, int | float)  # true and false, too
    tip = f"; put it in quotation marks: '{_quote(value)}'" if "string" in types and is_plain else ""
    return f"must be {expected}, not {_quote(value)}{tip}"


def _quote(value: Any) -> str:
    """Return a value as it is written in JSON, shortened; orjson refuses what nests too deeply."""
    try:
        return shorten(orjson.dumps(value).decode())
    except (TypeError, orjson.JSONEncodeError):
        return "this value"
