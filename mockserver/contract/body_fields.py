"""Which names a body may have where: what a schema declares, though it forbids nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from .spec import Spec, SpecNode


@dataclass(frozen=True, slots=True)
class FieldTree:
    """The declared properties of an object, by name; `items` for an array, `values` for an enum.

    is_open: any name will do, as in a map by language.
    """

    properties: Mapping[str, FieldTree] = field(default_factory=dict)
    items: FieldTree | None = None
    enum_values: tuple[Any, ...] = ()
    is_open: bool = False

    def walk_declared(self, pointer: str = "") -> Iterator[tuple[str, FieldTree]]:
        """Give every declared place below this one, as a JSON pointer with `*` for elements, with its shape."""
        if self.items is not None:
            yield from self.items.walk_declared(f"{pointer}/*")
        for name, child in self.properties.items():
            yield f"{pointer}/{name}", child
            yield from child.walk_declared(f"{pointer}/{name}")


class FieldOccurrence(NamedTuple):
    """A place in a body that has something: what is declared there, None for nothing, and all values there if it is."""

    pointer: str
    name: str
    declaration: FieldTree | None
    values: Sequence[Any]
    siblings: Mapping[str, FieldTree]


class FieldScan(NamedTuple):
    """The places of a body, declared and not; `is_whole` unless it had too many of those that are not."""

    declared: Sequence[FieldOccurrence] = ()
    undeclared: Sequence[FieldOccurrence] = ()
    is_complete: bool = True


def compile_fields(spec: Spec, schema: SpecNode) -> FieldTree:
    """Compile the shape of a request body; these do not refer to themselves."""
    schema = spec.resolve(schema)
    properties: dict[str, FieldTree] = {}
    for part in schema.get("allOf", ()):
        properties |= compile_fields(spec, part).properties
    properties |= {name: compile_fields(spec, part) for name, part in schema.get("properties", {}).items()}
    items = compile_fields(spec, schema["items"]) if "items" in schema else None
    return FieldTree(properties, items, tuple(schema.get("enum", ())), not properties and items is None)


def scan_fields(field_tree: FieldTree, body: Any, max_undeclared: int) -> FieldScan:
    """Look at a body until it is at its end, or has this many places that are not declared."""
    declared: list[FieldOccurrence] = []
    undeclared: list[FieldOccurrence] = []
    for occurrence in walk_fields(field_tree, body):
        (undeclared if occurrence.declaration is None else declared).append(occurrence)
        if len(undeclared) == max_undeclared:
            return FieldScan(declared, undeclared, is_complete=False)
    return FieldScan(declared, undeclared)


def walk_fields(field_tree: FieldTree, body: Any) -> Iterator[FieldOccurrence]:
    """Give the places of a body, declared or not, each once; what is below an open shape is not looked at."""
    return _walk_fields(field_tree, [body], "")


def _walk_fields(field_tree: FieldTree, values: Sequence[Any], pointer: str) -> Iterator[FieldOccurrence]:
    """Give the places below all values of one place together: a bulk has 200 of each, and they are much alike."""
    if field_tree.items is not None:
        elements = [element for value in values if isinstance(value, list) for element in value]
        if elements:
            yield from _walk_fields(field_tree.items, elements, f"{pointer}/*")
    if field_tree.is_open:
        return
    objects = [value for value in values if isinstance(value, dict)]
    for name in dict.fromkeys(chain.from_iterable(objects)):
        declared = field_tree.properties.get(name)
        child_values = [each[name] for each in objects if name in each] if declared is not None else ()
        yield FieldOccurrence(f"{pointer}/{name}", name, declared, child_values, field_tree.properties)
        if declared is not None:
            yield from _walk_fields(declared, child_values, f"{pointer}/{name}")
