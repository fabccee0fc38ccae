"""References between products and other rows: what goes when one of them is deleted (T4, L8)."""

from __future__ import annotations

from ..store.state import Document, State
from .price_matching import PRICES
from .stock import AVAILABILITIES

PRODUCTS = "products"
PRODUCT = "PRODUCT"  # the type of items and of what is assigned to segments


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


def drop_template(state: State, template_id: str) -> State:
    """Return a state in which no product is made from this product template."""
    for key, product in state.products.items():
        if product.get("template", {}).get("id") == template_id:
            state = state.with_document(PRODUCTS, key, _without(product, "template"))
    return state


def drop_product_uses(state: State, product_id: str) -> State:
    """Return a state without prices, stock and assignments of a product, and without relations to it (L8)."""
    for segment_id in list(state.items):
        state = state.without_item(segment_id, (PRODUCT, product_id))
    for key, row in state.collection(PRICES).items():
        if row["itemId"] == {"itemType": PRODUCT, "id": product_id}:
            state = state.without_document(PRICES, key)
    for key, row in state.collection(AVAILABILITIES).items():
        if row["productId"] == product_id:
            state = state.without_document(AVAILABILITIES, key)
    for field, id_field in (("relatedItems", "refId"), ("bundledProducts", "productId")):
        state = _drop_relations(state, field, id_field, product_id)
    return state


def _drop_relations(state: State, field: str, id_field: str, product_id: str) -> State:
    for key, product in state.products.items():
        rest = [part for part in product.get(field, ()) if part[id_field] != product_id]
        if len(rest) < len(product.get(field, ())):
            state = state.with_document(PRODUCTS, key, {**product, field: rest})
    return state


def _without(product: Document, field: str) -> Document:
    return {name: value for name, value in product.items() if name != field}
