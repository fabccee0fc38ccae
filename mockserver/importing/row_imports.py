"""Declarations of what recorded calls say about rows; each service has those of its operations in `imports.py`.

A declaration names where the fields of a row come from:

    a.b     a path in the JSON object that the row is made from; `.` is the object itself
    ^a.b    a path in the object around it
    {id}    a parameter of the path; ?id one of the query
    <a.b    a path in the response to a call whose request has the row; for a bulk, in the entry of the element
    @       the customer who called
    =text   this text
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..practices import paths
from .recorded_call import NO_BODY, RecordedCall

Source = str
Action = Literal["show", "add", "imply", "store", "patch", "remove", "caller", "log_in"]
CALLER = "@"


class Change(NamedTuple):
    """What a call says about the rows of a collection, or about its caller.

    values: fields of a row, which identify it, or with `show`, `store` and `add` make it; with `patch` the key only.
    patch: the operations of a JSON Patch. language: that of plain texts. kept: fields that `store` leaves as they are.
    unknown_fields: those of the JSON object for which the declaration has no place.
    """

    action: Action
    collection: str
    values: Mapping[str, Any]
    language: str = ""
    patch: Any = None
    unknown_fields: Sequence[str] = ()
    kept: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A JSON object that a row is made from, and what is around it."""

    call: RecordedCall
    node: Any
    outer: Any = None
    response: Any = None

    def read(self, source: Source) -> Any:
        """Return the value that a source leads to; None without one."""
        kind, rest = source[:1], source[1:]
        if kind == "=":
            return rest
        if kind == "{":
            return self.call.ids.get(rest[:-1]) or None
        if kind == "?":
            return self.call.query.get(rest) or None
        if source == CALLER:
            return CALLER
        root = {"^": self.outer, "<": self.response}.get(kind, self.node)
        return _read_path(root, rest if kind in "^<" else source)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowImport:
    """How a JSON object becomes a row of a collection; fields that are not declared have the same names in both.

    fields: the source of a field, or several, of which the first one that leads to a value counts.
    additions: sources of values that are added to a list of the row.
    parts: the rows that are made from objects at a path in this one.
    children: the field with rows of the same kind below this one.
    kept: fields that a replacement leaves as they are.
    ignored: fields of the object that need no place, because the simulator derives them.
    condition: a source and a text; objects where the source leads to anything else are no such rows.
    has_only_fields: whether fields that are not declared are left alone.
    is_implied: whether the row is only made if no call shows one that says the same.
    is_caller: whether the row is the customer who called.
    """

    collection: str
    fields: Mapping[str, Source | tuple[Source, ...]] = field(default_factory=dict)
    additions: Mapping[str, Source] = field(default_factory=dict)
    parts: Mapping[str, RowImport | tuple[RowImport, ...]] = field(default_factory=dict)
    children: str = ""
    kept: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    condition: tuple[Source, str] | None = None
    has_only_fields: bool = False
    is_implied: bool = False
    is_caller: bool = False

    def read_rows(self, place: Place, action: Action = "show") -> Iterator[Change]:
        """Yield what an object says: its own row, then those of its parts."""
        if not isinstance(place.node, dict) and not self._takes_scalars():
            return
        if self.condition is not None and place.read(self.condition[0]) != self.condition[1]:
            return
        values = self._read_values(place)
        if self.is_caller:
            yield Change("caller", self.collection, values)
        kind: Action = "imply" if self.is_implied else action
        unknown = self._find_unknown(place.node)
        yield Change(kind, self.collection, values, place.call.language, unknown_fields=unknown, kept=self.kept)
        added = {name: list(_iter_values(place, source)) for name, source in self.additions.items()}
        if any(added.values()):
            yield Change("add", self.collection, values | added)
        for path, imports in self.parts.items():
            for part in imports if isinstance(imports, tuple) else (imports,):
                for node in [place.node] if path == "." else _iter_nodes(place.node, path):
                    yield from part.read_rows(Place(place.call, node, place.node, place.response))
        if self.children:
            for node in _iter_nodes(place.node, self.children):
                yield from self.read_rows(Place(place.call, node, place.node, place.response), action)

    def _takes_scalars(self) -> bool:
        return any(source == "." for source in self.fields.values())

    def _read_values(self, place: Place) -> dict[str, Any]:
        takes_all = isinstance(place.node, dict) and not self.has_only_fields
        values: dict[str, Any] = dict(place.node) if takes_all else {}
        for name, sources in self.fields.items():
            alternatives = (sources,) if isinstance(sources, str) else sources
            value = next((value for value in map(place.read, alternatives) if value is not None), None)
            values.pop(name, None)
            if value is not None:
                values[name] = value
        return values

    def _find_unknown(self, node: Any) -> Sequence[str]:
        """Return the fields of the object that no source, part or child reads; the collection knows its own fields."""
        sources = [
            source for value in self.fields.values() for source in ((value,) if isinstance(value, str) else value)
        ]
        read = {source.partition(".")[0] for source in (*sources, *self.additions.values(), *self.parts, self.children)}
        is_whole = isinstance(node, dict) and not self.has_only_fields
        return [name for name in node if name not in read and name not in self.ignored] if is_whole else ()


