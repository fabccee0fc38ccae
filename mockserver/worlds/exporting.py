"""Export a state as sections of a world file, count its rows, and compare two states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..store.collection import Collection, Key, Row
from ..store.state import State

Collections = Mapping[str, Collection]


def export_rows(state: State, collection: Collection) -> list[Row]:
    """Return the rows of a collection, in the order of their keys."""
    return [row for _, row in collection.export(state)]


def export_world(state: State, collections: Collections) -> dict[str, Any]:
    """Return all sections of the world file that would give this state."""
    languages = {"default": state.default_language, "supported": list(state.languages)}
    sections = {name: export_rows(state, collection) for name, collection in collections.items()}
    return {"languages": languages} | sections


def count_rows(state: State, collections: Collections) -> dict[str, int]:
    """Return the number of rows of each collection."""
    return {name: sum(1 for _ in collection.export(state)) for name, collection in collections.items()}


def diff_states(before: State, after: State, collections: Collections) -> dict[str, dict[str, list[str]]]:
    """Return the keys of added, removed and changed rows by collection; collections without changes are left out."""
    differences = {name: _difference(before, after, collection) for name, collection in collections.items()}
    return {name: keys for name, keys in differences.items() if keys}


def _difference(before: State, after: State, collection: Collection) -> dict[str, list[str]]:
    old, new = dict(collection.export(before)), dict(collection.export(after))
    keys = {
        "added": [key for key in new if key not in old],
        "removed": [key for key in old if key not in new],
        "changed": [key for key in new if key in old and new[key] != old[key]],
    }
    return {kind: list(map(_format_key, changed)) for kind, changed in keys.items() if changed}


def _format_key(key: Key) -> str:
    return key if isinstance(key, str) else "/".join(filter(None, key))
