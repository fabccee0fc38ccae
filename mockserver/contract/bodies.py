"""Compiled request bodies: from bytes to validated data, as a whole or element by element (E1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from ..errors import BadRequest
from ..messages import JSON_MEDIA_TYPE, YAML_MEDIA_TYPE, YAML_MEDIA_TYPES
from ..wording import shorten
from . import body_fields, query_string, strict_json
from .body_fields import FieldScan, FieldTree
from .spec import Spec, SpecNode
from .validation import SchemaValidator

FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"
TOO_MANY_ELEMENTS = "There is a validation error. Please check the details."  # E4, in the words of the price service


class ParsedBody(NamedTuple):
    """A body as the handlers get it, with the errors of a bulk's elements by position."""

    value: Any = None
    element_errors: Mapping[int, BadRequest] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BodyPlan:
    """How to read the body of one operation.

    field_tree: the declared fields.
    validator: validates the body; for a bulk, all elements together.
    element_validator, max_elements: for a bulk; validates an element, and how many there may be.
    element_id: the field with the id of a bulk's element, if elements are objects (`x-element-id`).
    element_codes: those that an element can have, if they are not the usual ones (`x-element-codes`).
    has_query: whether the body is a search with a field `q` (C16).
    example: the body that the spec shows.
    other_validators: those of media types that have another schema than the first one.
    """

    required: bool
    media_types: tuple[str, ...]
    field_tree: FieldTree
    validator: SchemaValidator
    element_validator: SchemaValidator | None = None
    max_elements: int | None = None
    element_id: str = "id"
    element_codes: tuple[int, ...] = ()
    has_query: bool = False
    example: Any = None
    other_validators: Mapping[str, SchemaValidator] = field(default_factory=dict)

    def id_of(self, element: Any) -> str | None:
        """Return the id of a bulk's element: one of its fields, or the element itself; None if it has no id."""
        id_ = element.get(self.element_id) if isinstance(element, dict) else element
        return id_ if isinstance(id_, str) else None

    def scan_body(self, body: Any, max_undeclared: int) -> FieldScan:
        """Return what `scan_fields` returns for the declared fields."""
        return body_fields.scan_fields(self.field_tree, body, max_undeclared)

    def parse_body(self, content: bytes, content_type: str | None) -> ParsedBody:
        """Return the validated body; BadRequest if it cannot be read or does not fit its schema."""
        if not content:
            if self.required:
                raise BadRequest(error_type="required", detail="A body is required.", rule="D8")
            return ParsedBody()
        media_type = parse_media_type(content_type)
        value = self._parse_content(content, media_type)
        if self.element_validator is not None:
            return self._check_elements(value, self.element_validator)
        validator = self.other_validators.get(media_type, self.validator) if self.other_validators else self.validator
        error = validator.first_error(value)
        if error:
            raise error
        return ParsedBody(value)

    def _parse_content(self, content: bytes, content_type: str) -> Any:
        if content_type in YAML_MEDIA_TYPES and YAML_MEDIA_TYPE in self.media_types:
            return parse_yaml(content)
        if content_type not in self.media_types:
            hint = f"Content-Type must be {' or '.join(self.media_types)}, not {shorten(content_type)}."
            raise BadRequest(field="Content-Type", error_type="contentType", detail=hint, rule="F3a")
        if content_type == FORM_MEDIA_TYPE:
            return query_string.parse_form(content)
        return strict_json.parse_json(content)

    def _check_elements(self, value: Any, validator: SchemaValidator) -> ParsedBody:
        """Validate each element on its own; BadRequest only if the body is not an array, or too long (E1, E4)."""
        if not isinstance(value, list):
            raise BadRequest(error_type="type", detail="The body must be an array.", rule="E1")
        if self.max_elements is not None and len(value) > self.max_elements:
            detail = f"Maximum size of the payload array is {self.max_elements}."
            raise BadRequest(TOO_MANY_ELEMENTS, error_type="maxItems", detail=detail, rule="E4")
        if self.validator.is_valid(value):  # takes half the time of validating each element
            return ParsedBody(value)
        errors = ((position, validator.first_error(element)) for position, element in enumerate(value))
        return ParsedBody(value, {position: error for position, error in errors if error})


def parse_yaml(content: bytes) -> Any:
    """Parse YAML; BadRequest if it is not strict YAML in UTF-8."""
    from ..strict_yaml import YamlError, load_yaml  # noqa: PLC0415 - shipped specs and worlds need no YAML parser

    try:
        return load_yaml(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadRequest(error_type="yaml", detail="The body is not UTF-8.") from None
    except YamlError as error:
        raise BadRequest(error_type="yaml", detail=f"Not YAML: {shorten(str(error))}.") from None


def parse_media_type(header: str | None) -> str:
    """Return the media type of a Content-Type header in lower case; JSON without a header."""
    if header is None or header == JSON_MEDIA_TYPE:  # nearly always
        return JSON_MEDIA_TYPE
    return header.partition(";")[0].strip().lower() or JSON_MEDIA_TYPE


def compile_body(spec: Spec, operation: SpecNode, *, is_bulk: bool) -> BodyPlan | None:
    """Compile the body of one operation; None for an operation without a body."""
    if "requestBody" not in operation:
        return None
    declared = spec.resolve(operation["requestBody"])
    media_types = tuple(declared["content"])
    media = declared["content"][media_types[0]]
    schema, example = spec.resolve(media["schema"]), media.get("example")
    required, field_tree = declared.get("required", False), body_fields.compile_fields(spec, schema)
    if is_bulk:
        return BodyPlan(
            required,
            media_types,
            field_tree,
            SchemaValidator(spec, {"type": "array", "items": schema["items"]}),
            element_validator=SchemaValidator(spec, schema["items"]),
            max_elements=schema.get("maxItems"),
            element_id=schema.get("x-element-id", "id"),
            element_codes=tuple(schema.get("x-element-codes", ())),
            example=example,
        )
    other_schemas = {name: node["schema"] for name, node in declared["content"].items() if node != media}
    return BodyPlan(
        required,
        media_types,
        field_tree,
        SchemaValidator(spec, schema),
        has_query="q" in field_tree.properties,
        example=example,
        other_validators={
            name: SchemaValidator(spec, spec.resolve(other))
            for name, other in other_schemas.items()
            if spec.resolve(other) != schema
        },
    )
