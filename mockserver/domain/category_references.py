"""What refers to categories, such as products and coupons, and what it loses when categories are deleted (K10)."""

from __future__ import annotations

from collections.abc import Iterable

from ..store.state import State
from .lost_references import without_restriction
from .product_references import drop_from_lists

CATALOGS = "catalogs"  # the name of the collection
CATEGORY = "CATEGORY"  # the type of what is assigned to segments
RESTRICTIONS = ("includedCategories", "excludedCategories")  # of coupons


def drop_category_uses(state: State, category_ids: Iterable[str]) -> State:
    """Return a state in which no product, catalog, coupon or segment has one of these categories."""
    for category_id in category_ids:
        state = drop_from_lists(state, "categories", category_id)
        for key, catalog in state.collection(CATALOGS).items():
            if category_id in catalog.get("categoryIds", ()):
                rest = [id_ for id_ in catalog["categoryIds"] if id_ != category_id]
                state = state.with_document(CATALOGS, key, {**catalog, "categoryIds": rest})
        for name in RESTRICTIONS:
            state = without_restriction(state, name, category_id)
        for segment_id in list(state.items):
            state = state.without_item(segment_id, (CATEGORY, category_id))
    return state
