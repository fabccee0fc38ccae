"""Handlers of the Availability Service."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from ...practices.document_handlers import list_documents
from ...practices.rows import LazyRows
from . import availabilities
from .collections import AVAILABILITIES_OF_PRODUCTS


def get_availability(call: Call) -> Reply:
    """Return the availability of a product on a site."""
    row = availabilities.find_stock_row(call.tenant.state, call.path["productId"], call.path["site"])
    return Reply(200, availabilities.availability_row(row))


def search_availabilities(call: Call) -> Listing:
    """Return the availabilities of products, or those that a query selects."""
    found = availabilities.search(call.tenant.state, call.body, call.query.get("site"))
    return Listing(LazyRows(found, availabilities.availability_row))


def post_availability(call: Call) -> Reply:
    """Create the availability of a product on a site."""
    body = call.body or {}
    id_ = availabilities.create_availability(call.tenant, call.path["productId"], call.path["site"], body)
    return Reply(201, {"id": id_})


def put_availability(call: Call) -> Reply:
    """Create or replace the availability of a product on a site."""
    body = call.body or {}
    id_, created = availabilities.upsert_availability(call.tenant, call.path["productId"], call.path["site"], body)
    return Reply(201, {"id": id_}) if created else Reply(204)


def delete_availability(call: Call) -> Reply:
    """Delete the availability of a product on a site."""
    availabilities.remove_availability(call.tenant, call.path["productId"], call.path["site"])
    return Reply(204)


def post_availabilities(call: Call) -> Reply:
    """Create many availabilities."""
    return Reply(207, availabilities.create_many(call.tenant, call.body, call.element_errors))


def put_availabilities(call: Call) -> Reply:
    """Create or replace many availabilities."""
    return Reply(207, availabilities.upsert_many(call.tenant, call.body, call.element_errors))


def delete_availabilities(call: Call) -> Reply:
    """Delete many availabilities."""
    return Reply(207, availabilities.remove_many(call.tenant, call.body, call.element_errors))


HANDLERS: dict[str, Handler] = {
    "GET-availability-list-availabilities": list_documents(
        AVAILABILITIES_OF_PRODUCTS, present=lambda _: availabilities.availability_row
    ),
    "GET-availability-retrieve-availability-site": list_documents(
        AVAILABILITIES_OF_PRODUCTS,
        present=lambda _: availabilities.availability_row,
        select=lambda call: availabilities.select_by_site(call.tenant.state, call.path["site"]),
    ),
    "POST-availability-search-products-site": search_availabilities,
    "GET-availability-retrieve-product": get_availability,
    "POST-availability-add-product": post_availability,
    "PUT-availability-update-product": put_availability,
    "DELETE-availability-remove-product": delete_availability,
    "POST-availability-tenant-availability-bulk": post_availabilities,
    "PUT-availability-tenant-availability-bulk": put_availabilities,
    "DELETE-availability-tenant-availability-bulk": delete_availabilities,
}
