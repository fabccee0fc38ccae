"""The availability of bundles, which follows from that of their products (V5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...domain.money import to_decimal
from ...domain.stock import availability_id, find_availability
from ...errors import BadRequest
from ...store.state import Document, State

PARTS, ROWS_OF_PARTS = "bundledProducts", "bundleAvailabilities"


def find_bundle(state: State, product_id: str, site_code: str) -> dict[str, Any] | None:
    """Return the availability of a bundle on a site: the lowest one of its products, and theirs.

    None for any other product, and for a bundle whose products have no availability on the site.
    """
    parts = list_bundle_parts(state, product_id)
    known = [row for part in parts if (row := find_availability(state, part, site_code)) is not None]
    if not known:
        return None
    levels = [row["stockLevel"] for row in known if row.get("stockLevel") is not None]
    level = {"stockLevel": min(levels, key=to_decimal)} if levels else {}
    return {
        "id": availability_id(product_id, site_code),
        "site": site_code,
        "productId": product_id,
        "available": len(known) == len(parts) and all(row["available"] for row in known),
        **level,
        ROWS_OF_PARTS: known,
    }


def list_bundles(state: State, site_code: str) -> Iterator[Document]:
    """Yield the availabilities of all bundles on a site, without those of their products."""
    for product in state.products.values():
        if product.get(PARTS) and (row := find_bundle(state, product["id"], site_code)) is not None:
            yield {name: value for name, value in row.items() if name != ROWS_OF_PARTS}


def list_bundle_parts(state: State, product_id: str) -> list[str]:
    """Return the ids of the products in a bundle, each once; nothing for any other product."""
    parts = state.products.get(product_id, {}).get(PARTS, ())
    return list(dict.fromkeys(part["productId"] for part in parts))


def check_writable(state: State, product_id: str) -> None:
    """Raise BadRequest for a bundle, whose availability follows from its products (V5)."""
    if list_bundle_parts(state, product_id):
        detail = "The availability of a bundle follows from its products."
        raise BadRequest(field="productId", error_type="readOnly", detail=detail, rule="V5")
