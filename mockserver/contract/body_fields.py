"""The fields of request bodies: those that a schema declares, and those that a body has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from .spec import Spec, SpecNode


@dataclass(frozen=True, slots=True)
class FieldTree:
    """The declared fields of a value.

    properties: those of an object, by name.
    items: those of an array's elements.
    is_open: nothing is declared below, so any name is allowed, as in a map by language.
    """

    properties: Mapping[str, FieldTree] = field(default_factory=dict)
    items: FieldTree | None = None
    enum_values: tuple[Any, ...] = ()
    is_open: bool = False

    def walk_declared(self, pointer: str = "") -> Iterator[tuple[str, FieldTree]]:
        """Yield each declared field with its JSON pointer, in which `*` means the elements of an array."""
        if self.items is not None:
            yield from self.items.walk_declared(f"{pointer}/*")
        for name, child in self.properties.items():
            yield f"{pointer}/{name}", child
            yield from child.walk_declared(f"{pointer}/{name}")


@dataclass(slots=True)
class FieldOccurrence:
    """A field found in a body, in all elements of an array together.

    pointer: its JSON pointer, in which `*` means the elements of an array.
    declaration: None if the field is undeclared.
    values: those that the field has, if its declaration has an enum; otherwise empty.
    siblings: the declared fields of the object that contains it.
    """

    pointer: str
    name: str
    declaration: FieldTree | None
    values: Sequence[Any]
    siblings: Mapping[str, FieldTree]


class FieldScan(NamedTuple):
    """The fields found in a body; `is_complete` is False if the scan stopped at the limit of undeclared fields."""

    declared: Sequence[FieldOccurrence] = ()
    undeclared: Sequence[FieldOccurrence] = ()
    is_complete: bool = True

    @property
    def has_enum(self) -> bool:
        """Whether a declared field has an enum."""
        return any(occurrence.declaration.enum_values for occurrence in self.declared if occurrence.declaration)


def compile_fields(spec: Spec, schema: SpecNode) -> FieldTree:
    """Compile the fields of a request body, whose schema must not be recursive."""
    schema = spec.resolve(schema)
    properties: dict[str, FieldTree] = {}
    for part in schema.get("allOf", ()):
        properties |= compile_fields(spec, part).properties
    properties |= {name: compile_fields(spec, part) for name, part in schema.get("properties", {}).items()}
    items = compile_fields(spec, schema["items"]) if "items" in schema else None
    return FieldTree(properties, items, tuple(schema.get("enum", ())), not properties and items is None)


def scan_fields(field_tree: FieldTree, body: Any, max_undeclared: int) -> FieldScan:
    """Collect the fields of a body; stop at `max_undeclared` undeclared fields."""
    declared: list[FieldOccurrence] = []
    undeclared: list[FieldOccurrence] = []
    for occurrence in walk_fields(field_tree, body):
        (undeclared if occurrence.declaration is None else declared).append(occurrence)
        if len(undeclared) == max_undeclared:
            return FieldScan(declared, undeclared, is_complete=False)
    return FieldScan(declared, undeclared)


def walk_fields(field_tree: FieldTree, body: Any) -> Iterator[FieldOccurrence]:
    """Yield each field of a body once, declared or not; nothing below an open or undeclared field."""
    return _walk_fields(field_tree, [body], "")


def _walk_fields(field_tree: FieldTree, values: Sequence[Any], pointer: str) -> Iterator[FieldOccurrence]:
    """Yield the fields of many values together: the 200 elements of a bulk have nearly the same ones."""
    if field_tree.items is not None:
        elements = list(chain.from_iterable(value for value in values if isinstance(value, list)))
        if elements:
            yield from _walk_fields(field_tree.items, elements, f"{pointer}/*")
    if field_tree.is_open:
        return
    objects = values if set(map(type, values)) == {dict} else [value for value in values if isinstance(value, dict)]
    for name in _list_names(objects):
        declaration = field_tree.properties.get(name)
        is_read = declaration is not None and (not declaration.is_open or bool(declaration.enum_values))
        child_values = _read_field(objects, name) if is_read else ()
        yield FieldOccurrence(f"{pointer}/{name}", name, declaration, child_values, field_tree.properties)
        if declaration is not None and not declaration.is_open:
            yield from _walk_fields(declaration, child_values, f"{pointer}/{name}")


def _list_names(objects: Sequence[Any]) -> Iterable[str]:
    """Return the names that objects have, in the order of their first occurrence."""
    if len(objects) == 1 or (objects and len(set().union(*objects)) == len(objects[0])):  # nearly always
        names: Iterable[str] = objects[0]
        return names
    return dict.fromkeys(chain.from_iterable(objects))


def _read_field(objects: Sequence[Any], name: str) -> list[Any]:
    """Return the values of a field, of the objects that have it: usually all."""
    try:
        return list(map(itemgetter(name), objects))
    except KeyError:
        return [parent[name] for parent in objects if name in parent]
