"""The JSON Schema of scenario files; faults, clock and switches have the shapes that the control plane declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..store.row_schemas import TEXT, closed_object

Schema = dict[str, Any]
MAX_STEPS = 100  # of a timeline
MAX_SCENARIO_FAULTS = 100
COMPONENTS = "#/components/schemas/"
ALL_ROWS = "all"  # instead of a list of keys
TIME_TEXT: Schema = {"type": "string", "format": "date-time"}
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
NAMES: Schema = {"type": "array", "minItems": 1, "items": NAME}


def build_scenario_schema(control: Mapping[str, Any], sections: Iterable[str], collections: Iterable[str]) -> Schema:
    """Return the schema.

    control: the parsed spec of the control plane. sections: of world files that can have rows; `collections` without
    clients and tokens.
    """
    fault, settings = (
        _without_tenant(control["components"]["schemas"][name]) for name in ("FaultDefinition", "Settings")
    )
    clock = _without_tenant(_body_schema(control, "/__admin/clock", "put"))
    advance = _without_tenant(_body_schema(control, "/__admin/clock/advance", "post"))
    faults = {"type": "array", "maxItems": MAX_SCENARIO_FAULTS, "items": fault}
    collection_names = list(collections)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of emporix-mockserver",
        "description": "A named story that a tenant plays. Only the title is required.",
        **closed_object(
            {
                "title": {**NAME, "description": "What happens, in a few words."},
                "description": {"type": "string", "description": "What the scenario shows."},
                "world": {
                    **NAME,
                    "description": "The world that it plays in, by name or file; without it, the tenant as it is.",
                },
                "rows": _rows_schema(sections, "Rows that the world gets in addition, or fields that its rows have."),
                "remove": _remove_schema(collection_names),
                "clock": {**clock, "description": "How the clock runs, as in PUT /__admin/clock."},
                "switches": {**settings, "description": "Switches by name, as in PUT /__admin/settings."},
                "faults": {**faults, "description": "Faults from the start, as in POST /__admin/faults."},
                "personas": {
                    "description": "Who plays which role, by a name for the reader.",
                    "type": "object",
                    "propertyNames": NAME,
                    "additionalProperties": closed_object({"token": NAME, "role": TEXT}, ("token",)),
                },
                "timeline": {
                    "description": "What happens while the scenario runs.",
                    "type": "array",
                    "maxItems": MAX_STEPS,
                    "items": closed_object(
                        {
                            "step": {**NAME, "description": "What happens, as a sentence."},
                            "when": _when_schema(fault["properties"]),
                            "do": {
                                **closed_object(
                                    {
                                        "reset": {"enum": ["rows", "scenario"]},
                                        "rows": _rows_schema(
                                            collection_names, "Fields that a colleague changes, or rows that are added."
                                        ),
                                        "remove": _remove_schema(collection_names),
                                        "advance": advance,
                                        "revoke": NAMES,
                                        "expire": NAMES,
                                        "addFaults": {**faults, "minItems": 1},
                                        "removeFaults": NAMES,
                                    }
                                ),
                                "minProperties": 1,
                            },
                        },
                        ("step", "when", "do"),
                    ),
                },
            },
            ("title",),
        ),
    }
    return {**_localize(schema), "$defs": _used_components(schema, control["components"]["schemas"])}


def write_scenario_schema(schema: Schema) -> str:
    """Return the text of `fixtures/scenario.schema.json`, which editors use."""
    return json.dumps(schema, indent=2) + "\n"


def _when_schema(fault_fields: Mapping[str, Any]) -> Schema:
    """Return the schema of when a step runs: at a call, or at a time of the tenant's clock."""
    call_fields = {name: fault_fields[name] for name in ("operation", "path", "query", "persona", "headers")}
    return {
        **closed_object(
            {
                "call": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1_000_000,
                    "description": "The nth call; 1 if left out.",
                },
                "at": {"enum": ["before", "after"], "description": "Before the call (default), or after it succeeded."},
                **call_fields,
                "time": {**TIME_TEXT, "description": "A time of the tenant's clock."},
                "seconds": {
                    "type": "number",
                    "minimum": 0,
                    "description": "Seconds of the tenant's clock since the start.",
                },
            }
        ),
        "minProperties": 1,
    }


def _rows_schema(sections: Iterable[str], description: str) -> Schema:
    rows = {"type": "array", "items": {"type": "object"}}
    return {"description": description, **closed_object(dict.fromkeys(sections, rows))}


def _remove_schema(collections: Iterable[str]) -> Schema:
    keys = {"type": ["array", "string"], "items": NAME, "pattern": f"^{ALL_ROWS}$"}
    description = "Keys of rows that are removed, by collection, or `all`."
    return {"description": description, **closed_object(dict.fromkeys(collections, keys))}


def _body_schema(control: Mapping[str, Any], path: str, method: str) -> Schema:
    schema: Schema = control["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    return schema


def _without_tenant(schema: Mapping[str, Any]) -> Schema:
    """Return a schema without the field `tenant`: a scenario is played by the tenant that it was started for."""
    properties = {name: part for name, part in schema["properties"].items() if name != "tenant"}
    return {**schema, "properties": properties}


def _localize(node: Any) -> Any:
    """Return a schema whose references lead to `$defs`."""
    if isinstance(node, list):
        return [_localize(part) for part in node]
    if not isinstance(node, Mapping):
        return node
    return {
        name: part.replace(COMPONENTS, "#/$defs/") if name == "$ref" and isinstance(part, str) else _localize(part)
        for name, part in node.items()
    }


def _used_components(schema: Any, components: Mapping[str, Any]) -> Schema:
    """Return the components that a schema refers to, also indirectly."""
    used: Schema = {}
    pending = [schema]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, Mapping):
            name = str(node.get("$ref", "")).removeprefix(COMPONENTS)
            if name in components and name not in used:
                used[name] = _localize(components[name])
                pending.append(components[name])
            pending.extend(node.values())
    return used
