"""Handlers of the Product Service."""

from __future__ import annotations

from typing import Any

from ...domain.carts import product_id_of
from ...errors import NotFound
from ...messages import Call, Handler, Listing, Reply
from ...practices import documents
from ...practices.document_handlers import create_document, delete_document, list_documents
from ...practices.documents import Body
from ...practices.rows import LazyRows
from . import products, templates
from .collections import PRODUCTS, TEMPLATES
from .product_writes import ProductWriter


def get_products(call: Call) -> Listing:
    """List the visible products in the order of their ids; a search has its `q` in the body instead (C16)."""
    state = call.tenant.state
    visible = [product for product in state.products.values() if products.is_visible_product(product, call.principal)]
    return Listing(LazyRows(visible, products.present_many(state, call.tenant.name, call.query.get("expand", ""))))


def post_yrns(call: Call) -> Listing:
    """List the visible products that YRNs name, in their order; one that names no product is left out (W2)."""
    state = call.tenant.state
    ids = dict.fromkeys(product_id_of(yrn) for yrn in call.body["yrns"])
    named = [state.products[id_] for id_ in ids if id_ in state.products]
    visible = [product for product in named if products.is_visible_product(product, call.principal)]
    return Listing(LazyRows(visible, products.present_many(state, call.tenant.name, "")))


def get_product(call: Call) -> Reply:
    """Return one product; a hidden one does not exist for the caller (L2)."""
    state, product_id = call.tenant.state, call.path["productId"]
    product = documents.find_document(state, PRODUCTS, product_id)
    if not products.is_visible_product(product, call.principal):
        raise NotFound(product_id, rule="L2")
    return Reply(200, products.present_one(state, call.tenant.name, call.query.get("expand", ""))(product))


def post_product(call: Call) -> Reply:
    """Create a product (L6)."""
    return _show_location(call, _writer(call).create(call.body))


def put_product(call: Call) -> Reply:
    """Create or replace a product, or with `partial` change its fields (L6)."""
    writer, product_id = _writer(call), call.path["productId"]
    if call.query.get("partial", False) and product_id in call.tenant.state.products:
        writer.merge(product_id, call.body, call.validate_patched)
        return Reply(204)
    return _show_location(call, product_id) if writer.upsert(product_id, call.body) else Reply(204)


def patch_product(call: Call) -> Reply:
    """Change fields of a product (L6)."""
    _writer(call).merge(call.path["productId"], call.body, call.validate_patched)
    return Reply(204)


def delete_product(call: Call) -> Reply:
    """Delete a product and what belongs to it (L8)."""
    _writer(call).remove(call.path["productId"])
    return Reply(204)


def post_products(call: Call) -> Reply:
    """Create many products."""
    return Reply(207, _writer(call).create_many(call.body, call.element_errors))


def put_products(call: Call) -> Reply:
    """Create or replace many products."""
    return Reply(207, _writer(call).upsert_many(call.body, call.element_errors))


def get_template(call: Call) -> Reply:
    """Return a product template, or an earlier version of it (L11)."""
    id_, version = call.path["product-template-id"], call.query.get("version")
    return Reply(200, templates.find_version(call.tenant.state, id_, version))


def put_template(call: Call) -> Reply:
    """Replace a product template (L11)."""
    language = call.header.get("Content-Language")
    templates.update_template(call.tenant, call.path["product-template-id"], call.body, language)
    return Reply(204)


def _writer(call: Call) -> ProductWriter:
    skips_related_items = call.query.get("skipRelatedItemsValidation", False)
    return ProductWriter(call.tenant, call.principal, call.header.get("Content-Language"), skips_related_items)


def _show_location(call: Call, product_id: str) -> Reply:
    return Reply(201, {"id": product_id, "yrn": products.product_yrn(call.tenant.name, product_id)})


def _read_template(call: Call, body: Body) -> dict[str, Any]:
    return templates.build_template(call.tenant.state, body, call.header.get("Content-Language"))


HANDLERS: dict[str, Handler] = {
    "GET-product-list-products": get_products,
    "POST-product-search-products": get_products,
    "POST-product-list-products-by-yrn": post_yrns,
    "GET-product-retrieve-product": get_product,
    "POST-product-create-product": post_product,
    "PUT-product-update-product": put_product,
    "PATCH-product-update-product": patch_product,
    "DELETE-product-remove-product": delete_product,
    "POST-product-create-bulk-products": post_products,
    "PUT-product-update-bulk-products": put_products,
    "GET-product-list-templates": list_documents(TEMPLATES, present=templates.present_template),
    "POST-product-create-template": create_document(TEMPLATES, prepare=_read_template),
    "GET-product-retrieve-template": get_template,
    "PUT-product-update-template": put_template,
    "DELETE-product-remove-template": delete_document(TEMPLATES, "product-template-id"),
}
