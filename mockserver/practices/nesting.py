"""How deep JSON may nest: a reply of 255 levels cannot be written, and patches copy recursively."""

from __future__ import annotations

from typing import Any

DEEPEST = 100  # levels


def nests_deeper(value: Any, levels: int = DEEPEST) -> bool:
    """Whether a value nests deeper than this; level by level, since it may nest deeper than Python recurses."""
    containers = [value]
    for _ in range(levels):
        containers = [part for each in containers for part in parts(each) if isinstance(part, (dict, list))]
    return bool(containers)


def parts(value: Any) -> Any:
    """Return what a container holds; nothing for what is none."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
