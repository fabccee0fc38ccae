"""What products refer to, and what they lose when it is deleted (T4)."""

from __future__ import annotations

from ..store.state import Document, State

PRODUCTS = "products"


def drop_brand(state: State, brand_id: str) -> State:
    """Return a state in which no product has this brand."""
    for key, product in state.products.items():
        if product.get("brandId") == brand_id:
            state = state.with_document(PRODUCTS, key, _without(product, "brandId"))
    return state


def drop_label(state: State, label_id: str) -> State:
    """Return a state in which no product has this label."""
    return drop_from_lists(state, "labelIds", label_id)


def drop_from_lists(state: State, field: str, id_: str) -> State:
    """Return a state in which no product has an id in a list; an empty list goes with its last id."""
    for key, product in state.products.items():
        if id_ in product.get(field, ()):
            rest = [each for each in product[field] if each != id_]
            changed = {**product, field: rest} if rest else _without(product, field)
            state = state.with_document(PRODUCTS, key, changed)
    return state


def _without(product: Document, field: str) -> Document:
    return {name: value for name, value in product.items() if name != field}
