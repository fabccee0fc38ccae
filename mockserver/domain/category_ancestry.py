"""The ancestors of categories, and which products are in a segment because of them (C17)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..settings import Switches
from ..store.state import State


def walk_to_root(state: State, category_id: str) -> Iterator[str]:
    """Yield the ids from a category up to its root; stop before a parent that does not exist."""
    current_id: str | None = category_id
    while current_id is not None and current_id in state.categories:
        yield current_id
        current_id = state.categories[current_id].get("parentId")


def is_product_in_segments(state: State, product_id: str, segment_ids: Iterable[str], switches: Switches) -> bool:
    """Whether a product is assigned to one of these segments, directly or through one of its categories (C17).

    An assigned category covers its descendants, unless the switch `match_descendants` is off.
    """
    direct_ids = state.products.get(product_id, {}).get("categories", ())
    category_ids = set(direct_ids)
    if switches.match_descendants == "true":
        category_ids = {ancestor_id for id_ in direct_ids for ancestor_id in walk_to_root(state, id_)}
    keys = [("PRODUCT", product_id), *(("CATEGORY", id_) for id_ in category_ids)]
    return any(key in state.items_of(segment_id) for segment_id in segment_ids for key in keys)
