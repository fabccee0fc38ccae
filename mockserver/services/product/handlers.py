"""Handlers of the Product Service."""

from __future__ import annotations

from ...messages import Call, Handler
from ...practices.document_handlers import list_documents, read_document
from ...store.state import Document
from . import products
from .collections import PRODUCTS


def _visible_products(call: Call) -> list[Document]:
    all_products = call.tenant.state.products.values()
    return [product for product in all_products if products.is_visible_product(product, call.principal)]


def _is_visible_product(call: Call, product: Document) -> bool:
    return products.is_visible_product(product, call.principal)


LIST_PRODUCTS = list_documents(PRODUCTS, present=products.present_many, select=_visible_products)

HANDLERS: dict[str, Handler] = {
    "GET-product-list-products": LIST_PRODUCTS,
    "POST-product-search-products": LIST_PRODUCTS,
    "GET-product-retrieve-product": read_document(
        PRODUCTS, "productId", present=products.present_one, is_visible=_is_visible_product, hidden_rule="L2"
    ),
}
