"""Single rows of a tenant's state: find, write and remove one; the rest of the world must still fit, as in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...errors import BadRequest
from ...store.collection import Collection, Row, differs, format_key
from ...store.state import State
from ...wording import shorten
from ...worlds import exporting
from ...worlds.loading import WorldLibrary
from ...worlds.mistakes import WorldError, name_kind
from ...worlds.surroundings import RowReplacement
from ..context import UnknownName, Unprocessable
from ..invalid_world import InvalidWorld
from .row_neighbourhood import RowNeighbourhood, subtract_mistakes

MAX_NAMED_KEY_LENGTH = 100  # characters of a key in the name of a row
FORCE_HINT = "Add force=true to the query to allow references to missing rows."


class WrittenRow(NamedTuple):
    """A row as it is stored, and whether none had its key before."""

    row: Row
    is_new: bool


def find_row(state: State, collection: Collection, key_text: str) -> Row:
    """Return the row with a key, as it is written in differences; UnknownName, or Unprocessable for several rows."""
    rows = collection.find(state, key_text)
    if not rows:
        shown = f"GET /__admin/state/{collection.name} lists them"
        raise UnknownName(f"{collection.name} has no row with the key {shorten(repr(key_text))}; {shown}.")
    if len(rows) > 1:
        raise Unprocessable(
            f"{len(rows)} rows of {collection.name} have the key {shorten(repr(key_text))}, since their ids contain "
            "slashes; replace the whole collection with PUT."
        )
    return rows[0]


def add_key_fields(collection: Collection, key_text: str, body: Row) -> Row:
    """Return a row with the fields of its key, which a body may leave out unless its ids contain slashes."""
    names = collection.key_fields
    parts = [key_text] if len(names) == 1 else key_text.split("/")
    return {**(dict(zip(names, parts, strict=False)) if len(parts) <= len(names) else {}), **body}


def write_row(
    worlds: WorldLibrary, state: State, collection: Collection, key_text: str, row: Row, *, dangling: bool
) -> tuple[State, WrittenRow]:
    """Return a state with a row, which may replace an older one with the same key; this state if nothing changes.

    BadRequest if the row does not have this key, or the world with it is invalid; the error names the field.
    dangling: whether keys may refer to missing rows.
    """
    _check_key(collection, key_text, row)
    parts = _key_parts(collection, row)
    same_rows = (other for other in collection.find(state, key_text) if _key_parts(collection, other) == parts)
    old_row = next(same_rows, None)
    change = RowReplacement(collection, key_text, old_row, row)
    stored_row = _check_world(worlds, state, change, dangling=dangling)
    written = WrittenRow(stored_row, old_row is None)
    return (collection.put_row(state, stored_row) if differs(old_row, stored_row) else state), written


def remove_row(worlds: WorldLibrary, state: State, collection: Collection, row: Row, *, dangling: bool) -> State:
    """Return a state without a row; BadRequest if other rows refer to it, unless `dangling`."""
    change = RowReplacement(collection, format_key(collection.key_of(row)), row, None)
    _check_world(worlds, state, change, dangling=dangling)
    return collection.drop_row(state, row)


def _check_key(collection: Collection, key_text: str, row: Row) -> None:
    """Raise BadRequest if a row has another key than the path says; a part of a wrong type is left to the schema."""
    names = collection.key_fields
    parts = _key_parts(collection, row)
    if any(part is not None and not isinstance(part, str) for part in parts):
        return
    own_key = format_key(parts)
    if own_key != key_text and not _lacks_required_part(collection, row):
        expected = add_key_fields(collection, key_text, {})
        wrong = next((name for name in names if row.get(name) != expected.get(name)), names[0])
        detail = f"The path says {shorten(repr(key_text))}, but the row has the key {shorten(repr(own_key))}."
        raise BadRequest(field=f"/{wrong}", error_type="key", detail=detail)


def _lacks_required_part(collection: Collection, row: Row) -> bool:
    """Whether a row lacks a field of its key that its schema requires, as the check of the world then says."""
    return any(name in collection.schema["required"] and row.get(name) is None for name in collection.key_fields)


def _key_parts(collection: Collection, row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in collection.key_fields)


def _check_world(worlds: WorldLibrary, state: State, change: RowReplacement, *, dangling: bool) -> Any:
    """Check the world in which a row replaces an older one, or is missing; BadRequest.

    Return the row as the check leaves it. The whole world is only checked if there are too many mistakes near the row
    to tell whether the change has caused any.
    """
    near = RowNeighbourhood(worlds, state, change, dangling=dangling)
    try:
        return near.check(dangling=dangling)
    except WorldError as error:
        new_error = near.select_new(error)
        if new_error is None and not error.has_more:
            return near.check(dangling=True)
        rows, own_place = near.rows, near.own_place
    if new_error is None:
        world = exporting.export_world(state, worlds.collections)
        world[change.collection.name], position = change.apply_to(world[change.collection.name])
        own_place = None if change.row is None else f"/{change.collection.name}/{position}"
        rows = {name: dict(enumerate(world[name])) for name in worlds.collections}
        new_error = _find_new_mistakes(worlds, state, world, dangling=dangling)
        if new_error is None:
            return near.check(dangling=True)
    raise _row_problem(worlds, rows, own_place, change, new_error, dangling=dangling)


def _find_new_mistakes(
    worlds: WorldLibrary, state: State, world: Mapping[str, Any], *, dangling: bool
) -> WorldError | None:
    """Return the mistakes of a world that the state did not have; None if it had all."""
    try:
        worlds.check(world, dangling=dangling)
    except WorldError as error:
        try:
            worlds.check(exporting.export_world(state, worlds.collections))
        except WorldError as earlier:
            return subtract_mistakes(error, earlier)
        return error
    return None


def _row_problem(
    worlds: WorldLibrary,
    rows: Mapping[str, Mapping[int, Row]],
    own_place: str | None,
    change: RowReplacement,
    error: WorldError,
    *,
    dangling: bool,
) -> BadRequest:
    """Return the error of a world; the field is a pointer into the row that was sent, if that one is wrong.

    That row is named by its key in the path, since the key may be what is wrong with the row.
    rows: the others with mistakes, by section and position.
    """
    row_name = f"{name_kind(change.collection.name)} {change.key_text[:MAX_NAMED_KEY_LENGTH]}"
    problem = InvalidWorld(error)
    _, section, *steps = f"{problem.field}/".split("/")
    if own_place is not None and f"{problem.field}/".startswith(f"{own_place}/"):
        problem.field = problem.field.removeprefix(own_place)
        for mistake in problem.mistakes:
            if f"{mistake['field']}/".startswith(f"{own_place}/"):
                mistake |= {"field": mistake["field"].removeprefix(own_place), "row": row_name}
    elif section in worlds.collections and steps[0].isdigit():
        key = format_key(worlds.collections[section].key_of(rows[section][int(steps[0])]))
        problem.detail = f"{section} {shorten(repr(key))}: {problem.detail}"
    if not dangling and any(f" is not among the {name}" in problem.detail for name in worlds.collections):
        end = "" if problem.detail.endswith(("?", ".", "…")) else "."
        problem.detail = f"{problem.detail}{end} {FORCE_HINT}"
    return problem
