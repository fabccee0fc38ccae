"""Calls of products: from call to rule and back."""

from __future__ import annotations

from ...messages import Call, Handler
from ...practices.document_handlers import list_documents, read_document
from ...store.state import Document
from . import products
from .collections import PRODUCTS


def _visible(call: Call) -> list[Document]:
    every = call.tenant.state.products.values()
    return [product for product in every if products.is_visible_product(product, call.principal)]


def _is_visible(call: Call, product: Document) -> bool:
    return products.is_visible_product(product, call.principal)


LIST = list_documents(PRODUCTS, present=products.present_many, select=_visible)

HANDLERS: dict[str, Handler] = {
    "GET-product-list-products": LIST,
    "POST-product-search-products": LIST,
    "GET-product-retrieve-product": read_document(
        PRODUCTS, "productId", present=products.present_one, is_visible=_is_visible, hidden_rule="L2"
    ),
}
