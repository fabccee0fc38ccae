"""What happens to rows that refer to deleted ones: they go too, or lose the reference, as their declarations say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import getitem
from typing import Any, NamedTuple

from .collection import Collection, DividedCollection, OnDelete, Row, target_names
from .row_schemas import find_object_schema
from .state import State

Keys = frozenset[str]
NO_KEYS: Keys = frozenset()
GONE: Any = object()  # what is left of something that goes completely


class _Reference(NamedTuple):
    """A reference of the rows of a collection to those of another one.

    path, steps: where it is. is_needed: for each step, whether its object cannot be without the field.
    """

    collection: Collection
    target: str
    path: str
    steps: Sequence[str]
    is_needed: Sequence[bool]

    def release(self, state: State, keys: Keys) -> tuple[State, Keys]:
        """Return a state in which rows have lost their references to these keys, and the keys of rows that must go."""
        collection = self.collection
        if isinstance(collection, DividedCollection):
            return collection.drop_referring(state, self.path, self.target, keys), NO_KEYS
        table = collection.table(state)
        found = _find_referring(table.items(), self.steps, keys)
        if not found:
            return state, NO_KEYS
        rests = {
            key: self._rest_of(row, keys) for key, row in found if collection.target_of(self.path, row) == self.target
        }
        gone = frozenset(key for key, rest in rests.items() if rest is GONE)
        changed = {key: rest for key, rest in rests.items() if rest is not GONE}
        return collection.with_table(state, table.update(changed)) if changed else state, gone

    def _rest_of(self, row: Row, keys: Keys) -> Any:
        """Return a row without its references to these keys, or GONE."""
        rest = _without_keys(row, self.steps, self.is_needed, keys)
        on_delete = self.collection.on_delete.get(self.path)
        if rest is GONE or on_delete is None:
            return rest
        left = on_delete(rest)
        return GONE if left is None else left


class RowRemover:
    """Removes rows, and treats the rows that refer to them as the collections declare."""

    def __init__(self, collections: Iterable[Collection] = ()) -> None:
        self._collections = {collection.name: collection for collection in collections}
        self._references: dict[str, list[_Reference]] = defaultdict(list)
        for collection in self._collections.values():
            for reference in _list_references(collection):
                self._references[reference.target].append(reference)

    def remove(self, state: State, name: str, keys: Iterable[str]) -> State:
        """Return a state without rows of a collection, to which no other row refers then.

        All rows that refer to one of the keys are found in one search. If all keys are missing, the state is returned.
        """
        pending: list[tuple[str, Keys]] = [(name, frozenset(keys))]
        for target, unwanted in pending:  # grows while rows go that others refer to
            collection = self._collections[target]
            table = collection.table(state)
            remaining = table.delete_many(unwanted)
            if remaining is table:
                continue
            state = collection.with_table(state, remaining)
            for reference in self._references.get(target, ()):
                state, gone = reference.release(state, unwanted)
                if gone:
                    pending.append((reference.collection.name, gone))
        return state


def _list_references(collection: Collection) -> Iterator[_Reference]:
    """Yield the references of the rows of a collection, also those that may lead nowhere."""
    for path, target in {**collection.all_references(), **collection.loose_references}.items():
        steps = path.split(".")
        is_needed = list(_find_needs(collection, steps))
        for name in target_names(target):
            yield _Reference(collection, name, path, steps, is_needed)


def delete_referring(_: Row) -> None:
    """Delete a row with what it refers to, although it could be without the reference."""


def delete_without(path: str) -> OnDelete:
    """Return a rule that deletes a row with the last of the rows that a list refers to, since it would be for all."""
    *parents, name = path.split(".")

    def keep_listed(row: Row) -> Row | None:
        return row if reduce(getitem, parents, row)[name] else None

    return keep_listed


def drop_empty(name: str) -> OnDelete:
    """Return a rule that takes a list away with its last reference."""
    return lambda row: row if row[name] else {other: value for other, value in row.items() if other != name}


def _find_needs(collection: Collection, steps: Iterable[str]) -> Iterator[bool]:
    """Yield for each step of a path whether its object always has the field: it is required, or has a default."""
    schema, defaults = collection.schema, collection.defaults
    for step in steps:
        schema = find_object_schema(schema)
        schema = find_object_schema(schema.get("items", schema))
        yield step in schema.get("required", ()) or step in defaults
        schema, defaults = schema["properties"][step], {}


def _find_referring(rows: Iterable[tuple[str, Row]], steps: Sequence[str], keys: Keys) -> list[tuple[str, Row]]:
    """Return the rows that have one of these keys at the end of a path; most tests of a row call nothing."""
    first, *others = steps
    if others:
        has_any = _compile_test(others, keys)
        return [pair for pair in rows if (value := pair[1].get(first)) is not None and has_any(value)]
    return [
        pair
        for pair in rows
        if (value := pair[1].get(first)) is not None
        and (value in keys if value.__class__ is str else not keys.isdisjoint(value))
    ]


def _compile_test(steps: Sequence[str], keys: Keys) -> Callable[[Any], bool]:
    """Return a test whether an object, or one in a list, has one of these keys at the end of a path."""
    step, *others = steps
    has_any = _compile_test(others, keys) if others else None

    def test(value: Any) -> bool:
        if value.__class__ is list:
            return any(map(test, value))
        part = value.get(step)
        if part is None:
            return False
        if has_any is not None:
            return has_any(part)
        return part in keys if part.__class__ is str else not keys.isdisjoint(part)

    return test


def _without_keys(value: Any, steps: Sequence[str], is_needed: Sequence[bool], keys: Keys) -> Any:
    """Return a value without the smallest parts that it can be without and that have one of these keys; or GONE."""
    if isinstance(value, list):
        parts = (_without_keys(part, steps, is_needed, keys) for part in value)
        return [part for part in parts if part is not GONE]
    if not steps:
        return GONE if value in keys else value
    name = steps[0]
    if not isinstance(value, Mapping) or name not in value:
        return value
    rest = _without_keys(value[name], steps[1:], is_needed[1:], keys)
    if rest is not GONE:
        return {**value, name: rest}
    return GONE if is_needed[0] else {other: part for other, part in value.items() if other != name}
