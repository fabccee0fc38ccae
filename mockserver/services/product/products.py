"""Products: who sees which, and what replies tell of them (L2 to L4)."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import Any

from ...access import Principal
from ...errors import NotFound
from ...practices.lazy import LazyRows
from ...state import IMPORTED, Document, State

SEE_UNPUBLISHED = frozenset(
    {"product.product_read_unpublished", "product.product_read_by_vendor", "product.product_manage_by_vendor"}
)


def listed(state: State, principal: Principal) -> LazyRows[Document]:
    """Return the products that the caller may see, in the order of their ids."""
    visible = (product for product in state.products.values() if _is_visible(product, principal))
    segments = _segments_by_product(state)
    return LazyRows(
        sorted(visible, key=itemgetter("id")), lambda product: _row(product, segments.get(product["id"], []))
    )


def read(state: State, principal: Principal, product_id: str) -> dict[str, Any]:
    """Return one product; NotFound if it is not there (C10), or not published and not for this caller (L2)."""
    product = state.products.get(product_id)
    if product is None:
        raise NotFound(product_id)
    if not _is_visible(product, principal):
        raise NotFound(product_id, rule="L2")
    key = ("PRODUCT", product_id)
    return _row(product, [segment_id for segment_id in state.items if state.item(segment_id, key) is not None])


def _is_visible(product: Document, principal: Principal) -> bool:
    return product.get("published", True) or not SEE_UNPUBLISHED.isdisjoint(principal.scopes)


def _segments_by_product(state: State) -> dict[str, list[str]]:
    """Return the ids of the segments that each product is assigned to itself, in order (L3).

    One walk for a whole list: asking each segment for each product takes ten times as long where `q` needs all rows.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for segment_id in state.items:
        for kind, item_id in state.items_of(segment_id):
            if kind == "PRODUCT":
                found[item_id].append(segment_id)
    return found


def _row(product: Document, segments: list[str]) -> dict[str, Any]:
    """Return a product as replies have it, with the segments that it is in; absent values are left out (C12)."""
    row = {
        "id": product["id"],
        "code": product["code"],
        "name": product["name"],
        "productType": "BASIC",
        "published": product.get("published", True),
        "categoryIds": list(product.get("categories", ())),
        "customerSegmentIds": segments,
        "metadata": IMPORTED.document(None),
    }
    return row | {"description": product["description"]} if "description" in product else row
