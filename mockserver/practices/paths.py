"""Dotted paths into JSON documents, through arrays too: `item.name.en`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

MAX_PATH_STEPS = 50  # steps of a path; no document nests like that, and a longer path only costs time

PathReader = Callable[[Any], list[Any]]  # of a row: all values at a path
PathReaderFactory = Callable[[str], PathReader]  # from a path
PathTree = dict[str, "PathTree | None"]  # steps by name; None where a path ends


def is_valid_path(path: str) -> bool:
    """Whether this is a path that a document could have."""
    return bool(path) and path.count(".") < MAX_PATH_STEPS


def path_reader(path: str) -> PathReader:
    """Return a function that reads all values at a path: none if absent, several through arrays."""
    steps = path.split(".")

    def read_values(document: Mapping[str, Any]) -> list[Any]:
        value: Any = document
        for step in steps:
            if type(value) is not dict or step not in value:  # plain dicts are nearly all, and fast
                return list(iter_values(document, path))
            value = value[step]
        return [value]

    return read_values


def iter_values(container: Any, path: str) -> Iterator[Any]:
    """Walk a path; a key that has dots itself is found where the first step alone is not there."""
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
    """Return the keys that a document refers to at a path, where one may stand alone or several in a list."""
    for value in iter_values(document, path):
        yield from value if isinstance(value, list) else () if value is None else (value,)


def build_path_tree(paths: Iterable[str]) -> PathTree:
    """Join paths by their common steps; a path that ends above another one covers it."""
    root: PathTree = {}
    for path in paths:
        *above, last = path.split(".")
        node: PathTree | None = root
        for step in above:
            node = None if node is None else node.setdefault(step, {})
        if node is not None:
            node[last] = None
    return root


@lru_cache(maxsize=1024)
def _split_points(path: str) -> tuple[tuple[str, str], ...]:
    """Split at the first dot, at the second one, and so on; last comes the path as a whole."""
    dots = [at for at, character in enumerate(path) if character == "."]
    return (*((path[:at], path[at + 1 :]) for at in dots), (path, ""))
