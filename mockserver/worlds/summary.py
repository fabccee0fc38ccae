"""Say in a few words what a world contains."""

from __future__ import annotations

from collections.abc import Iterable

from ..store.collection import Sections
from .mistakes import name_kind


def summarize_world(world: Sections, names: Iterable[str]) -> str:
    """Return the number of rows of each section that has any, such as `1 site, 2 products`."""
    counts = {name: len(world.get(name, ())) for name in names}
    parts = [f"{count} {name_kind(name, count)}" for name, count in counts.items() if count]
    return ", ".join(parts) or "no rows"
