"""Changes of rows that a scenario brings: rows that are added, fields that change, rows that are removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import jsonschema_rs
import orjson

from ..practices import mixins, paths
from ..store.collection import Collection, Row, format_key, target_names
from ..store.row_defaults import Draft
from ..store.row_schemas import DEFINITIONS
from ..store.state import IMPORTED_REVISION, State
from ..wording import json_pointer, shorten
from ..worlds import exporting, violations
from ..worlds.mistakes import suggest_names
from ..worlds.sections import MIXIN_SCHEMAS
from .scenario_mistakes import MAX_FOUND_MISTAKES, ScenarioMistake
from .scenario_schema import ALL_ROWS

NAMING_FIELDS = ("name", "lastName")  # what a new row needs, so that a wrong id is not taken for one
SEGMENTS = "segments"  # removed with their assignments


class RowEdits(NamedTuple):
    """Rows by collection: fields of rows that exist, whole rows that are added, and keys of rows that are removed."""

    rows: Mapping[str, Sequence[Row]]
    remove: Mapping[str, Sequence[str] | str]

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.rows or self.remove)


class RowMistakes(Exception):
    """A change that the rows do not allow."""

    def __init__(self, mistakes: Sequence[ScenarioMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(mistake.describe() for mistake in mistakes[:3]))


def read_change(definition: Mapping[str, Any]) -> RowEdits:
    """Return the change that a scenario or an action of a step describes."""
    return RowEdits(definition.get("rows", {}), definition.get("remove", {}))


def change_rows(state: State, change: RowEdits, collections: Mapping[str, Collection], changed_at: str | None) -> State:
    """Return the state after a change; RowMistakes with everything that the rows do not allow.

    changed_at: the time of a change that gives rows a new version; None for rows that belong to a world.
    """
    mistakes: list[ScenarioMistake] = []
    for name, keys in change.remove.items():
        state = _remove_rows(state, collections[name], keys, mistakes)
    changed: dict[str, list[Row]] = {}
    for name, rows in change.rows.items():
        if name in collections:
            state, changed[name] = _merge_rows(
                state,
                collections[name],
                rows,
                mistakes,
                changed_at=changed_at,
                draft=_create_draft(state, collections, name),
            )
    if not mistakes:
        for name, rows in changed.items():
            mistakes += _find_row_mistakes(state, collections, name, rows)
    if mistakes:
        raise RowMistakes(mistakes)
    return state


def _remove_rows(
    state: State, collection: Collection, keys: Sequence[str] | str, mistakes: list[ScenarioMistake]
) -> State:
    """Return a state without these rows; a segment takes its assignments with it, other references stay (C14)."""
    rows = {format_key(key): row for key, row in collection.export(state)}
    unwanted = dict.fromkeys(rows if keys == ALL_ROWS else keys)
    for index, key in enumerate(unwanted):
        if key not in rows:
            place = f"/remove/{collection.name}/{index}"
            mistakes.append(ScenarioMistake(place, f"there is no {key[:100]!r}; {suggest_names(key, rows)}"))
        if len(mistakes) >= MAX_FOUND_MISTAKES:
            return state
    if collection.name == SEGMENTS:
        for key in unwanted:
            state = state.without_segment(key)
        return state
    if type(collection) is Collection and keys != ALL_ROWS:
        for key in unwanted:
            state = state.without_document(collection.name, key)
        return state
    return collection.load(state, [row for key, row in rows.items() if key not in unwanted])


def _merge_rows(
    state: State,
    collection: Collection,
    rows: Sequence[Row],
    mistakes: list[ScenarioMistake],
    *,
    changed_at: str | None,
    draft: Draft,
) -> tuple[State, list[Row]]:
    """Return a state with the rows merged into those of a collection, and the merged rows, which are complete."""
    merged = dict(collection.export(state))
    known_keys = list(map(format_key, merged))
    changed: list[Row] = []
    for index, row in enumerate(rows):
        if len(mistakes) >= MAX_FOUND_MISTAKES:
            break
        place = f"/rows/{collection.name}/{index}"
        fields = collection.key_fields
        required = {name for name in fields if name in collection.schema["required"] or name in row}
        unusable = [name for name in fields if name in required and not isinstance(row.get(name), str)]
        if unusable:
            mistakes += [ScenarioMistake(f"{place}/{name}", "a row needs its key, a text") for name in unusable]
            continue
        key = collection.key_of(row)
        naming = next((name for name in NAMING_FIELDS if name in collection.defaults), None)
        if key not in merged and naming and row.get(naming) is None:
            missing = f"there is no {format_key(key)[:100]!r}; {suggest_names(format_key(key), known_keys)}"
            mistakes.append(ScenarioMistake(place, f"{missing}, or give a new row a `{naming}`"))
            continue
        complete = {**merged.get(key, {}), **row}
        if "metadata" in collection.schema["properties"]:
            complete["metadata"] = _next_metadata(merged.get(key, {}).get("metadata"), row.get("metadata"), changed_at)
        complete = {name: value for name, value in complete.items() if value is not None}
        problems = [
            ScenarioMistake(place + json_pointer(error.instance_path), shorten(error.message))
            for error in _row_validator(orjson.dumps(collection.schema)).iter_errors(complete)
        ]
        if not problems and collection.name == MIXIN_SCHEMAS.name:
            problems = list(_find_schema_problems(place, complete))
        mistakes += problems
        if not problems:
            (merged[key],) = collection.complete_rows([complete], draft)
            changed.append(merged[key])
    if mistakes:
        return state, changed
    if type(collection) is not Collection:
        return collection.load(state, merged.values()), changed
    for row in changed:
        state = state.with_document(collection.name, str(collection.key_of(row)), row)
    return state, changed


def _create_draft(state: State, collections: Mapping[str, Collection], name: str) -> Draft:
    """Return what the defaults of a collection's rows can depend on: the rows that they refer to."""
    names = {name for target in collections[name].all_references().values() for name in target_names(target)}
    sections = {name: exporting.export_rows(state, collections[name]) for name in sorted(names)}
    return Draft(state.default_language, state.languages, sections)


