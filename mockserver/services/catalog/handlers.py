"""Handlers of the Catalog Service."""

from __future__ import annotations

from typing import Any

from ...messages import Call, Handler, Listing, Reply
from ...practices import documents
from ...practices.document_handlers import change_document, create_document, delete_document, replace_document
from ...practices.documents import Body
from ...practices.rows import LazyRows
from . import catalogs
from .collections import CATALOGS


def get_catalogs(call: Call) -> Listing:
    """List the catalogs, or only those with the category in the path."""
    now, category_id = call.tenant.clock.now(), call.path.get("categoryId")
    stored = call.tenant.state.collection(CATALOGS.name).values()
    rows = [row for row in stored if category_id is None or category_id in row.get("categoryIds", ())]
    return Listing(LazyRows(rows, lambda catalog: catalogs.catalog_row(catalog, now)))


def get_catalog(call: Call) -> Reply:
    """Return one catalog."""
    catalog = documents.find_document(call.tenant.state, CATALOGS, call.path["catalogId"])
    return Reply(200, catalogs.catalog_row(catalog, call.tenant.clock.now()))


def select_content(call: Call, body: Body) -> dict[str, Any]:
    """Return what is stored of a body; BadRequest (T8)."""
    return catalogs.build_catalog(call.tenant.state, body, call.header.get("Content-Language"))


HANDLERS: dict[str, Handler] = {
    "GET-catalog-list-catalogs": get_catalogs,
    "GET-catalog-list-catalogs-for-category": get_catalogs,
    "POST-catalog-create-catalog": create_document(CATALOGS, prepare=select_content),
    "GET-catalog-retrieve-catalog": get_catalog,
    "PUT-catalog-update-catalog": replace_document(CATALOGS, "catalogId", prepare=select_content),
    "PATCH-catalog-update-catalog-properties": change_document(CATALOGS, "catalogId", prepare=select_content),
    "DELETE-catalog-remove-catalog": delete_document(CATALOGS, "catalogId", needs_document=True),
}
