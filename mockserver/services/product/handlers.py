"""Handlers of the Product Service."""

from __future__ import annotations

from ...errors import NotFound
from ...messages import Call, Handler, Listing, Reply
from ...practices import documents
from ...practices.rows import LazyRows
from . import products
from .collections import PRODUCTS


def get_products(call: Call) -> Listing:
    """List the visible products in the order of their ids; a search has its `q` in the body instead (C16)."""
    state = call.tenant.state
    visible = [product for product in state.products.values() if products.is_visible_product(product, call.principal)]
    return Listing(LazyRows(visible, products.present_many(state, call.tenant.name)))


def get_product(call: Call) -> Reply:
    """Return one product; a hidden one does not exist for the caller (L2)."""
    state, product_id = call.tenant.state, call.path["productId"]
    product = documents.find_document(state, PRODUCTS, product_id)
    if not products.is_visible_product(product, call.principal):
        raise NotFound(product_id, rule="L2")
    return Reply(200, products.present_one(state, call.tenant.name)(product))


HANDLERS: dict[str, Handler] = {
    "GET-product-list-products": get_products,
    "POST-product-search-products": get_products,
    "GET-product-retrieve-product": get_product,
}
