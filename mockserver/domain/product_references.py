"""References between products and other rows: what goes when one of them is deleted (T4, L8)."""

from __future__ import annotations

from ..store.state import Document, State
from .price_matching import PRICES
from .stock import AVAILABILITIES

PRODUCTS = "products"
PRICE_LIST_PRICES = "priceListPrices"
PARTS_WITH_PRODUCTS = (  # collection, field with a list, and field of its parts with the id of a product
    (PRODUCTS, "relatedItems", "refId"),
    (PRODUCTS, "bundledProducts", "productId"),
    ("carts", "items", "productId"),
    ("shoppingLists", "items", "productId"),
)
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
    """Return a state without prices, stock and assignments of a product, in which no list has it (L8)."""
    for segment_id in list(state.items):
        state = state.without_item(segment_id, (PRODUCT, product_id))
    for prices in (PRICES, PRICE_LIST_PRICES):
        for key, row in state.collection(prices).items():
            if row["itemId"].get("itemType", PRODUCT) == PRODUCT and row["itemId"]["id"] == product_id:
                state = state.without_document(prices, key)
    for key, row in state.collection(AVAILABILITIES).items():
        if row["productId"] == product_id:
            state = state.without_document(AVAILABILITIES, key)
    for collection, field, id_field in PARTS_WITH_PRODUCTS:
        state = _drop_parts(state, collection, field, id_field, product_id)
    return state


def _drop_parts(state: State, collection: str, field: str, id_field: str, product_id: str) -> State:
    """Return a state in which no list in this field of a collection has a part with this product."""
    for key, row in state.collection(collection).items():
        rest = [part for part in row.get(field, ()) if part.get(id_field) != product_id]
        if len(rest) < len(row.get(field, ())):
            state = state.with_document(collection, key, {**row, field: rest})
    return state


def _without(product: Document, field: str) -> Document:
    return {name: value for name, value in product.items() if name != field}
