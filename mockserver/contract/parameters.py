"""Declared parameters, compiled: from the text of a request to typed values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import INVALID_PARAMETERS, BadRequest
from .spec import Spec, SpecNode
from .validation import SchemaValidator

BOOLEANS = {"true": True, "false": False}
INTEGER = re.compile(r"-?[0-9]{1,18}")  # to be matched whole; longer ones are beyond 64 bits


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter.

    key: the name to look for: header names come in lower case.
    judge: None where any text will do; values: those of an enum.
    filters: the dotted path of the field whose value it asks for; default: the text that stands for none.
    qualifies: the parameter whose resource it only describes further (`x-qualifies`), so that it names none itself.
    """

    name: str
    lookup_name: str
    location: str
    required: bool
    schema_type: str
    validator: SchemaValidator | None
    enum_values: tuple[Any, ...] = ()
    filter_path: str | None = None
    default: str | None = None
    qualifies: str | None = None

    def parse_value(self, text: str) -> Any:
        """Return the typed value; BadRequest if the text is none."""
        value = self._convert(text)
        problem = self.validator.first_error(value, INVALID_PARAMETERS, self.name) if self.validator else None
        if problem:
            raise problem
        return value

    def _convert(self, text: str) -> Any:
        if self.schema_type == "boolean":  # generated clients send the words, and bool("false") is True
            if text.lower() not in BOOLEANS:
                raise BadRequest(INVALID_PARAMETERS, field=self.name, error_type="type", detail="must be true or false")
            return BOOLEANS[text.lower()]
        if self.schema_type == "integer":
            if not INTEGER.fullmatch(text):
                raise BadRequest(INVALID_PARAMETERS, field=self.name, error_type="type", detail="must be an integer")
            return int(text)
        return text.split(",") if self.schema_type == "array" else text


def compile_parameter(spec: Spec, node: SpecNode) -> Parameter:
    """Compile one parameter of the spec."""
    declared = spec.resolve(node)
    schema = spec.resolve(declared["schema"])
    schema_type = schema.get("type", "string")
    constrained = schema.keys() & {"pattern", "minLength", "maxLength", "minimum", "maximum", "enum", "not"}
    validator = SchemaValidator(spec, schema) if constrained else None
    enum_values = tuple(schema.get("enum", ()))
    default = schema.get("default")
    name, location = declared["name"], declared["in"]
    return Parameter(
        name,
        name.lower() if location == "header" else name,
        location,
        declared.get("required", False),
        schema_type,
        validator,
        enum_values,
        declared.get("x-filter"),
        default if isinstance(default, str) else None,
        declared.get("x-qualifies"),
    )


def read_parameters(parameters: Iterable[Parameter], raw_values: Mapping[str, str]) -> dict[str, Any]:
    """Return the declared values among those given; what is not declared is left out (C11), and so is `?q=`."""
    values = {}
    for parameter in parameters:
        text = raw_values.get(parameter.lookup_name)
        if text or (text is not None and parameter.location != "query"):
            values[parameter.name] = parameter.parse_value(text)
        elif parameter.required:
            raise BadRequest(INVALID_PARAMETERS, field=parameter.name, error_type="required", detail="is missing")
    return values
