"""Categories as their service shows them, in lists and as trees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...practices.languages import Languages, localize
from ...practices.lazy import LazyRows
from ...state import IMPORTED, Document, State
from .forest import Forest

SHOWN = ("code", "localizedDescription", "localizedSlug", "ecn", "validity", "position", "published")
DEFAULT = Languages(())


def rows(state: State, categories: Iterable[Document]) -> LazyRows[Document]:
    """Return categories as replies have them."""
    return LazyRows(list(categories), lambda category: row(state, category))


def row(state: State, category: Document) -> dict[str, Any]:
    """Return one category as replies have it; absent values are left out (C12), and media are none (K6)."""
    parent = {"parentId": category["parentId"]} if "parentId" in category else {}
    return parent | _told(state, category) | {"metadata": IMPORTED.document(None), "media": []}


def row_with_ancestors(forest: Forest, category: Document) -> dict[str, Any]:
    """Return one category with the ids of all categories above it."""
    above = [each["id"] for each in forest.above(category["id"])]
    return row(forest.state, category) | {"supercategoriesIds": above}


def trees(forest: Forest, tops: Iterable[str]) -> list[dict[str, Any]]:
    """Return the trees below these categories, each once; what the caller may not see is passed over (K5)."""
    return [tree(forest, id_) for id_ in dict.fromkeys(tops) if id_ in forest.visible]


def tree(forest: Forest, id_: str) -> dict[str, Any]:
    """Return a category with all that is below it."""
    node = _told(forest.state, forest.category(id_))
    below = [tree(forest, child) for child in forest.children.get(id_, ())]
    return node | {"subcategories": below} if below else node


def _told(state: State, category: Document) -> dict[str, Any]:
    """Return what lists and trees tell alike; plain texts are in the default language."""
    told = {"id": category["id"], "localizedName": category["name"]}
    told |= {name: category[name] for name in SHOWN if name in category}
    told["name"] = _text(state, category["name"])
    if "localizedDescription" in category:
        told["description"] = _text(state, category["localizedDescription"])
    return told


def _text(state: State, texts: Document) -> str:
    (text,) = localize(texts, DEFAULT, state.default_language).values()
    return text
