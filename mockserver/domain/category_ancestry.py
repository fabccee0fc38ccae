"""What lies above a category, and which products segments cover through it (C17)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..settings import Switches
from ..store.state import State


def walk_to_root(state: State, category_id: str) -> Iterator[str]:
    """Walk from a category to its root; a parent that the catalogue lacks ends the way."""
    current_id: str | None = category_id
    while current_id is not None and current_id in state.categories:
        yield current_id
        current_id = state.categories[current_id].get("parentId")


def is_product_in_segments(state: State, product_id: str, segment_ids: Iterable[str], switches: Switches) -> bool:
    """Whether a product is assigned to one of these segments, itself or through one of its categories (C17).

    An assigned category covers those below it, unless the switch says otherwise.
    """
    direct_ids = state.products.get(product_id, {}).get("categories", ())
    descends = switches.match_descendants == "true"
    category_ids = {above for id_ in direct_ids for above in walk_to_root(state, id_)} if descends else set(direct_ids)
    keys = [("PRODUCT", product_id), *(("CATEGORY", id_) for id_ in category_ids)]
    return any(key in state.items_of(segment_id) for segment_id in segment_ids for key in keys)
