"""What lies above a category, and which products segments cover through it (C17)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .settings import Behaviour
from .state import State


def way_up(state: State, category_id: str) -> Iterator[str]:
    """Walk from a category to its root; a parent that the catalogue lacks ends the way."""
    at: str | None = category_id
    while at is not None and at in state.categories:
        yield at
        at = state.categories[at].get("parentId")


def is_covered(state: State, product_id: str, segments: Iterable[str], behaviour: Behaviour) -> bool:
    """Whether a product is assigned to one of these segments, itself or through one of its categories (C17).

    An assigned category covers those below it, unless the switch says otherwise.
    """
    named = state.products.get(product_id, {}).get("categories", ())
    descends = behaviour.match_descendants == "true"
    categories = {above for id_ in named for above in way_up(state, id_)} if descends else set(named)
    keys = [("PRODUCT", product_id), *(("CATEGORY", id_) for id_ in categories)]
    return any(key in state.items_of(segment_id) for segment_id in segments for key in keys)
