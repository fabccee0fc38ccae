"""The fields of request bodies: those that a schema declares, and those that a body has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any

from .constraints import read_constraints
from .spec import Spec, SpecNode


@dataclass(frozen=True, slots=True)
class FieldTree:
    """The declared fields of a value.

    properties: those of an object, by name.
    items: those of an array's elements.
    is_open: nothing is declared below, so any name is allowed, as in a map by language.
    constraints: the keywords that limit its values; `required` has the names of properties.
    """

    properties: Mapping[str, FieldTree] = field(default_factory=dict)
    items: FieldTree | None = None
    enum_values: tuple[Any, ...] = ()
    is_open: bool = False
    constraints: Mapping[str, Any] = field(default_factory=dict)

    def walk_declared(self, pointer: str = "") -> Iterator[tuple[str, FieldTree]]:
        """Yield each declared field with its JSON pointer, in which `*` means the elements of an array."""
        if self.items is not None:
            yield from self.items.walk_declared(f"{pointer}/*")
        for name, child in self.properties.items():
            yield f"{pointer}/{name}", child
            yield from child.walk_declared(f"{pointer}/{name}")

    def walk_constraints(self, pointer: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the constraints of the value itself, and of all that is declared below, with their JSON pointers."""
        if self.constraints:
            yield pointer, self.constraints
        if self.items is not None:
            yield from self.items.walk_constraints(f"{pointer}/*")
        for name, child in self.properties.items():
            yield from child.walk_constraints(f"{pointer}/{name}")


@dataclass(slots=True)
class FieldOccurrence:
    """A field found in a body, in all elements of an array together.

    pointer: its JSON pointer, in which `*` means the elements of an array.
    declaration: None if the field is undeclared.
    values: those that the field has; may be empty unless its declaration has an enum.
    siblings: the declared fields of the object that contains it.
    """

    pointer: str
    name: str
    declaration: FieldTree | None
    values: Sequence[Any]
    siblings: Mapping[str, FieldTree]


@dataclass(slots=True)
class FieldScan:
    """The fields found in a body; `is_complete` is False if the scan stopped at the limit of undeclared fields."""

    declared: list[FieldOccurrence] = field(default_factory=list)
    undeclared: list[FieldOccurrence] = field(default_factory=list)
    is_complete: bool = True

    @property
    def has_enum(self) -> bool:
        """Whether a declared field has an enum."""
        for occurrence in self.declared:
            if occurrence.declaration is not None and occurrence.declaration.enum_values:
                return True
        return False


def compile_fields(spec: Spec, schema: SpecNode, visited: tuple[str, ...] = ()) -> FieldTree:
    """Compile the fields of a request body; where a schema contains itself, any field may follow."""
    reference = schema.get("$ref")
    if reference in visited:
        return FieldTree(is_open=True)
    visited = (*visited, reference) if reference else visited
    schema = spec.resolve(schema)
    properties: dict[str, FieldTree] = {}
    constraints = read_constraints(schema)
    for part in schema.get("allOf", ()):
        tree = compile_fields(spec, part, visited)
        properties |= tree.properties
        constraints |= {"required": [*constraints.get("required", ()), *tree.constraints.get("required", ())]}
    properties |= {name: compile_fields(spec, part, visited) for name, part in schema.get("properties", {}).items()}
    items = compile_fields(spec, schema["items"], visited) if "items" in schema else None
    return FieldTree(properties, items, tuple(schema.get("enum", ())), not properties and items is None, constraints)


def scan_fields(field_tree: FieldTree, body: Any, max_undeclared: int) -> FieldScan:
    """Collect each field of a body once, and nothing below an open or undeclared one; stop at `max_undeclared`."""
    scan = FieldScan()
    scan.is_complete = _collect_fields(scan, field_tree, [body], "", max_undeclared)
    return scan


def list_declared_fields(field_tree: FieldTree, body: Any) -> list[FieldOccurrence]:
    """Return the declared fields that a body has, however many undeclared ones it has."""
    scan = FieldScan()
    _collect_fields(scan, field_tree, [body], "", 0)
    return scan.declared


def _collect_fields(
    scan: FieldScan, field_tree: FieldTree, values: Sequence[Any], pointer: str, max_undeclared: int
) -> bool:
    """Collect the fields of many values together: the 200 elements of a bulk have nearly the same ones.

    False if there were too many undeclared ones; with a limit of 0, they are ignored.
    """
    if field_tree.items is not None:
        elements = list(chain.from_iterable(value for value in values if isinstance(value, list)))
        if elements and not _collect_fields(scan, field_tree.items, elements, f"{pointer}/*", max_undeclared):
            return False
    if field_tree.is_open:
        return True
    properties, objects = field_tree.properties, [value for value in values if isinstance(value, dict)]
    for name in _list_names(objects):
        declaration, place = properties.get(name), f"{pointer}/{name}"
        if declaration is None:
            if max_undeclared:
                scan.undeclared.append(FieldOccurrence(place, name, None, (), properties))
                if len(scan.undeclared) == max_undeclared:
                    return False
        elif declaration.is_open and not declaration.enum_values:
            scan.declared.append(FieldOccurrence(place, name, declaration, (), properties))
        else:
            child_values = _read_field(objects, name)
            scan.declared.append(FieldOccurrence(place, name, declaration, child_values, properties))
            if not _collect_fields(scan, declaration, child_values, place, max_undeclared):
                return False
    return True


def _list_names(objects: Sequence[Any]) -> Iterable[str]:
    """Return the names that objects have, in the order of their first occurrence."""
    if len(objects) == 1 or (objects and len(set().union(*objects)) == len(objects[0])):  # nearly always
        names: Iterable[str] = objects[0]
        return names
    return dict.fromkeys(chain.from_iterable(objects))


def _read_field(objects: Sequence[Any], name: str) -> list[Any]:
    """Return the values of a field, of the objects that have it: usually all."""
    if len(objects) == 1:
        return [objects[0][name]]
    try:
        return list(map(itemgetter(name), objects))
    except KeyError:
        return [parent[name] for parent in objects if name in parent]