@dataclass(frozen=True, slots=True)
class Shows:
    """The response has rows: one, or a list of them."""

    rows: RowImport

    def read(self, call: RecordedCall) -> Iterator[Change]:
        """Yield what a successful call says."""
        for node in _list_nodes(call.parse_response()):
            yield from self.rows.read_rows(Place(call, node))


@dataclass(frozen=True, slots=True)
class Stores:
    """The request has a row that replaces another one, or a list of them; a missing body is an empty row."""

    rows: RowImport

    def read(self, call: RecordedCall) -> Iterator[Change]:
        """Yield the rows whose elements succeeded."""
        for node, response in _list_elements(call):
            yield from self.rows.read_rows(Place(call, node, response=response), "store")


@dataclass(frozen=True, slots=True)
class Merges:
    """The request has fields of a row, which replace those of the row; it leaves the others as they are."""

    rows: RowImport

    def read(self, call: RecordedCall) -> Iterator[Change]:
        """Yield what the request says."""
        for node, response in _list_elements(call):
            yield from self.rows.read_rows(Place(call, node, response=response))


@dataclass(frozen=True, slots=True)
class Patches:
    """The request has a JSON Patch for the row with this key."""

    collection: str
    key: Mapping[str, Source]

    def read(self, call: RecordedCall) -> Iterator[Change]:
        """Yield the patch."""
        place = Place(call, None)
        key = {name: place.read(source) for name, source in self.key.items()}
        yield Change("patch", self.collection, key, patch=call.parse_request())


@dataclass(frozen=True, slots=True)
class Removes:
    """The call removes all rows that have these values; a list in the request has one element for each of them."""

    collection: str
    values: Mapping[str, Source]

    def read(self, call: RecordedCall) -> Iterator[Change]:
        """Yield what was removed."""
        for node, response in _list_elements(call):
            place = Place(call, node, response=response)
            yield Change("remove", self.collection, {name: place.read(source) for name, source in self.values.items()})


@dataclass(frozen=True, slots=True)
class Tells:
    """A function of the service reads the call."""

    function: Callable[[RecordedCall], Iterator[Change]]

    def read(self, call: RecordedCall) -> Iterator[Change]:
        """Yield what the function finds."""
        return self.function(call)


CallImport = Shows | Stores | Merges | Patches | Removes | Tells
PublicFields = Mapping[str, Sequence[str]]  # fields of rows that all visitors see anyway, by collection
Imports = Mapping[str, Sequence[CallImport]]  # by operation; an empty one has no rows, such as the issue of a token


def _list_nodes(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [] if body is NO_BODY else [body]


def _list_elements(call: RecordedCall) -> Iterator[tuple[Any, Any]]:
    """Yield the body of the request with the response, or the elements of a bulk that succeeded with their entries."""
    body, response = call.parse_request(), call.parse_response()
    if not isinstance(body, list):
        yield ({} if body is NO_BODY else body), response
        return
    entries = response if isinstance(response, list) else []
    for position, element in enumerate(body):
        entry = entries[position] if position < len(entries) else {}
        code = entry.get("code") if isinstance(entry, dict) else None
        if not isinstance(code, int) or 200 <= code < 300:
            yield element, entry


def _read_path(root: Any, path: str) -> Any:
    if path == ".":
        return root
    values = list(paths.iter_values(root, path))
    if not values:
        return None
    return values if len(values) > 1 or _leads_through_list(root, path) else values[0]


def _leads_through_list(root: Any, path: str) -> bool:
    """Whether a path leads through a list, so that its values are a list too."""
    for step in path.split(".")[:-1]:
        root = root.get(step) if isinstance(root, dict) else None
        if isinstance(root, list):
            return True
    return False


def _iter_values(place: Place, source: Source) -> Iterator[Any]:
    value = place.read(source)
    yield from value if isinstance(value, list) else () if value is None else (value,)


def _iter_nodes(node: Any, path: str) -> Iterator[Any]:
    for value in paths.iter_values(node, path):
        yield from value if isinstance(value, list) else (value,)
