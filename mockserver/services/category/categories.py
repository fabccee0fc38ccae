"""Rows and trees of categories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import NotFound
from ...practices import documents, mixins
from ...practices.languages import LanguagePreferences, localize_map
from ...practices.rows import LazyRows
from ...store.state import Document, State
from .forest import CategoryForest

SHARED_CATEGORY_FIELDS = ("code", "localizedDescription", "localizedSlug", "ecn", "validity", "position", "published")
NO_PREFERENCE = LanguagePreferences(())


def category_rows(state: State, categories: Iterable[Document]) -> LazyRows[Document]:
    """Return the rows of categories."""
    return LazyRows(list(categories), lambda category: category_row(state, category))


def category_row(state: State, category: Document) -> dict[str, Any]:
    """Return the row of a category; absent values are left out (C12), and the list of media is empty (K6)."""
    parent = {"parentId": category["parentId"]} if "parentId" in category else {}
    metadata = documents.revision_of(category).to_metadata(mixins.mixin_urls(category))
    own = {"mixins": category["mixins"]} if "mixins" in category else {}
    return parent | _shared_fields(state, category) | own | {"metadata": metadata, "media": []}


def category_row_with_ancestors(forest: CategoryForest, category: Document) -> dict[str, Any]:
    """Return the row of a category, with the ids of its ancestors."""
    ancestor_ids = [ancestor["id"] for ancestor in reversed(forest.ancestors(category["id"]))]
    return category_row(forest.state, category) | {"supercategoriesIds": ancestor_ids}


def build_category_trees(forest: CategoryForest, category_ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return all trees, or the whole trees that include one of these categories, in order (K5).

    Categories that the caller may not see count as unknown: they select no tree.
    """
    root_ids = [root["id"] for root in forest.roots]
    if category_ids is not None:
        selected_ids = {forest.root_of(id_) for id_ in category_ids if id_ in forest.visible}
        root_ids = [id_ for id_ in root_ids if id_ in selected_ids]
    return [_build_subtree(forest, id_) for id_ in root_ids]


def build_category_tree(forest: CategoryForest, root_id: str) -> dict[str, Any]:
    """Return one tree; NotFound if the category is not a visible root (K5)."""
    forest.read_category(root_id)
    if not forest.is_root(root_id):
        raise NotFound(
            root_id, hint="only a root has a tree; categoryIds selects the tree that includes a category", rule="K5"
        )
    return _build_subtree(forest, root_id)


def _build_subtree(forest: CategoryForest, category_id: str) -> dict[str, Any]:
    """Return the tree below a category."""
    node = _shared_fields(forest.state, forest.visible[category_id])
    subtrees = [_build_subtree(forest, child) for child in forest.children.get(category_id, ())]
    return node | {"subcategories": subtrees} if subtrees else node


def _shared_fields(state: State, category: Document) -> dict[str, Any]:
    """Return the fields that rows and trees share; plain texts are in the default language."""
    shared = {"id": category["id"], "localizedName": category["name"]}
    shared |= {name: category[name] for name in SHARED_CATEGORY_FIELDS if name in category}
    shared["name"] = _default_text(state, category["name"])
    if "localizedDescription" in category:
        shared["description"] = _default_text(state, category["localizedDescription"])
    return shared


def _default_text(state: State, texts: Document) -> str:
    (text,) = localize_map(texts, NO_PREFERENCE, state.default_language).values()
    return text
