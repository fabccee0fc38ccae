"""The ancestors of categories."""

from __future__ import annotations

from collections.abc import Iterator

from ..store.state import State


def walk_to_root(state: State, category_id: str) -> Iterator[str]:
    """Yield the ids from a category up to its root; stop before a parent that does not exist."""
    current_id: str | None = category_id
    while current_id is not None and current_id in state.categories:
        yield current_id
        current_id = state.categories[current_id].get("parentId")
