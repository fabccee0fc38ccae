"""How deep JSON may nest: a reply of 255 levels cannot be written, and patches copy recursively."""

from __future__ import annotations

from typing import Any

MAX_JSON_DEPTH = 100  # levels


def is_nested_deeper(value: Any, max_depth: int = MAX_JSON_DEPTH) -> bool:
    """Whether a value nests deeper than this; level by level, since it may nest deeper than Python recurses."""
    containers = [value]
    for _ in range(max_depth):
        containers = [
            part for container in containers for part in child_values(container) if isinstance(part, (dict, list))
        ]
    return bool(containers)


def child_values(value: Any) -> Any:
    """Return what a container holds; nothing for what is none."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
