"""The stock of products on sites, which carts and orders take from (V1, V2)."""

from __future__ import annotations

from decimal import Decimal

from ..store.state import Document, State
from .money import to_decimal, to_number

AVAILABILITIES = "availabilities"  # the name of the collection


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


def take_stock(state: State, product_id: str, site_code: str, quantity: Decimal) -> State | None:
    """Return a state with less stock of a product; None if there is not enough (V2).

    What reaches zero is not available any more.
    """
    availability = find_availability(state, product_id, site_code)
    if not has_stock(availability, quantity):
        return None
    if availability is None or availability.get("stockLevel") is None:
        return state
    rest = to_decimal(availability["stockLevel"]) - quantity
    row = {**availability, "stockLevel": to_number(rest), "available": rest > 0}
    return state.with_document(AVAILABILITIES, availability["id"], row)
