"""The switches in a world file: those for which its tenants differ from the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import orjson

from ..settings import Switches
from ..store.row_schemas import Schema, closed_object

SWITCHES = "switches"  # the name of the section
DEFAULTS = Switches()
HINTS = get_type_hints(Switches)
DESCRIPTIONS = {switch.name: switch.metadata["help"] for switch in fields(Switches)}


def build_switches_schema() -> Schema:
    """Return the JSON Schema of the section; a value such as '404' may also be the number that it looks like."""
    return {
        "description": "Switches for what no source settles, for the tenants that start from this world.",
        **closed_object({name: {"description": DESCRIPTIONS[name], **_schema_of(name)} for name in DESCRIPTIONS}),
    }


def read_switches(world: Mapping[str, Any]) -> dict[str, Any]:
    """Return the switches of a checked world with their values as `Switches` has them."""
    return {name: _value_of(name, value) for name, value in world.get(SWITCHES, {}).items()}


def export_switches(switches: Switches) -> dict[str, Any]:
    """Return the section for these switches: those that differ from the defaults."""
    return {name: value for name in DESCRIPTIONS if (value := getattr(switches, name)) != getattr(DEFAULTS, name)}


def _choices(name: str) -> tuple[str, ...]:
    """Return the values that a switch can have; none for a number."""
    return get_args(HINTS[name]) if get_origin(HINTS[name]) is Literal else ()


def _lookalike(choice: str) -> Any:
    """Return the number or the boolean that a choice looks like, or else the choice itself."""
    try:
        return orjson.loads(choice)
    except orjson.JSONDecodeError:
        return choice


def _schema_of(name: str) -> Schema:
    choices = _choices(name)
    if choices:
        lookalikes = [_lookalike(choice) for choice in choices]
        return {"enum": [*choices, *(value for value in lookalikes if not isinstance(value, str))]}
    is_optional = NoneType in get_args(HINTS[name])
    return {"type": ["integer", "null"] if is_optional else "integer", "minimum": 1}


def _value_of(name: str, value: Any) -> Any:
    """Return a value as `Switches` has it: the text of a choice that was written as a number or a boolean."""
    return next((choice for choice in _choices(name) if value in (choice, _lookalike(choice))), value)
