"""Export a state as sections of a world file, and count its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..store.collection import Collection, Row
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
    counts = {name: collection.count_rows(state) for name, collection in collections.items()}
    return {LANGUAGES: len(state.languages)} | counts
