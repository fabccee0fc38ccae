"""Calls of products: from call to rule and back."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from . import products


def listed(call: Call) -> Listing:
    """List the products; the search differs only in where its `q` is (C16)."""
    return Listing(products.listed(call.tenant.state, call.principal))


def read(call: Call) -> Reply:
    """Answer with one product."""
    return Reply(200, products.read(call.tenant.state, call.principal, call.path["productId"]))


HANDLERS: dict[str, Handler] = {
    "GET-product-list-products": listed,
    "POST-product-search-products": listed,
    "GET-product-retrieve-product": read,
}
