"""Rows and trees of categories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...practices.languages import LanguagePreferences, localize_map
from ...practices.rows import LazyRows
from ...store.state import IMPORTED_REVISION, Document, State
from .forest import CategoryForest

SHARED_CATEGORY_FIELDS = ("code", "localizedDescription", "localizedSlug", "ecn", "validity", "position", "published")
NO_PREFERENCE = LanguagePreferences(())


def category_rows(state: State, categories: Iterable[Document]) -> LazyRows[Document]:
    """Return the rows of categories."""
    return LazyRows(list(categories), lambda category: category_row(state, category))


def category_row(state: State, category: Document) -> dict[str, Any]:
    """Return the row of a category; absent values are left out (C12), and the list of media is empty (K6)."""
    parent = {"parentId": category["parentId"]} if "parentId" in category else {}
    return parent | _shared_fields(state, category) | {"metadata": IMPORTED_REVISION.to_metadata(None), "media": []}


def category_row_with_ancestors(forest: CategoryForest, category: Document) -> dict[str, Any]:
    """Return the row of a category, with the ids of its ancestors."""
    ancestor_ids = [ancestor["id"] for ancestor in forest.ancestors(category["id"])]
    return category_row(forest.state, category) | {"supercategoriesIds": ancestor_ids}


def build_category_trees(forest: CategoryForest, top_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Return the trees below these categories, each once; categories that the caller may not see are left out (K5)."""
    return [build_category_tree(forest, id_) for id_ in dict.fromkeys(top_ids) if id_ in forest.visible]


def build_category_tree(forest: CategoryForest, category_id: str) -> dict[str, Any]:
    """Return the tree below a category."""
    node = _shared_fields(forest.state, forest.read_category(category_id))
    subtrees = [build_category_tree(forest, child) for child in forest.children.get(category_id, ())]
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
