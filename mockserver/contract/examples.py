"""Examples of replies: those in the spec, or one generated from the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..messages import JSON_MEDIA_TYPE
from .spec import Spec, SpecNode

ONLY_EXAMPLE = "example"  # the name of an example that needs none
GENERATED_EXAMPLE = "made"  # the name of a generated example
FORMAT_EXAMPLES = {
    "date": "2024-10-12",
    "date-time": "2024-10-12T12:00:00.000Z",
    "time": "12:00:00Z",
    "uri": "https://example.com",
}
TYPE_EXAMPLES: Mapping[str, Any] = {"boolean": True}
NUMBER_EXAMPLES: Mapping[str, float] = {"integer": 1, "number": 1.5}


@dataclass(frozen=True, slots=True)
class ReplyExamples:
    """The examples of an operation's replies, generated when they are first needed.

    replies: by declared status.
    schemas: by declared status; None for a status without JSON.
    """

    spec: Spec
    replies: Mapping[int, SpecNode]
    schemas: Mapping[int, SpecNode | None]
    _known: dict[int, dict[str, Any]] = field(default_factory=dict, init=False)

    def for_status(self, status: int) -> Mapping[str, Any]:
        """Return the examples by name, the usual one first; empty for a status without JSON, or an undeclared one."""
        if status not in self._known:
            schema = self.schemas.get(status)
            self._known[status] = {} if schema is None else _list_examples(self.spec, self.replies[status], schema)
        return self._known[status]


def compile_examples(
    spec: Spec, replies: Mapping[int, SpecNode], schemas: Mapping[int, SpecNode | None]
) -> ReplyExamples:
    """Return the examples of replies by status; generate all of them unless the spec may be compiled late."""
    examples = ReplyExamples(spec, replies, schemas)
    if not spec.compiles_late:
        for status in replies:
            examples.for_status(status)
    return examples


def _list_examples(spec: Spec, reply: SpecNode, schema: SpecNode) -> dict[str, Any]:
    media = spec.resolve(reply)["content"][JSON_MEDIA_TYPE]
    examples = {name: spec.resolve(example)["value"] for name, example in media.get("examples", {}).items()}
    if not examples and "example" in media:
        return {ONLY_EXAMPLE: media["example"]}
    return examples or {GENERATED_EXAMPLE: generate_example(spec, schema)}


def generate_example(spec: Spec, schema: SpecNode, name: str = "text", visited: tuple[str, ...] = ()) -> Any:
    """Return a value that fits a schema, with every declared property except recursive ones."""
    visited = (*visited, *filter(None, [schema.get("$ref")]))
    schema = spec.resolve(schema) if len(set(visited)) == len(visited) else {"example": {}}  # recursive otherwise
    if "example" in schema or "enum" in schema:
        return schema["example"] if "example" in schema else schema["enum"][0]
    if schema.get("type") == "array":
        return [generate_example(spec, schema["items"], name, visited)] * max(1, schema.get("minItems", 1))
    if schema.get("type") == "object" or "allOf" in schema:
        return _generate_object(spec, schema, visited)
    if "anyOf" in schema or "oneOf" in schema:
        return generate_example(spec, (schema.get("anyOf") or schema["oneOf"])[0], name, visited)
    if schema.get("type") in NUMBER_EXAMPLES:
        usual = NUMBER_EXAMPLES[schema["type"]]
        return max(usual, schema.get("minimum", usual))
    return TYPE_EXAMPLES.get(
        schema.get("type", ""), FORMAT_EXAMPLES.get(schema.get("format", ""), name[: schema.get("maxLength")])
    )


def _generate_object(spec: Spec, schema: SpecNode, visited: tuple[str, ...]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        part_value = generate_example(spec, part, visited=visited)
        value |= part_value if isinstance(part_value, dict) else {}  # a part may be a description only
    for name, part in schema.get("properties", {}).items():
        if not _is_recursive(part, visited):
            value[name] = generate_example(spec, part, name, visited)
    return value


def _is_recursive(schema: SpecNode, visited: tuple[str, ...]) -> bool:
    return schema.get("$ref") in visited or schema.get("items", {}).get("$ref") in visited
