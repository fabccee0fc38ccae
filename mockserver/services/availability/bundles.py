"""The availability of bundles, which follows from that of their products (V5)."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.stock import PARTS, ROWS_OF_PARTS, count_parts, find_bundle
from ...errors import BadRequest
from ...store.state import Document, State


def list_bundles(state: State, site_code: str) -> Iterator[Document]:
    """Yield the availabilities of all bundles on a site, without those of their products."""
    for product in state.products.values():
        if product.get(PARTS) and (row := find_bundle(state, product["id"], site_code)) is not None:
            yield {name: value for name, value in row.items() if name != ROWS_OF_PARTS}


def check_writable(state: State, product_id: str) -> None:
    """Raise BadRequest for a bundle, whose availability follows from its products (V5)."""
    if count_parts(state, product_id):
        detail = "The availability of a bundle follows from its products."
        raise BadRequest(field="productId", error_type="readOnly", detail=detail, rule="V5")
