"""Tolerant specs: published files with defects, whose schemas refuse nothing; what breaks one is a finding (G2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jsonschema_rs

from ..errors import BadRequest
from ..messages import JSON_MEDIA_TYPE
from . import body_fields
from .bodies import FORM_MEDIA_TYPE, BodyPlan, ParsedBody
from .body_fields import FieldScan
from .constraints import read_constraints
from .parameters import Parameter, ParameterAdvice
from .spec import Spec, SpecError, SpecNode
from .validation import SchemaValidator

ANYTHING: dict[str, Any] = {}
FLAGS = (
    "X-Total-Count",
    "totalCount",
)  # parameters whose text has to be read, since the view asks whether they are true


class LenientValidator(SchemaValidator):
    """Validates values against a schema; one that cannot be compiled allows every value."""

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft4Validator:
        try:
            return super()._validator
        except (ValueError, SpecError, RecursionError, jsonschema_rs.ReferencingError):
            return jsonschema_rs.Draft4Validator(ANYTHING)


@dataclass(slots=True)
class ExaminedScan(FieldScan):
    """The fields of a body, and the first error of the body itself; None if it fits its schema."""

    violation: BadRequest | None = None


@dataclass(frozen=True, slots=True)
class TolerantBodyPlan(BodyPlan):
    """How to read a body that may break its schema: only its outermost type must be right.

    declared_validator: that of the schema. outer_type: `object` or `array`; "" if the schema does not say.
    """

    declared_validator: SchemaValidator | None = field(default=None)
    outer_type: str = ""

    def scan_body(self, body: Any, max_undeclared: int) -> FieldScan:
        """Return the fields of a body, and its first error."""
        scan = body_fields.scan_fields(self.field_tree, body, max_undeclared)
        error = self.declared_validator.first_error(body) if self.declared_validator else None
        return ExaminedScan(scan.declared, scan.undeclared, scan.is_complete, error)

    def parse_body(self, content: bytes, content_type: str | None) -> ParsedBody:
        """Return the body; BadRequest if it cannot be read, or is a list instead of an object or the reverse."""
        parsed = BodyPlan.parse_body(self, content, content_type)
        expected: type = {"object": dict, "array": list}.get(self.outer_type, object)
        if content and parsed.value is not None and not isinstance(parsed.value, expected):
            raise BadRequest(error_type="type", detail=f"The body must be an {self.outer_type}.", rule="G2")
        if self.has_query and isinstance(parsed.value, dict) and not isinstance(parsed.value.get("q", ""), str):
            raise BadRequest(field="/q", error_type="type", detail="This must be a text.", rule="G2")
        return parsed

    def _parse_content(self, content: bytes, content_type: str) -> Any:
        is_read = content_type == FORM_MEDIA_TYPE or content_type.endswith(("/json", "+json", "yaml"))
        if content_type in self.media_types and not is_read:
            return None  # an upload, for example; nothing in it is simulated
        return BodyPlan._parse_content(self, content, content_type)


def compile_tolerant_body(spec: Spec, operation: SpecNode, *, is_bulk: bool) -> BodyPlan | None:
    """Compile the body of one operation of a tolerant spec; None for an operation without a body."""
    if "requestBody" not in operation:
        return None
    declared = spec.resolve(operation["requestBody"])
    media_types = sorted(declared["content"], key=lambda name: name != JSON_MEDIA_TYPE)
    media = declared["content"][media_types[0]]
    schema = spec.resolve(media["schema"])
    is_list = schema.get("type") == "array" and is_bulk
    field_tree = body_fields.compile_fields(spec, media["schema"])
    return TolerantBodyPlan(
        declared.get("required", False) is True,
        tuple(media_types),
        field_tree,
        SchemaValidator(spec, ANYTHING),
        element_validator=SchemaValidator(spec, ANYTHING) if is_list else None,
        has_query="q" in field_tree.properties,
        example=media.get("example"),
        declared_validator=LenientValidator(spec, media["schema"]),
        outer_type="array" if schema.get("type") == "array" else "object" if field_tree.properties else "",
    )


def compile_tolerant_parameter(spec: Spec, node: SpecNode) -> Parameter:
    """Compile one parameter of a tolerant spec: any text is a value, and only an id is required."""
    declared = spec.resolve(node)
    schema = spec.resolve(declared["schema"])
    name, location, schema_type = declared["name"], declared["in"], schema.get("type", "string")
    is_read = schema_type == "array" or (name in FLAGS and schema_type == "boolean")
    read_type = schema_type if is_read else "string"
    default = schema.get("default")
    advice = ParameterAdvice(declared.get("required", False), schema_type, LenientValidator(spec, declared["schema"]))
    return Parameter(
        name,
        name.lower() if location == "header" else name,
        location,
        location == "path",
        read_type,
        None,
        accepts_any_text=read_type == "string",
        enum_values=tuple(schema.get("enum", ())),
        default=None if default is None or isinstance(default, bool | dict | list) else str(default),
        constraints=read_constraints(schema),
        advice=advice,
    )
