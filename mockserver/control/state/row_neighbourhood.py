"""The part of a world in which the change of a row can cause mistakes: the row, those that it affects, and a few more.

A check of this part takes as long whatever the size of the world.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from ...practices import paths
from ...store.collection import Collection, Row, target_names
from ...store.state import State
from ...wording import json_pointer
from ...worlds import exporting
from ...worlds.loading import WorldLibrary
from ...worlds.mistakes import MAX_MISTAKES, Mistake, WorldError, split_place
from ...worlds.sections import LANGUAGES
from ...worlds.surroundings import RowReplacement, Surroundings

Positions = dict[int, Row]  # rows by their positions in their collection


class RowNeighbourhood:
    """What must be checked after a change of a row.

    rows: by section and position in the whole world: the changed row and those that it affects.
    own_place: of the changed row in the whole world; None if it is removed.
    """

    def __init__(self, worlds: WorldLibrary, state: State, change: RowReplacement, *, dangling: bool) -> None:
        self._worlds, self._state, self._change, self._dangling = worlds, state, change, dangling
        name = change.collection.name
        own_rows, self._position = _find_own_rows(state, change)
        self.rows: dict[str, Positions] = {name: own_rows}
        if not dangling:
            for other in worlds.collections.values():
                if _may_refer(other, name) and (change.row is None or (other.check and other is not change.collection)):
                    found = _find_referring_rows(state, other, change)
                    limit = MAX_MISTAKES + 1 if change.row is None else None  # each of them is a mistake then
                    self.rows[other.name] = self.rows.get(other.name, {}) | dict(islice(found, limit))
        self.own_place = None if change.row is None else f"/{name}/{self._position}"

    def check(self, *, dangling: bool) -> Row | None:
        """Return the changed row without gaps, None if it is removed; WorldError with the mistakes of the rows.

        dangling: whether keys may refer to missing rows.
        """
        return self._check(self.rows, self._change, dangling=dangling)

    def select_new(self, error: WorldError) -> WorldError | None:
        """Return the mistakes that the rows did not have before the change; None if they had all."""
        name, old_row = self._change.collection.name, self._change.old_row
        own_rows = {position: row for position, row in self.rows[name].items() if position != self._position}
        if old_row is not None:
            own_rows[self._position] = old_row
        unchanged = self._change._replace(row=old_row)
        try:
            self._check(self.rows | {name: dict(sorted(own_rows.items()))}, unchanged, dangling=False)
        except WorldError as earlier:
            return subtract_mistakes(error, earlier)
        return error

    def _check(self, rows_by_section: Mapping[str, Positions], change: RowReplacement, *, dangling: bool) -> Row | None:
        collections, name = self._worlds.collections, change.collection.name
        surroundings = Surroundings(self._state, collections, change)
        listed = {section: list(rows.values()) for section, rows in rows_by_section.items()}
        context = {} if dangling else _find_context(surroundings, collections, listed)
        part: dict[str, Any] = {LANGUAGES: exporting.export_section(self._state, collections, LANGUAGES)}
        for section in (*listed, *context):
            part[section] = [*listed.get(section, ()), *context.get(section, {}).values()]
        try:
            checked = self._worlds.check(part, dangling=dangling, surroundings=surroundings)
        except WorldError as error:
            positions = {section: list(rows) for section, rows in rows_by_section.items()}
            mistakes = [
                mistake._replace(place=place)
                for mistake in error.mistakes
                if (place := _place_in_world(mistake.place, positions)) is not None
            ]
            if not (mistakes or error.has_more):
                return self._check(rows_by_section, change, dangling=True)
            raise WorldError(error.path, mistakes, has_more=error.has_more) from None
        if change.row is None:
            return None
        row: Row = checked[name][list(rows_by_section[name]).index(self._position)]
        return row


def subtract_mistakes(error: WorldError, earlier: WorldError) -> WorldError | None:
    """Return the mistakes that are not among earlier ones; None if all are."""
    known = set(map(_identify_mistake, earlier.mistakes))
    new = [mistake for mistake in error.mistakes if _identify_mistake(mistake) not in known]
    return WorldError(error.path, new, has_more=error.has_more) if new else None


def _identify_mistake(mistake: Mistake) -> tuple[str, str]:
    """Return the row and the reason of a mistake, without the suggestions, which depend on other rows."""
    return mistake.row, mistake.reason.partition(";")[0]


def _find_own_rows(state: State, change: RowReplacement) -> tuple[Positions, int]:
    """Return the rows of the changed collection that must be checked, by position, and the position of the changed one.

    If its parent changes, these are all rows, since there may be a cycle. Otherwise the row counts as the first one.
    """
    collection, row = change.collection, change.row
    if row is None:
        return {}, -1
    if collection.parent is None or row.get(collection.parent) == (change.old_row or {}).get(collection.parent):
        return {0: row}, 0
    rows, position = change.apply_to(exporting.export_rows(state, collection))
    return dict(enumerate(rows)), position


def _place_in_world(place: str, rows: Mapping[str, Sequence[int]]) -> str | None:
    """Return a place in the whole world for one in a part; None for rows of the context, which are left incomplete.

    rows: by section, the positions of the rows of the part in the whole world; those of the context follow.
    """
    section, *steps = split_place(place)
    positions = rows.get(str(section), ())
    if not (steps and isinstance(steps[0], int)):
        return place
    return json_pointer([section, positions[steps[0]], *steps[1:]]) if steps[0] < len(positions) else None


def _may_refer(collection: Collection, name: str) -> bool:
    """Whether rows of a collection may refer to those of the one with this name."""
    return any(name in target_names(target) for target in collection.all_references().values())


def _find_referring_rows(state: State, collection: Collection, change: RowReplacement) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a collection that refer to the changed row, with their positions."""
    name, key = change.collection.name, change.key_text
    own_paths = [path for path, target in collection.all_references().items() if name in target_names(target)]
    for position, (_, row) in enumerate(collection.export(state)):
        if any(key in paths.keys_at(row, path) and collection.target_of(path, row) == name for path in own_paths):
            yield position, row


def _find_context(
    surroundings: Surroundings, collections: Mapping[str, Collection], rows_by_section: Mapping[str, Sequence[Row]]
) -> dict[str, dict[str, Row]]:
    """Return the other rows that these refer to, by collection and key; the checks of collections need them."""
    own_keys = {
        name: {key for row in rows if isinstance(key := row.get(str(collections[name].key)), str)}
        for name, rows in rows_by_section.items()
    }
    context: dict[str, dict[str, Row]] = {}
    for name, rows in rows_by_section.items():
        for row in rows:
            for target, key in _references_of(collections[name], row):
                found = None if key in own_keys.get(target, ()) else surroundings.find_row(target, key)
                if found is not None:
                    context.setdefault(target, {})[key] = found
    return context


def _references_of(collection: Collection, row: Row) -> Iterator[tuple[str, str]]:
    """Yield the collections and keys that a row refers to; the row may lack fields, or have wrong types."""
    for path, target in collection.all_references().items():
        if isinstance(target, str) or isinstance(row.get(target.field), str):
            name = collection.target_of(path, row)
            yield from ((name, key) for key in paths.keys_at(row, path) if name and isinstance(key, str))
