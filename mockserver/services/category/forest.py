"""The categories that a caller may see, as trees (K2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...access import Principal
from ...domain.category_ancestry import walk_to_root
from ...errors import Forbidden, NotFound
from ...store.state import Document, State

READ_UNPUBLISHED_CATEGORIES = "category.category_read_unpublished"


@dataclass(frozen=True, slots=True)
class CategoryForest:
    """The category trees of one state, without the categories that the caller may not see.

    children: the ids of the direct children of each category, in order (K3); the roots are the children of None.
    visible: all categories that can be reached from a root by id, in order.
    """

    state: State
    children: Mapping[str | None, list[str]]
    visible: Mapping[str, Document]

    @property
    def roots(self) -> list[Document]:
        """The categories without a parent, in order."""
        return [self.state.categories[id_] for id_ in self.children.get(None, ())]

    def read_category(self, category_id: str) -> Document:
        """Return a category; NotFound if it does not exist or is not visible to the caller."""
        if category_id not in self.state.categories:
            raise NotFound(category_id)
        if category_id not in self.visible:
            raise NotFound(category_id, rule="K2")
        return self.visible[category_id]

    def is_root(self, category_id: str) -> bool:
        """Whether a visible category has no parent."""
        return category_id in self.children.get(None, ())

    def root_of(self, category_id: str) -> str:
        """Return the id of the root of the tree that a category is in."""
        *_, root_id = walk_to_root(self.state, category_id)
        return root_id

    def descendants(self, category_id: str, depth: int | None = None) -> list[Document]:
        """Return the descendants of a category down to a depth, or all of them, in order."""
        ids = _descendant_ids(self.children, category_id, depth)
        return _sort_categories(self.state.categories[id_] for id_ in ids)

    def ancestors(self, category_id: str) -> list[Document]:
        """Return the ancestors of a category, from the root down to its parent (K3)."""
        _, *ancestor_ids = walk_to_root(self.state, category_id)
        return [self.state.categories[id_] for id_ in reversed(ancestor_ids)]


def visible_forest(state: State, principal: Principal, *, with_unpublished: bool) -> CategoryForest:
    """Return the published categories whose ancestors are all published, or all categories.

    Forbidden if the caller asks for all, but may not see unpublished ones.
    """
    if with_unpublished and READ_UNPUBLISHED_CATEGORIES not in principal.scopes:
        raise Forbidden(
            hint=f"showUnpublished needs {READ_UNPUBLISHED_CATEGORIES}",
            scopes=(READ_UNPUBLISHED_CATEGORIES,),
            rule="K2",
        )
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for category in _sort_categories(state.categories.values()):
        if with_unpublished or category["published"]:
            parent = category.get("parentId")
            children[parent if parent in state.categories else None].append(category["id"])
    visible_categories = _sort_categories(state.categories[id_] for id_ in _descendant_ids(children, None))
    return CategoryForest(state, children, {category["id"]: category for category in visible_categories})


def _sort_categories(categories: Iterable[Document]) -> list[Document]:
    """Return categories ordered by position, then by id (K3)."""
    return sorted(categories, key=_category_sort_key)


def _category_sort_key(category: Document) -> tuple[Any, str]:
    return category["position"], category["id"]


def _descendant_ids(children: Mapping[str | None, list[str]], top: str | None, depth: int | None = None) -> list[str]:
    """Return the ids level by level, without recursion, which deep trees would exhaust."""
    descendant_ids: list[str] = []
    level = children.get(top, [])
    while level and depth != 0:
        descendant_ids += level
        level = [child for id_ in level for child in children.get(id_, ())]
        depth = None if depth is None else depth - 1
    return descendant_ids
