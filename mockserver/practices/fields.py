"""Projection: `fields=a,b.c` keeps what is named, and always the identity (C4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import paths
from .memo import remembered
from .paths import Tree


@dataclass(frozen=True, slots=True)
class Projection:
    """The dotted paths to keep."""

    paths: tuple[str, ...]


def parse(text: str | None) -> Projection | None:
    """Read a `fields` parameter; None if it names nothing, which means everything. Nothing in it is an error."""
    return _parsed(text) if text else None


@remembered
def _parsed(text: str) -> Projection | None:
    names = [name.strip() for name in text.split(",")]
    return Projection(tuple(filter(paths.is_readable, names))) if any(names) else None


def project(document: Mapping[str, Any], projection: Projection | None, always: tuple[str, ...]) -> dict[str, Any]:
    """Return a copy with the paths of the projection and those that are always kept, in the document's order.

    Unknown names are ignored: an object of which nothing is left is left out itself.
    """
    return dict(document) if projection is None else _kept(document, _tree(projection, always))


@lru_cache(maxsize=256)
def _tree(projection: Projection, always: tuple[str, ...]) -> Tree:
    return paths.tree((*projection.paths, *always))


def _kept(node: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
    kept = {}
    for name, value in node.items():
        if name in tree:
            below = tree[name]
            part = value if below is None else _part(value, below)
            if below is None or part:
                kept[name] = part
    return kept


def _part(value: Any, tree: Tree) -> Any:
    """Return what is kept of a value that a path goes through; nothing of one that has no names in it."""
    if isinstance(value, Mapping):
        return _kept(value, tree)
    if isinstance(value, (list, tuple)):
        return [part for element in value if isinstance(element, Mapping) and (part := _kept(element, tree))]
    return None
