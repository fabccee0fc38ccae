"""Which names a body may have where: what a schema declares, though it forbids nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .document import Document, Node


@dataclass(frozen=True, slots=True)
class Shape:
    """The declared properties of an object, by name; `items` for an array, `values` for an enum.

    is_open: any name will do, as in a map by language.
    """

    properties: Mapping[str, Shape] = field(default_factory=dict)
    items: Shape | None = None
    values: tuple[Any, ...] = ()
    is_open: bool = False

    def everything(self, pointer: str = "") -> Iterator[tuple[str, Shape]]:
        """Give every declared place below this one, as a JSON pointer with `*` for elements, with its shape."""
        if self.items is not None:
            yield from self.items.everything(f"{pointer}/*")
        for name, below in self.properties.items():
            yield f"{pointer}/{name}", below
            yield from below.everything(f"{pointer}/{name}")


@dataclass(frozen=True, slots=True)
class Sight:
    """A property that a body has: where, and what is declared there, None for nothing."""

    pointer: str
    name: str
    shape: Shape | None
    value: Any
    siblings: Mapping[str, Shape]


def compiled(document: Document, schema: Node) -> Shape:
    """Compile the shape of a request body; these do not refer to themselves."""
    schema = document.resolve(schema)
    properties: dict[str, Shape] = {}
    for part in schema.get("allOf", ()):
        properties |= compiled(document, part).properties
    properties |= {name: compiled(document, part) for name, part in schema.get("properties", {}).items()}
    items = compiled(document, schema["items"]) if "items" in schema else None
    return Shape(properties, items, tuple(schema.get("enum", ())), not properties and items is None)


def sights(shape: Shape, body: Any, pointer: str = "") -> Iterator[Sight]:
    """Give the properties that a body has, declared or not; what is below an open shape is not looked at."""
    if isinstance(body, list) and shape.items is not None:
        for element in body:
            yield from sights(shape.items, element, f"{pointer}/*")
    elif isinstance(body, dict) and not shape.is_open:
        for name, value in body.items():
            below = shape.properties.get(name)
            yield Sight(f"{pointer}/{name}", name, below, value, shape.properties)
            if below is not None:
                yield from sights(below, value, f"{pointer}/{name}")
