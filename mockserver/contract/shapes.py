"""Which names a body may have where: what a schema declares, though it forbids nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

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


class Sight(NamedTuple):
    """A place in a body that has something: what is declared there, None for nothing, and all values there if it is."""

    pointer: str
    name: str
    shape: Shape | None
    values: Sequence[Any]
    siblings: Mapping[str, Shape]


class Look(NamedTuple):
    """The places of a body, declared and not; `is_whole` unless it had too many of those that are not."""

    declared: Sequence[Sight] = ()
    undeclared: Sequence[Sight] = ()
    is_whole: bool = True


def compiled(document: Document, schema: Node) -> Shape:
    """Compile the shape of a request body; these do not refer to themselves."""
    schema = document.resolve(schema)
    properties: dict[str, Shape] = {}
    for part in schema.get("allOf", ()):
        properties |= compiled(document, part).properties
    properties |= {name: compiled(document, part) for name, part in schema.get("properties", {}).items()}
    items = compiled(document, schema["items"]) if "items" in schema else None
    return Shape(properties, items, tuple(schema.get("enum", ())), not properties and items is None)


def look(shape: Shape, body: Any, at_most: int) -> Look:
    """Look at a body until it is at its end, or has this many places that are not declared."""
    declared: list[Sight] = []
    undeclared: list[Sight] = []
    for sight in sights(shape, body):
        (undeclared if sight.shape is None else declared).append(sight)
        if len(undeclared) == at_most:
            return Look(declared, undeclared, is_whole=False)
    return Look(declared, undeclared)


def sights(shape: Shape, body: Any) -> Iterator[Sight]:
    """Give the places of a body, declared or not, each once; what is below an open shape is not looked at."""
    return _sights(shape, [body], "")


def _sights(shape: Shape, values: Sequence[Any], pointer: str) -> Iterator[Sight]:
    """Give the places below all values of one place together: a bulk has 200 of each, and they are much alike."""
    if shape.items is not None:
        elements = [element for value in values if isinstance(value, list) for element in value]
        if elements:
            yield from _sights(shape.items, elements, f"{pointer}/*")
    if shape.is_open:
        return
    objects = [value for value in values if isinstance(value, dict)]
    for name in dict.fromkeys(chain.from_iterable(objects)):
        declared = shape.properties.get(name)
        below = [each[name] for each in objects if name in each] if declared is not None else ()
        yield Sight(f"{pointer}/{name}", name, declared, below, shape.properties)
        if declared is not None:
            yield from _sights(declared, below, f"{pointer}/{name}")
