"""The depth of JSON: orjson cannot write 255 levels, and JSON patches copy recursively."""

from __future__ import annotations

from typing import Any

MAX_JSON_DEPTH = 100  # levels


def is_nested_deeper(value: Any, max_depth: int = MAX_JSON_DEPTH) -> bool:
    """Whether a value nests deeper; a loop over the levels, since a recursion could nest too deep for Python."""
    containers = [value]
    for _ in range(max_depth):
        containers = [
            child for container in containers for child in child_values(container) if isinstance(child, (dict, list))
        ]
    return bool(containers)


def child_values(value: Any) -> Any:
    """Return the children of a container; () for a scalar."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
