"""Products: who sees which, and what replies tell of them (L2 to L4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from operator import itemgetter
from typing import Any

from ...access import Principal
from ...errors import NotFound
from ...practices.lazy import LazyRows
from ...state import IMPORTED, Document, Items, State

SEE_UNPUBLISHED = frozenset(
    {"product.product_read_unpublished", "product.product_read_by_vendor", "product.product_manage_by_vendor"}
)


def listed(state: State, principal: Principal) -> LazyRows[Document]:
    """Return the products that the caller may see, in the order of their ids."""
    visible = (product for product in state.products.values() if _is_visible(product, principal))
    return LazyRows(sorted(visible, key=itemgetter("id")), partial(_row, list(_assigned(state))))


def read(state: State, principal: Principal, product_id: str) -> dict[str, Any]:
    """Return one product; NotFound if it is not there (C10), or not published and not for this caller (L2)."""
    product = state.products.get(product_id)
    if product is None:
        raise NotFound(product_id)
    if not _is_visible(product, principal):
        raise NotFound(product_id, rule="L2")
    return _row(_assigned(state), product)


def _is_visible(product: Document, principal: Principal) -> bool:
    return product.get("published", True) or not SEE_UNPUBLISHED.isdisjoint(principal.scopes)


def _assigned(state: State) -> Iterator[tuple[str, Items]]:
    """Give the segments that have items, in the order of their ids."""
    return zip(state.items, state.items.values(), strict=True)


def _row(assigned: Iterable[tuple[str, Items]], product: Document) -> dict[str, Any]:
    """Return a product as replies have it; absent values are left out (C12)."""
    row = {
        "id": product["id"],
        "code": product["code"],
        "name": product["name"],
        "productType": "BASIC",
        "published": product.get("published", True),
        "categoryIds": list(product.get("categories", ())),
        "customerSegmentIds": _segments_of(assigned, product["id"]),
        "metadata": IMPORTED.document(None),
    }
    return row | {"description": product["description"]} if "description" in product else row


def _segments_of(assigned: Iterable[tuple[str, Items]], product_id: str) -> list[str]:
    """Return the ids of the segments that the product itself is assigned to, in order (L3)."""
    key = ("PRODUCT", product_id)
    return [segment_id for segment_id, items in assigned if key in items]
