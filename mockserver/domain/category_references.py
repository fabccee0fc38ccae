"""What refers to categories: products, catalogs and segments, and what they lose when categories are deleted (K10)."""

from __future__ import annotations

from collections.abc import Iterable

from ..store.state import State
from .product_references import drop_from_lists

CATALOGS = "catalogs"  # the name of the collection
CATEGORY = "CATEGORY"  # the type of what is assigned to segments


def drop_category_uses(state: State, category_ids: Iterable[str]) -> State:
    """Return a state in which no product, no catalog and no segment has one of these categories."""
    for category_id in category_ids:
        state = drop_from_lists(state, "categories", category_id)
        for key, catalog in state.collection(CATALOGS).items():
            if category_id in catalog.get("categoryIds", ()):
                rest = [id_ for id_ in catalog["categoryIds"] if id_ != category_id]
                state = state.with_document(CATALOGS, key, {**catalog, "categoryIds": rest})
        for segment_id in list(state.items):
            state = state.without_item(segment_id, (CATEGORY, category_id))
    return state
