"""What a published schema declares of a document: its fields and examples, found without validating anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..contract.operations import Operation
from ..contract.spec import Spec, SpecNode
from ..messages import JSON_MEDIA_TYPE

MAX_PARTS = 200  # of a schema that consists of others


def fields_of(spec: Spec, schema: SpecNode | None) -> dict[str, SpecNode]:
    """Return the declared fields of a document with their schemas: those of all parts and alternatives."""
    fields: dict[str, SpecNode] = {}
    for part in _iter_parts(spec, schema or {}):
        for name, field_schema in part.get("properties", {}).items():
            fields.setdefault(name, field_schema)
    return fields


def type_of(spec: Spec, schema: SpecNode | None) -> str:
    """Return the type that a schema declares, `object` if it only declares fields; "" if it does not say."""
    for part in _iter_parts(spec, schema or {}):
        if isinstance(part.get("type"), str):
            return str(part["type"])
        if part.get("properties"):
            return "object"
    return ""


def alternatives_of(spec: Spec, schema: SpecNode) -> list[SpecNode]:
    """Return what a schema consists of, itself first, without references."""
    return list(_iter_parts(spec, schema))


def items_of(spec: Spec, schema: SpecNode | None) -> SpecNode | None:
    """Return the schema of the elements of an array; None if it declares none."""
    return next((part["items"] for part in _iter_parts(spec, schema or {}) if "items" in part), None)


def _iter_parts(spec: Spec, schema: SpecNode) -> Iterator[SpecNode]:
    """Yield a schema without references, and what it consists of."""
    pending, visited = [schema], set[str]()
    for _ in range(MAX_PARTS):
        if not pending:
            return
        node = pending.pop(0)
        reference = node.get("$ref")
        if reference in visited:
            continue
        if reference is not None:
            visited.add(reference)
        node = spec.resolve(node)
        yield node
        pending += [*node.get("allOf", ()), *node.get("oneOf", ()), *node.get("anyOf", ())]


def reply_schema(spec: Spec, operation: Operation, status: int) -> SpecNode | None:
    """Return the schema of a reply; None if it has no JSON."""
    media = _reply_media(spec, operation, status)
    return None if media is None else media.get("schema")


def reply_example(spec: Spec, operation: Operation, status: int) -> Any:
    """Return the first example of a reply that the file has; None without one."""
    return next(iter(reply_examples(spec, operation, status)), None)


def reply_examples(spec: Spec, operation: Operation, status: int) -> list[Any]:
    """Return the examples of a reply that the file has."""
    media: Mapping[str, Any] = _reply_media(spec, operation, status) or {}
    examples = [example["value"] for example in media.get("examples", {}).values()]
    return examples or ([media["example"]] if "example" in media else [])


def body_schema(spec: Spec, operation: Operation) -> SpecNode | None:
    """Return the schema of the request body; None if it has no JSON."""
    body = _find_node(spec, operation).get("requestBody", {}).get("content", {})
    media = next((node for name, node in body.items() if name.endswith("json")), None)
    return None if media is None else media.get("schema")


def declares_content(spec: Spec, operation: Operation, status: int) -> bool:
    """Whether a reply with this status has a body."""
    return bool(_find_node(spec, operation)["responses"].get(str(status), {}).get("content"))


def _reply_media(spec: Spec, operation: Operation, status: int) -> Mapping[str, Any] | None:
    reply = _find_node(spec, operation)["responses"].get(str(status), {})
    media: Mapping[str, Any] | None = reply.get("content", {}).get(JSON_MEDIA_TYPE)
    return media


def _find_node(spec: Spec, operation: Operation) -> SpecNode:
    node: SpecNode = spec.root["paths"][operation.path][operation.method.lower()]
    return node
