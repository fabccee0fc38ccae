"""Request bodies, compiled: from bytes to checked data, whole or element by element (E1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ..errors import BODY_PROBLEM, BadRequest
from . import shapes, strict_json
from .document import Document, Node
from .shapes import Shape
from .validation import Judge, shortened

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TOO_MANY = "There is a validation error. Please check the details."  # E4, in the words of the price service


class Body(NamedTuple):
    """A body as the rules get it; `problems` tell which element of a bulk is wrong and why."""

    value: Any = None
    problems: Mapping[int, BadRequest] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BodyPlan:
    """How to read the body of one operation.

    shape: the names that it may have where.
    whole: judge of the body; None for a bulk.
    element, at_most: judge of each element of a bulk, and how many it may have.
    element_id: the field with the id of an element of a bulk (`x-element-id`), for elements that are objects.
    example: a body that the spec shows.
    """

    required: bool
    kinds: tuple[str, ...]
    shape: Shape
    whole: Judge | None = None
    element: Judge | None = None
    at_most: int | None = None
    element_id: str = "id"
    has_query: bool = False
    example: Any = None

    def id_of(self, element: Any) -> str | None:
        """Return the id of an element of a bulk: the element itself, or one of its fields; None if it has none."""
        id_ = element.get(self.element_id) if isinstance(element, dict) else element
        return id_ if isinstance(id_, str) else None

    def read(self, content: bytes, content_type: str | None) -> Body:
        """Return the checked body; BadRequest if it cannot be read or is not as declared."""
        if not content.strip():
            if self.required:
                raise BadRequest(kind="required", detail="A body is needed.", rule="D8")
            return Body()
        value = self._parsed(content, media_type(content_type))
        if self.element is not None:
            return self._elements(value, self.element)
        problem = self.whole.problem(value) if self.whole else None
        if problem:
            raise problem
        return Body(value)

    def _parsed(self, content: bytes, kind: str) -> Any:
        if kind not in self.kinds:
            hint = f"Content-Type must be {' or '.join(self.kinds)}, not {shortened(kind)}."
            raise BadRequest(field="Content-Type", kind="contentType", detail=hint, rule="F3a")
        return form(content) if kind == FORM else strict_json.read(content)

    def _elements(self, value: Any, judge: Judge) -> Body:
        """Judge each element on its own; only what is no array, or too long, is wrong as a whole (E1, E4)."""
        if not isinstance(value, list):
            raise BadRequest(kind="type", detail="The body must be an array.", rule="E1")
        if self.at_most is not None and len(value) > self.at_most:
            detail = f"Maximum size of the payload array is {self.at_most}."
            raise BadRequest(TOO_MANY, kind="maxItems", detail=detail, rule="E4")
        judged = ((at, judge.problem(element)) for at, element in enumerate(value))
        return Body(value, {at: problem for at, problem in judged if problem})


def media_type(header: str | None) -> str:
    """Return the media type of a Content-Type header in lower case; JSON if there is none."""
    return (header or JSON).partition(";")[0].strip().lower() or JSON


def form(content: bytes) -> dict[str, str]:
    """Read a form; the first of several values counts."""
    try:
        pairs = parse_qsl(content.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:  # UnicodeDecodeError is one
        raise BadRequest(BODY_PROBLEM, kind="form", detail="Not a form in UTF-8.", rule="F3") from None
    return dict(reversed(pairs))


def compiled(document: Document, operation: Node, *, element_wise: bool) -> BodyPlan | None:
    """Compile the body of one operation; None if it has none."""
    if "requestBody" not in operation:
        return None
    declared = document.resolve(operation["requestBody"])
    kinds = tuple(declared["content"])
    media = declared["content"][kinds[0]]
    schema, example = document.resolve(media["schema"]), media.get("example")
    required, shape = declared.get("required", False), shapes.compiled(document, schema)
    if element_wise:
        return BodyPlan(
            required,
            kinds,
            shape,
            element=Judge(document, schema["items"]),
            at_most=schema.get("maxItems"),
            element_id=schema.get("x-element-id", "id"),
            example=example,
        )
    has_query = "q" in shape.properties
    return BodyPlan(required, kinds, shape, Judge(document, schema), has_query=has_query, example=example)
