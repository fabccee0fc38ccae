"""Export a state as sections of a world file, count its rows, and compare two states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..store.collection import Collection, Key, Row, format_key
from ..store.state import State
from .sections import LANGUAGES

Collections = Mapping[str, Collection]


def export_rows(state: State, collection: Collection) -> list[Row]:
    """Return the rows of a collection, in the order of their keys."""
    return [row for _, row in collection.export(state)]


def export_section(state: State, collections: Collections, name: str) -> Any:
    """Return a section of a world file: the rows of a collection, or the languages."""
    if name == LANGUAGES:
        return {"default": state.default_language, "supported": list(state.languages)}
    return export_rows(state, collections[name])


def export_world(state: State, collections: Collections) -> dict[str, Any]:
    """Return all sections of the world file that would give this state."""
    return {name: export_section(state, collections, name) for name in (LANGUAGES, *collections)}


def count_rows(state: State, collections: Collections) -> dict[str, int]:
    """Return the number of languages, and of the rows of each collection."""
    counts = {name: sum(1 for _ in collection.export(state)) for name, collection in collections.items()}
    return {LANGUAGES: len(state.languages)} | counts


def diff_states(before: State, after: State, collections: Collections) -> dict[str, dict[str, list[str]]]:
    """Return the keys of added, removed and changed rows by collection; collections without changes are left out.

    A language is changed if it becomes the default one, or is no longer it.
    """
    differences = {
        name: _difference(dict(collection.export(before)), dict(collection.export(after)))
        for name, collection in collections.items()
    }
    languages = {LANGUAGES: _difference(_default_by_language(before), _default_by_language(after))}
    return {name: keys for name, keys in (languages | differences).items() if keys}


def _default_by_language(state: State) -> dict[Key, bool]:
    """Return, for each language, whether it is the default one."""
    return {language: language == state.default_language for language in state.languages}


def _difference(old: Mapping[Key, Any], new: Mapping[Key, Any]) -> dict[str, list[str]]:
    keys = {
        "added": [key for key in new if key not in old],
        "removed": [key for key in old if key not in new],
        "changed": [key for key in new if key in old and new[key] != old[key]],
    }
    return {kind: list(map(format_key, changed)) for kind, changed in keys.items() if changed}
