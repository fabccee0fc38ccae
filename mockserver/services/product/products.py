"""Products: who sees which, and what replies tell of them (L2 to L4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ...access import Principal
from ...store.state import IMPORTED_REVISION, Document, State

UNPUBLISHED_PRODUCT_SCOPES = frozenset(
    {"product.product_read_unpublished", "product.product_read_by_vendor", "product.product_manage_by_vendor"}
)


def present_many(state: State) -> Callable[[Document], dict[str, Any]]:
    """Return a function that shows any product of this state."""
    segments = _segments_by_product(state)
    return lambda product: _product_row(product, segments.get(product["id"], []))


def present_one(state: State) -> Callable[[Document], dict[str, Any]]:
    """Return a function that shows one product: it asks each segment for it."""

    def show(product: Document) -> dict[str, Any]:
        key = ("PRODUCT", product["id"])
        return _product_row(
            product, [segment_id for segment_id in state.items if state.item(segment_id, key) is not None]
        )

    return show


def is_visible_product(product: Document, principal: Principal) -> bool:
    """Whether the caller may see a product: those that are not published need a scope (L2)."""
    return product.get("published", True) or not UNPUBLISHED_PRODUCT_SCOPES.isdisjoint(principal.scopes)


def _segments_by_product(state: State) -> dict[str, list[str]]:
    """Return the ids of the segments that each product is assigned to itself, in order (L3).

    One walk for a whole list: asking each segment for each product takes ten times as long where `q` needs all rows.
    """
    segments_by_product: defaultdict[str, list[str]] = defaultdict(list)
    for segment_id in state.items:
        for kind, item_id in state.items_of(segment_id):
            if kind == "PRODUCT":
                segments_by_product[item_id].append(segment_id)
    return segments_by_product


def _product_row(product: Document, segments: list[str]) -> dict[str, Any]:
    """Return a product as replies have it, with the segments that it is in; absent values are left out (C12)."""
    row = {
        "id": product["id"],
        "code": product["code"],
        "name": product["name"],
        "productType": "BASIC",
        "published": product.get("published", True),
        "categoryIds": list(product.get("categories", ())),
        "customerSegmentIds": segments,
        "metadata": IMPORTED_REVISION.to_metadata(None),
    }
    return row | {"description": product["description"]} if "description" in product else row
