"""Schemas compiled to judges: what is wrong with a value, or nothing; nothing is ever fetched from a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from ..errors import BadRequest
from ..wording import shorten
from .spec import Spec, SpecNode


def refuse_retrieval(uri: str) -> Any:
    """Refuse to fetch a schema that is not here."""
    raise ValueError(f"{uri} is not a local schema")


class SchemaValidator:
    """One compiled schema."""

    def __init__(self, spec: Spec, schema: SpecNode) -> None:
        self._validator = jsonschema_rs.Draft4Validator(  # the draft that OpenAPI 3.0 took its keywords from
            spec.bundle_schema(schema), validate_formats=True, retriever=refuse_retrieval
        )

    def is_valid(self, value: Any) -> bool:
        """Whether the value is as the schema says."""
        return self._validator.is_valid(value)

    def first_error(self, value: Any, message: str | None = None, field: str = "") -> BadRequest | None:
        """Return what is wrong first, or None; `field` names the value if the whole of it is wrong."""
        if self._validator.is_valid(value):
            return None
        error = next(self._validator.iter_errors(value))
        pointer = "".join(f"/{step}" for step in error.instance_path)
        detail, rule = _explain(error)
        return BadRequest(message, field=field + pointer, error_type=error.kind.name, detail=shorten(detail), rule=rule)


def _explain(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """Return a sentence and the id of the rule; the schema of a `not` says in words why its values are refused."""
    forbidden = getattr(error.kind, "schema", None)
    if error.kind.name == "not" and isinstance(forbidden, dict) and "description" in forbidden:
        return f"{error.instance} is not allowed. {forbidden['description']}", forbidden.get("x-rule", "")
    return error.message, ""


def json_schema(spec: Spec, node: SpecNode) -> SpecNode | None:
    """Return the JSON schema of a request body or a response, if it has one."""
    media: Mapping[str, Any] | None = spec.resolve(node).get("content", {}).get("application/json")
    return None if media is None else media.get("schema", {})
