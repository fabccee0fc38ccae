"""The stock of products on sites, which orders take from (V1, V2, V5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..store.state import Document, State
from .money import to_decimal, to_number

AVAILABILITIES = "availabilities"  # the name of the collection
PARTS, ROWS_OF_PARTS = "bundledProducts", "bundleAvailabilities"


def availability_id(product_id: str, site_code: str) -> str:
    """Return the id of the availability of a product on a site (V1)."""
    return f"{site_code}:{product_id}"


def find_availability(state: State, product_id: str, site_code: str) -> Document | None:
    """Return the availability of a product on a site; None if it is not known."""
    return state.collection(AVAILABILITIES).get(availability_id(product_id, site_code))


def has_stock(availability: Document | None, quantity: Decimal) -> bool:
    """Whether a quantity can be sold: an unknown availability or stock level sets no limit (V2)."""
    if availability is None:
        return True
    level = availability.get("stockLevel")
    is_enough: bool = availability["available"] and (level is None or to_decimal(level) >= quantity)
    return is_enough


def count_parts(state: State, product_id: str) -> dict[str, int]:
    """Return how many of each product a bundle has; nothing for any other product (V5)."""
    counts: dict[str, int] = {}
    for part in state.products.get(product_id, {}).get(PARTS, ()):
        counts[part["productId"]] = counts.get(part["productId"], 0) + max(part["amount"], 0)
    return counts


def find_bundle(state: State, product_id: str, site_code: str) -> dict[str, Any] | None:
    """Return the availability of a bundle on a site: the lowest one of its products, and theirs (V5).

    None for any other product, and for a bundle whose products have no availability on the site.
    """
    parts = count_parts(state, product_id)
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


def take_stock(state: State, product_id: str, site_code: str, quantity: Decimal) -> State | None:
    """Return a state with less stock of a product, or of the products in a bundle; None if there is not enough (V2).

    What reaches zero is not available any more.
    """
    bundle = find_bundle(state, product_id, site_code)
    if bundle is None:
        return _take_from_row(state, product_id, site_code, quantity)
    left: State | None = state if bundle["available"] else None
    for part_id, count in count_parts(state, product_id).items():
        left = _take_from_row(left, part_id, site_code, quantity * count) if left is not None else None
    return left


def _take_from_row(state: State, product_id: str, site_code: str, quantity: Decimal) -> State | None:
    availability = find_availability(state, product_id, site_code)
    if not has_stock(availability, quantity):
        return None
    if availability is None or availability.get("stockLevel") is None:
        return state
    rest = to_decimal(availability["stockLevel"]) - quantity
    row = {**availability, "stockLevel": to_number(rest), "available": rest > 0}
    return state.with_document(AVAILABILITIES, availability["id"], row)
