"""Dotted paths into JSON documents, also through arrays: `item.name.en`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

MAX_PATH_STEPS = 50  # no document nests deeper, and a longer path would only cost time

PathTree = dict[str, "PathTree | None"]  # subtrees by step; None where a path ends


def is_valid_path(path: str) -> bool:
    """Whether a document could have this path."""
    return bool(path) and path.count(".") < MAX_PATH_STEPS


def iter_values(container: Any, path: str) -> Iterator[Any]:
    """Yield the values at a path; if its first step is missing, a key that contains dots can match several steps."""
    if isinstance(container, (list, tuple)):
        for element in container:
            if isinstance(element, Mapping):
                yield from iter_values(element, path)
    elif isinstance(container, Mapping):
        for key, rest in _split_points(path):
            if key in container:
                yield from iter_values(container[key], rest) if rest else (container[key],)
                return


def keys_at(document: Mapping[str, Any], path: str) -> Iterator[Any]:
    """Yield the keys at a path that references other documents, which has a single key or a list of keys."""
    is_field = "." not in path  # which is faster to find
    for value in ((document[path],) if path in document else ()) if is_field else iter_values(document, path):
        yield from value if isinstance(value, list) else () if value is None else (value,)


def build_path_tree(paths: Iterable[str]) -> PathTree:
    """Join paths by their common steps; a path covers the longer paths below it."""
    root: PathTree = {}
    for path in paths:
        *parents, last = path.split(".")
        node: PathTree | None = root
        for step in parents:
            node = None if node is None else node.setdefault(step, {})
        if node is not None:
            node[last] = None
    return root


@lru_cache(maxsize=1024)
def _split_points(path: str) -> tuple[tuple[str, str], ...]:
    """Return the two parts of a path at each of its dots; then the whole path and ""."""
    dots = [index for index, character in enumerate(path) if character == "."]
    return (*((path[:dot], path[dot + 1 :]) for dot in dots), (path, ""))
