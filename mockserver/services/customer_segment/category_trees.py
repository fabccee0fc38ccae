"""Category trees: the categories of the caller's segments, with all that leads to them (C15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from ...access import Principal
from ...domain.category_ancestry import walk_to_root
from ...store.state import State
from ...store.world import Tenant
from .visibility import own_segment_ids

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


def list_own_category_trees(
    tenant: Tenant, principal: Principal, *, legal_entity_id: str | None, site_code: str | None
) -> list[TreeNode]:
    """Return the trees of the categories that are assigned to the caller's ACTIVE segments."""
    state = tenant.state
    segment_ids = own_segment_ids(state, principal, legal_entity_id, tenant.clock.now(), tenant.switches)
    assigned_ids = set(_assigned_category_ids(state, segment_ids, site_code))
    return build_segment_trees(state, assigned_ids)


def build_segment_trees(state: State, assigned_ids: set[str]) -> list[TreeNode]:
    """Return the trees of these categories and their ancestors; `position` orders siblings, then the id."""
    needed_ids = {id_ for leaf in assigned_ids for id_ in walk_to_root(state, leaf)}
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
    """Ids of the assigned categories that the catalogue still has; products add no nodes."""
    for segment_id in segment_ids:
        segment = state.segments.get(segment_id) or {}
        if site_code is None or segment.get("siteCode") == site_code:
            for kind, id_ in state.items_of(segment_id):
                if kind == "CATEGORY" and id_ in state.categories:
                    yield id_
