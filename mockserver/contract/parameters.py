"""Compiled parameters: from the texts of a request to typed, validated values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from ..errors import INVALID_PARAMETERS, BadRequest
from .constraints import read_constraints
from .query_string import RawValue
from .spec import Spec, SpecNode
from .validation import SchemaValidator

ValueT = TypeVar("ValueT")

BOOLEANS = {"true": True, "false": False}
SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}  # of an array's values, by style; a comma by default
NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
INTEGER = re.compile(r"-?[0-9]{1,18}")  # longer ones may not fit in 64 bits


@dataclass(frozen=True, slots=True)
class ParameterAdvice:
    """What a schema says of a parameter whose values are not checked against it."""

    required: bool
    schema_type: str
    validator: SchemaValidator

    def find_violation(self, raw: RawValue | None) -> str:
        """Return a sentence on what is wrong with the value in a request, None if it is absent; "" for nothing."""
        if not raw:
            return "This parameter is required." if self.required else ""
        error = self.validator.first_error(_guess_value(self.schema_type, raw))
        return f"This does not fit its schema: {error.detail}" if error else ""


def _guess_value(schema_type: str, raw: RawValue) -> Any:
    """Return the value of a text that a schema is to be compared with: the text itself if it has another type."""
    if schema_type == "array":
        return raw if isinstance(raw, list) else raw.split(",")
    if not isinstance(raw, str):
        return raw
    if schema_type == "boolean":
        return BOOLEANS.get(raw.lower(), raw)
    if schema_type == "integer" and INTEGER.fullmatch(raw):
        return int(raw)
    return float(raw) if schema_type == "number" and NUMBER.fullmatch(raw) else raw


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter.

    lookup_name: the name in a request; the names of headers are in lower case.
    validator: None if any value of the type is valid.
    filter_path: the dotted path of the field that it filters by (`x-filter`, C18).
    filters_by_part: whether a part of the field's text is enough (`x-contains`, C18a).
    accepts_any_text: whether its value is the text in the request, whatever that is.
    default: the text that an absent parameter is read as.
    separator: what separates the values of an array; None if its name is repeated for each value.
    is_limited_to_supported: whether it accepts only languages that the tenant supports (`x-supported-languages`, K7).
    qualifies: the parameter that names the resource, if this one only describes it further (`x-qualifies`).
    aliases: other names that clients send it under, as they are looked up (`x-aliases`, B4d).
    constraints: the keywords of its schema that limit its values.
    advice: what its schema says of values that are accepted all the same, in a tolerant spec.
    """

    name: str
    lookup_name: str
    location: str
    required: bool
    schema_type: str
    validator: SchemaValidator | None
    accepts_any_text: bool
    enum_values: tuple[Any, ...] = ()
    filter_path: str | None = None
    filters_by_part: bool = False
    default: str | None = None
    separator: str | None = None
    is_limited_to_supported: bool = False
    qualifies: str | None = None
    aliases: tuple[str, ...] = ()
    constraints: Mapping[str, Any] = field(default_factory=dict)
    advice: ParameterAdvice | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether it is an array whose name is repeated for each value."""
        return self.schema_type == "array" and self.separator is None

    def parse_value(self, raw: RawValue) -> Any:
        """Return the typed value; BadRequest if the text is not of that type, or not valid."""
        value: Any = raw
        if self.schema_type == "array":
            value = raw if isinstance(raw, list) else raw.split(self.separator) if self.separator else [raw]
        elif (convert := CONVERTERS.get(self.schema_type)) is not None:
            value = convert(self.name, raw)
        if self.validator is not None and not self.validator.is_valid(value):
            error = self.validator.first_error(value, INVALID_PARAMETERS, self.name)
            assert error is not None
            raise error
        return value


def _read_boolean(name: str, text: str) -> bool:
    if text.lower() not in BOOLEANS:  # not bool(text): generated clients send "false"
        raise BadRequest(INVALID_PARAMETERS, field=name, error_type="type", detail="must be true or false")
    return BOOLEANS[text.lower()]


def _read_integer(name: str, text: str) -> int:
    if not INTEGER.fullmatch(text):
        raise BadRequest(INVALID_PARAMETERS, field=name, error_type="type", detail="must be an integer")
    return int(text)


def _read_number(name: str, text: str) -> float:
    if not NUMBER.fullmatch(text):
        raise BadRequest(INVALID_PARAMETERS, field=name, error_type="type", detail="must be a number")
    return float(text)


# By the type in the schema, return the value of a text; a parameter of another type is the text itself.
CONVERTERS: Mapping[str, Callable[[str, Any], Any]] = {
    "boolean": _read_boolean,
    "integer": _read_integer,
    "number": _read_number,
}


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
    lookup_name, *aliases = map(_lookup_name(location), (name, *declared.get("x-aliases", ())))
    return Parameter(
        name,
        lookup_name,
        location,
        declared.get("required", False),
        schema_type,
        validator,
        validator is None and schema_type not in {*CONVERTERS, "array"},
        enum_values,
        declared.get("x-filter"),
        declared.get("x-contains", False),
        default if isinstance(default, str) else None,
        _array_separator(declared),
        declared.get("x-supported-languages", False),
        declared.get("x-qualifies"),
        tuple(aliases),
        read_constraints(schema),
    )


def _array_separator(declared: SpecNode) -> str | None:
    """Return what separates the values of an array parameter; None if its name is repeated (`explode`)."""
    style = declared.get("style", "form" if declared["in"] == "query" else "simple")
    if declared["in"] == "query" and declared.get("explode", style == "form"):
        return None
    return SEPARATORS.get(style, ",")


def _lookup_name(location: str) -> Callable[[str], str]:
    """Return what turns a declared name into the one in requests, where the names of headers are in lower case."""
    return str.lower if location == "header" else str


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """The parameters that an operation declares in one location: path, query or header.

    names: their names in requests, aliases included; those of headers are in lower case.
    aliases: the name in requests that each alias stands for.
    """

    parameters: tuple[Parameter, ...]
    names: frozenset[str]
    has_required: bool
    aliases: Mapping[str, str]

    @classmethod
    def from_parameters(cls, parameters: Iterable[Parameter]) -> Self:
        """Return the set of these parameters."""
        parameters = tuple(parameters)
        aliases = {alias: parameter.lookup_name for parameter in parameters for alias in parameter.aliases}
        names = frozenset({*(parameter.lookup_name for parameter in parameters), *aliases})
        return cls(parameters, names, any(parameter.required for parameter in parameters), aliases)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.parameters)

    def read_values(self, raw_values: Mapping[str, RawValue]) -> dict[str, Any]:
        """Return the values of the declared parameters; undeclared ones are ignored (C11), and so is an empty `?q=`."""
        values: dict[str, Any] = {}
        if not self.has_required and self.names.isdisjoint(raw_values):  # nearly always so for headers
            return values
        if self.aliases:
            raw_values = self.resolve_aliases(raw_values)
        for parameter in self.parameters:
            text = raw_values.get(parameter.lookup_name)
            if text or (text is not None and parameter.location != "query"):
                values[parameter.name] = text if parameter.accepts_any_text else parameter.parse_value(text)
            elif parameter.required:
                raise BadRequest(INVALID_PARAMETERS, field=parameter.name, error_type="required", detail="is missing")
        return values

    def resolve_aliases(self, raw_values: Mapping[str, ValueT]) -> Mapping[str, ValueT]:
        """Return values in which those under an alias are also under the name, unless that has a value itself."""
        named = {
            name: raw_values[alias]
            for alias, name in self.aliases.items()
            if raw_values.get(alias) and not raw_values.get(name)
        }
        return {**raw_values, **named} if named else raw_values
