"""Compiled schemas: they return the first error of a value, and never fetch anything from the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import jsonschema_rs

from ..errors import BadRequest
from ..messages import JSON_MEDIA_TYPE
from ..practices.mixins import refuse_retrieval
from ..wording import json_pointer, shorten
from .spec import Spec, SpecNode


class SchemaValidator:
    """Validates values against one schema, which is compiled at first use if the spec may be compiled late."""

    def __init__(self, spec: Spec, schema: SpecNode) -> None:
        """Take a schema; SpecError or ValueError if it is broken and the spec may not be compiled late."""
        self._spec, self._schema = spec, schema
        if not spec.compiles_late:
            self._validator  # noqa: B018 - compiles the schema

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft4Validator:
        """The compiled schema. Two threads may both compile it at first; either result is as good."""
        return jsonschema_rs.Draft4Validator(  # OpenAPI 3.0 takes its keywords from this draft
            _allow_nulls(self._spec.bundle_schema(self._schema)), validate_formats=True, retriever=refuse_retrieval
        )

    @cached_property
    def is_valid(self) -> Callable[[Any], bool]:
        """Whether a value fits the schema: the method of the compiled schema itself, since most calls end here."""
        return self._validator.is_valid

    def first_error(self, value: Any, message: str | None = None, field: str = "") -> BadRequest | None:
        """Return the first error of a value; None if it is valid. `field` names the value in the error."""
        if self.is_valid(value):
            return None
        error = next(self._validator.iter_errors(value))
        detail, rule = _detail_and_rule(error)
        return BadRequest(
            message,
            field=field + json_pointer(error.instance_path),
            error_type=error.kind.name,
            detail=shorten(detail),
            rule=rule,
        )


def _allow_nulls(node: Any) -> Any:
    """Return a schema in which OpenAPI's `nullable` also allows null, as draft 4 says it."""
    if isinstance(node, list):
        return [_allow_nulls(part) for part in node]
    if not isinstance(node, dict):
        return node
    parts = {name: _allow_nulls(part) for name, part in node.items()}
    if parts.get("nullable") is True and isinstance(parts.get("type"), str):
        parts["type"] = [parts["type"], "null"]
    return parts


def _detail_and_rule(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """Return a sentence and a rule id; the description of a `not` schema says why it forbids a value."""
    forbidden = getattr(error.kind, "schema", None)
    if error.kind.name == "not" and isinstance(forbidden, dict) and "description" in forbidden:
        return f"{error.instance} is not allowed. {forbidden['description']}", forbidden.get("x-rule", "")
    return error.message, ""


def json_schema(spec: Spec, node: SpecNode) -> SpecNode | None:
    """Return the JSON schema of a request body or a response; None if its content is not JSON."""
    media: Mapping[str, Any] | None = spec.resolve(node).get("content", {}).get(JSON_MEDIA_TYPE)
    return None if media is None else media.get("schema", {})
