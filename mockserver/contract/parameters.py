"""Declared parameters, compiled: from the text of a request to typed values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import PARAMETER_PROBLEM, BadRequest
from .document import Document, Node
from .validation import Judge

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
    key: str
    place: str
    required: bool
    kind: str
    judge: Judge | None
    values: tuple[Any, ...] = ()
    filters: str | None = None
    default: str | None = None
    qualifies: str | None = None

    def read(self, text: str) -> Any:
        """Return the typed value; BadRequest if the text is none."""
        value = self._typed(text)
        problem = self.judge.problem(value, PARAMETER_PROBLEM, self.name) if self.judge else None
        if problem:
            raise problem
        return value

    def _typed(self, text: str) -> Any:
        if self.kind == "boolean":  # generated clients send the words, and bool("false") is True
            if text.lower() not in BOOLEANS:
                raise BadRequest(PARAMETER_PROBLEM, field=self.name, kind="type", detail="must be true or false")
            return BOOLEANS[text.lower()]
        if self.kind == "integer":
            if not INTEGER.fullmatch(text):
                raise BadRequest(PARAMETER_PROBLEM, field=self.name, kind="type", detail="must be an integer")
            return int(text)
        return text.split(",") if self.kind == "array" else text


def compiled(document: Document, node: Node) -> Parameter:
    """Compile one parameter of the spec."""
    declared = document.resolve(node)
    schema = document.resolve(declared["schema"])
    kind = schema.get("type", "string")
    constrained = schema.keys() & {"pattern", "minLength", "maxLength", "minimum", "maximum", "enum", "not"}
    judge = Judge(document, schema) if constrained else None
    values = tuple(schema.get("enum", ()))
    default = schema.get("default")
    name, place = declared["name"], declared["in"]
    return Parameter(
        name,
        name.lower() if place == "header" else name,
        place,
        declared.get("required", False),
        kind,
        judge,
        values,
        declared.get("x-filter"),
        default if isinstance(default, str) else None,
        declared.get("x-qualifies"),
    )


def taken(parameters: Iterable[Parameter], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the declared values among those given; what is not declared is left out (C11), and so is `?q=`."""
    values = {}
    for parameter in parameters:
        text = given.get(parameter.key)
        if text or (text is not None and parameter.place != "query"):
            values[parameter.name] = parameter.read(text)
        elif parameter.required:
            raise BadRequest(PARAMETER_PROBLEM, field=parameter.name, kind="required", detail="is missing")
    return values
