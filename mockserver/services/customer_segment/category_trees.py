"""Category trees: the categories that are assigned to the caller's segments, with their ancestors (C15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from ...domain.category_ancestry import walk_to_root
from ...store.state import State
from .visibility import Viewer, is_segment_of_site

TreeNode = dict[str, Any]
TREE_NODE_FIELDS = (
    "id",
    "parentId",
    "code",
    "name",
    "localizedDescription",
    "localizedSlug",
    "ecn",
    "validity",
    "position",
    "published",
)


def list_own_category_trees(viewer: Viewer, site_code: str | None) -> list[TreeNode]:
    """Return the trees of the categories that are assigned to the caller's ACTIVE segments (of one site, C13)."""
    assigned_ids = _assigned_category_ids(viewer.state, viewer.own_segment_ids(), site_code)
    return build_segment_trees(viewer.state, set(assigned_ids))


def build_segment_trees(state: State, assigned_ids: set[str]) -> list[TreeNode]:
    """Return the trees of these categories and their ancestors; siblings are ordered by `position`, then id."""
    needed_ids = {id_ for assigned_id in assigned_ids for id_ in walk_to_root(state, assigned_id)}
    children: dict[str | None, list[str]] = defaultdict(list)
    for id_ in sorted(needed_ids, key=lambda id_: (state.categories[id_]["position"], id_)):
        parent = state.categories[id_].get("parentId")
        children[parent if parent in needed_ids else None].append(id_)

    def node(id_: str) -> TreeNode:
        category = state.categories[id_]
        node_json = {name: category[name] for name in TREE_NODE_FIELDS if name in category}
        node_json["isSegmentAssigned"] = id_ in assigned_ids
        if id_ in children:
            node_json["subcategories"] = [node(child) for child in children[id_]]
        return node_json

    return [node(root) for root in children[None]]


def _assigned_category_ids(state: State, segment_ids: Iterable[str], site_code: str | None) -> Iterator[str]:
    """Yield the ids of the assigned categories that still exist; products add no nodes."""
    for segment_id in segment_ids:
        if is_segment_of_site(state, segment_id, site_code):
            for item_type, id_ in state.items_of(segment_id):
                if item_type == "CATEGORY" and id_ in state.categories:
                    yield id_
