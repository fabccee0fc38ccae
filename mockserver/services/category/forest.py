"""The categories that a caller may see, and which are below which (K2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...access import Principal
from ...catalogue import way_up
from ...errors import Forbidden, NotFound
from ...state import Document, State

READ_UNPUBLISHED = "category.category_read_unpublished"


@dataclass(frozen=True, slots=True)
class Forest:
    """The trees of one state, without what the caller may not see.

    children: the ids of the categories right below each category, those of the roots below None, in order (K3).
    visible: the ids of all categories that can be reached from a root, in order.
    """

    state: State
    children: Mapping[str | None, list[str]]
    visible: Mapping[str, Document]

    @property
    def roots(self) -> list[Document]:
        """The categories that have no parent, in order."""
        return [self.state.categories[id_] for id_ in self.children.get(None, ())]

    def category(self, id_: str) -> Document:
        """Return a category; NotFound if there is none with this id, or none for this caller."""
        if id_ not in self.state.categories:
            raise NotFound(id_)
        if id_ not in self.visible:
            raise NotFound(id_, rule="K2")
        return self.visible[id_]

    def below(self, id_: str, depth: int | None = None) -> list[Document]:
        """Return the categories below one, so many levels down or on all levels, in order."""
        return _ordered(self.state.categories[each] for each in _below(self.children, id_, depth))

    def above(self, id_: str) -> list[Document]:
        """Return the categories above one, from the one right above it up to the root."""
        return [self.state.categories[each] for each in way_up(self.state, id_)][1:]


def seen(state: State, principal: Principal, *, unpublished: bool) -> Forest:
    """Return the published categories that have only published ones above them, or all; Forbidden if not for one."""
    if unpublished and READ_UNPUBLISHED not in principal.scopes:
        raise Forbidden(hint=f"showUnpublished needs {READ_UNPUBLISHED}", scopes=(READ_UNPUBLISHED,), rule="K2")
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for category in _ordered(state.categories.values()):
        if unpublished or category["published"]:
            parent = category.get("parentId")
            children[parent if parent in state.categories else None].append(category["id"])
    reached = _ordered(state.categories[id_] for id_ in _below(children, None))
    return Forest(state, children, {category["id"]: category for category in reached})


def _ordered(categories: Iterable[Document]) -> list[Document]:
    """Order categories by position, then by id (K3)."""
    return sorted(categories, key=_rank)


def _rank(category: Document) -> tuple[Any, str]:
    return category["position"], category["id"]


def _below(children: Mapping[str | None, list[str]], top: str | None, depth: int | None = None) -> list[str]:
    """Walk down level by level: worlds may nest deeper than Python may call."""
    found: list[str] = []
    level = children.get(top, [])
    while level and depth != 0:
        found += level
        level = [child for id_ in level for child in children.get(id_, ())]
        depth = None if depth is None else depth - 1
    return found
