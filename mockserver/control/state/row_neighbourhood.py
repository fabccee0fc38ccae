"""The part of a world in which the change of a row can cause mistakes: the row, those it refers to, and a few more.

A check of this part takes as long whatever the size of the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...practices import paths
from ...store.collection import Collection, Key, Row, TargetByField
from ...store.row_defaults import Draft
from ...store.state import State
from ...worlds import exporting
from ...worlds.loading import WorldLibrary
from ...worlds.mistakes import WorldError, name_kind, split_place
from ...worlds.sections import LANGUAGES

MAX_NAMED_KEY_LENGTH = 100  # characters of a key in the name of a row


class RowReplacement(NamedTuple):
    """A row that replaces an older one; None if there is no older one, or if the row is removed."""

    collection: Collection
    key_text: str
    old_row: Row | None
    row: Row | None

    @property
    def name(self) -> str:
        """The row by its key in the path, which the row itself may lack."""
        return f"{name_kind(self.collection.name)} {self.key_text[:MAX_NAMED_KEY_LENGTH]}"

    def alters(self, field: str) -> bool:
        """Whether the new row has another value in a field."""
        return (self.old_row or {}).get(field) != (self.row or {}).get(field)


class RowsOnDemand(Mapping[str, list[Row]]):
    """The rows of a state after a change, by collection; most defaults need none of them."""

    def __init__(self, state: State, change: RowReplacement, collections: Mapping[str, Collection]) -> None:
        self._state, self._change, self._collections = state, change, collections

    def __getitem__(self, name: str) -> list[Row]:
        """Return the rows of a collection."""
        rows = exporting.export_rows(self._state, self._collections[name])
        return exchange_row(rows, self._change) if name == self._change.collection.name else rows

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the collections."""
        return iter(self._collections)

    def __len__(self) -> int:
        """Return the number of collections."""
        return len(self._collections)


def exchange_row(rows: list[Row], change: RowReplacement) -> list[Row]:
    """Return the rows of a collection after a change."""
    index = len(rows) if change.old_row is None else rows.index(change.old_row)
    return [*rows[:index], *([] if change.row is None else [change.row]), *rows[index + 1 :]]


def complete_row(worlds: WorldLibrary, state: State, change: RowReplacement) -> Row | None:
    """Return the new row as the whole world completes it; None without one, or if its schema has mistakes."""
    collection = change.collection
    if change.row is None:
        return None
    languages = exporting.export_section(state, worlds.collections, LANGUAGES)
    try:
        alone: list[Row] = worlds.check({LANGUAGES: languages, collection.name: [change.row]}, dangling=True)[
            collection.name
        ]
    except WorldError:
        return None
    if not (collection.defaults or collection.references):  # so it can be completed without the other rows
        return alone[0]
    draft = Draft(state.default_language, state.languages, RowsOnDemand(state, change, worlds.collections))
    return collection.complete_rows([change.row], draft)[0]


def is_surely_fine(worlds: WorldLibrary, state: State, change: RowReplacement, *, dangling: bool) -> bool:
    """Whether a change, whose new row is complete, causes no mistakes in the world; False if that is not certain.

    The new row is None if the row is removed. dangling: whether keys may refer to missing rows.
    """
    collections, name = worlds.collections, change.collection.name
    if change.row is None and not dangling and any(map(_refers_to(name), collections.values())):
        return False
    judged = {name: [] if change.row is None else [change.row]}
    if change.row is not None and any(map(change.alters, _fields_of_others(change.collection))):
        judged[name] = exchange_row(exporting.export_rows(state, change.collection), change)
    if not dangling and change.row is not None:
        for other in collections.values():
            if other.check and other is not change.collection and _refers_to(name)(other):
                judged[other.name] = list(_find_referring_rows(state, other, change))
    context = {} if dangling else _find_context(state, collections, judged)
    part: dict[str, Any] = {LANGUAGES: exporting.export_section(state, collections, LANGUAGES)}
    for section in (*judged, *context):
        part[section] = [*judged.get(section, ()), *context.get(section, {}).values()]
    try:
        worlds.check(part, dangling=dangling)
    except WorldError as error:
        return not error.has_more and not any(_is_judged(mistake.place, judged) for mistake in error.mistakes)
    return True


def _fields_of_others(collection: Collection) -> tuple[str, ...]:
    """Return the fields that are right or wrong by the other rows of the collection."""
    return (*collection.unique_fields, *([collection.parent] if collection.parent else []))


def _is_judged(place: str, judged: Mapping[str, list[Row]]) -> bool:
    """Whether a place is not in the context, whose rows refer to others that are left out."""
    name, *steps = split_place(place)
    return not (steps and isinstance(steps[0], int) and steps[0] >= len(judged.get(str(name), ())))


def _refers_to(name: str) -> Any:
    """Return whether a collection may refer to the one with this name."""
    return lambda collection: any(name in _target_names(target) for target in collection.all_references().values())


def _target_names(target: str | TargetByField) -> Iterable[str]:
    return (target,) if isinstance(target, str) else target.targets.values()


def _find_referring_rows(state: State, collection: Collection, change: RowReplacement) -> Iterator[Row]:
    """Yield the rows of a collection that refer to the changed row."""
    for _, row in collection.export(state):
        for path in collection.all_references():
            if collection.target_of(path, row) == change.collection.name and change.key_text in paths.keys_at(
                row, path
            ):
                yield row
                break


def _find_context(
    state: State, collections: Mapping[str, Collection], judged: Mapping[str, list[Row]]
) -> dict[str, dict[str, Row]]:
    """Return the rows that the judged ones refer to, by collection and key, except judged ones."""
    own_keys: dict[str, set[Key]] = {
        name: {collections[name].key_of(row) for row in rows} for name, rows in judged.items()
    }
    context: dict[str, dict[str, Row]] = {}
    for name, rows in judged.items():
        for path in collections[name].all_references():
            for row in rows:
                target = collections[name].target_of(path, row)
                for key in paths.keys_at(row, path) if target else ():
                    if target and key not in own_keys.get(target, ()):
                        found = collections[target].find(state, key)
                        context.setdefault(target, {}).update(dict.fromkeys([key], found[0]) if found else {})
    return context
