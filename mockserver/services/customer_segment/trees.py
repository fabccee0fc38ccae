"""Category trees: the categories of the caller's segments, with all that leads to them (C15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from ...access import Principal
from ...catalogue import way_up
from ...state import State
from ...world import Tenant
from .visibility import own_segments

Node = dict[str, Any]
SHOWN = (
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


def category_trees(tenant: Tenant, principal: Principal, *, entity: str | None, site: str | None) -> list[Node]:
    """Return the trees of the categories that are assigned to the caller's ACTIVE segments."""
    state = tenant.state
    segments = own_segments(state, principal, entity, tenant.clock.now(), tenant.behaviour)
    assigned = set(_assigned(state, segments, site))
    return grown(state, assigned)


def grown(state: State, assigned: set[str]) -> list[Node]:
    """Return the trees of these categories and their ancestors; `position` orders siblings, then the id."""
    needed = {id_ for leaf in assigned for id_ in way_up(state, leaf)}
    children: dict[str | None, list[str]] = defaultdict(list)
    for id_ in sorted(needed, key=lambda id_: (state.categories[id_]["position"], id_)):
        parent = state.categories[id_].get("parentId")
        children[parent if parent in needed else None].append(id_)

    def node(id_: str) -> Node:
        category = state.categories[id_]
        made = {name: category[name] for name in SHOWN if name in category}
        made["isSegmentAssigned"] = id_ in assigned
        if id_ in children:
            made["subcategories"] = [node(child) for child in children[id_]]
        return made

    return [node(root) for root in children[None]]


def _assigned(state: State, segments: Iterable[str], site: str | None) -> Iterator[str]:
    """Ids of the assigned categories that the catalogue still has; products add no nodes."""
    for segment_id in segments:
        segment = state.segments.get(segment_id) or {}
        if site is None or segment.get("siteCode") == site:
            for kind, id_ in state.items_of(segment_id):
                if kind == "CATEGORY" and id_ in state.categories:
                    yield id_
