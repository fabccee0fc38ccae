"""Projection: `fields=a,b.c` keeps the named fields, and always the identity (C4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import paths
from .caching import cache_parsed
from .paths import PathTree


@dataclass(frozen=True, slots=True)
class Projection:
    """The dotted paths to keep."""

    paths: tuple[str, ...]


def parse_fields(text: str | None) -> Projection | None:
    """Parse a `fields` parameter; None if it names nothing, which keeps everything. Every text is valid."""
    return _parse_projection(text) if text else None


@cache_parsed
def _parse_projection(text: str) -> Projection | None:
    names = [name.strip() for name in text.split(",")]
    return Projection(tuple(filter(paths.is_valid_path, names))) if any(names) else None


def project(
    document: Mapping[str, Any], projection: Projection | None, identity_paths: tuple[str, ...]
) -> dict[str, Any]:
    """Return a copy with the fields of the projection and the identity, in the document's order.

    Unknown names are ignored; an object that loses all of its fields is removed.
    """
    return dict(document) if projection is None else _project_object(document, _path_tree(projection, identity_paths))


@lru_cache(maxsize=256)
def _path_tree(projection: Projection, identity_paths: tuple[str, ...]) -> PathTree:
    return paths.build_path_tree((*projection.paths, *identity_paths))


def _project_object(node: Mapping[str, Any], tree: PathTree) -> dict[str, Any]:
    projected = {}
    for name, value in node.items():
        if name in tree:
            subtree = tree[name]
            projected_value = value if subtree is None else _project_value(value, subtree)
            if subtree is None or projected_value:
                projected[name] = projected_value
    return projected


def _project_value(value: Any, tree: PathTree) -> Any:
    """Project a value that has named fields below it in the tree; a scalar becomes None."""
    if isinstance(value, Mapping):
        return _project_object(value, tree)
    if isinstance(value, (list, tuple)):
        return [part for element in value if isinstance(element, Mapping) and (part := _project_object(element, tree))]
    return None
