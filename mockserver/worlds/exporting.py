"""From a state back to the sections of a world file: what the control plane shows, replaces and compares."""

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
    """Return all sections, as a world file has them."""
    languages = {"default": state.default_language, "supported": list(state.languages)}
    return {"languages": languages} | {name: export_rows(state, each) for name, each in collections.items()}


def count_rows(state: State, collections: Collections) -> dict[str, int]:
    """Return the number of rows of each collection."""
    return {name: sum(1 for _ in collection.export(state)) for name, collection in collections.items()}


def diff_states(before: State, after: State, collections: Collections) -> dict[str, dict[str, list[str]]]:
    """Return the keys of the rows that were added, removed and changed, by collection; equal ones are left out."""
    differences = {name: _difference(before, after, collection) for name, collection in collections.items()}
    return {name: keys for name, keys in differences.items() if keys}


def _difference(before: State, after: State, collection: Collection) -> dict[str, list[str]]:
    old, new = dict(collection.export(before)), dict(collection.export(after))
    keys = {
        "added": [key for key in new if key not in old],
        "removed": [key for key in old if key not in new],
        "changed": [key for key in new if key in old and new[key] != old[key]],
    }
    return {name: list(map(_text, some)) for name, some in keys.items() if some}


def _text(key: Key) -> str:
    return key if isinstance(key, str) else "/".join(filter(None, key))