def _find_schema_problems(place: str, row: Row) -> Iterator[ScenarioMistake]:
    """Yield what is wrong with the JSON Schema of a mixin; it must be in the row."""
    if "schema" not in row:
        yield ScenarioMistake(f"{place}/file", "a scenario must contain its schemas, as `schema`")
        return
    try:
        mixins.compile_mixin_schema(orjson.dumps(row["schema"]).decode())
    except mixins.MixinSchemaError as error:
        yield ScenarioMistake(f"{place}/schema", f"not a JSON Schema: {error}")


def _next_metadata(old: Any, given: Any, changed_at: str | None) -> Any:
    """Return the metadata of a changed row: what is given, and the next version."""
    if given is not None and not isinstance(given, Mapping):
        return given  # the schema of the row explains what is wrong
    time = changed_at or IMPORTED_REVISION.created_at
    start = {"createdAt": time, "modifiedAt": time, "version": 1}
    if old is None:
        return {**start, **(given or {})}
    new = {} if changed_at is None else {"modifiedAt": changed_at, "version": old["version"] + 1}
    return {**old, **new, **(given or {})}


@cache
def _row_validator(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    """Return the compiled schema of a row, which is given as JSON."""
    return jsonschema_rs.Draft202012Validator({"$defs": DEFINITIONS, **orjson.loads(schema)}, validate_formats=True)


def _find_row_mistakes(
    state: State, collections: Mapping[str, Collection], name: str, rows: Sequence[Row]
) -> Iterator[ScenarioMistake]:
    """Yield references of changed rows that lead nowhere, values that do not fit, and what the collection checks."""
    collection = collections[name]
    for path in collection.all_references():
        for index, row in enumerate(rows):
            target = collection.target_of(path, row)
            for key in paths.keys_at(row, path) if target else ():
                if target and not state.has_document(target, key):
                    known = [format_key(known_key) for known_key, _ in collections[target].export(state)]
                    place = f"/rows/{name}/{index}/{path.replace('.', '/')}"
                    yield ScenarioMistake(place, f"{key!r} is not among the {target}; {suggest_names(key, known)}")
    if collection.check:
        plain = {other.name: exporting.export_rows(state, other) for other in collections.values() if not other.check}
        yield from (
            ScenarioMistake(f"/rows{place}", reason) for place, reason in collection.check({**plain, name: rows})
        )
    if collection.parent is not None or collection.unique_fields or collection.choices:
        yield from _find_wrong_values(state, collection, rows)


def _find_wrong_values(state: State, collection: Collection, rows: Sequence[Row]) -> Iterator[ScenarioMistake]:
    """Yield what does not fit other rows of the collection, or another field of the row; at a changed row if possible.

    A cycle is at its first row, a shared text at its second one.
    """
    indexes = {collection.key_of(row): index for index, row in enumerate(rows)}
    changed = [(index, rows[index]) for index in indexes.values()]
    others = [(-1, row) for key, row in collection.export(state) if key not in indexes]
    ordered = [*others, *changed] if collection.parent is None else [*changed, *others]
    world = {collection.name: [row for _, row in ordered]}
    for place, reason in violations.find_structural_violations(world, [collection]):
        position, *steps = place.split("/")[2:]
        index = ordered[int(position)][0]
        yield ScenarioMistake(
            "/".join(("/rows", collection.name, *([str(index), *steps] if index >= 0 else []))), reason
        )
