"""Handlers of the Site Settings Service."""

from __future__ import annotations

from ...messages import Call, Handler
from ...practices.document_handlers import list_documents, read_document
from ...store.state import Document
from . import sites
from .collections import SITES


def _requested_sites(call: Call) -> list[Document]:
    return sites.select_sites(call.tenant.state, include_inactive=call.query.get("includeInactive", False))


HANDLERS: dict[str, Handler] = {
    "GET-site-settings-list-site-configurations": list_documents(
        SITES, present=lambda _: sites.site_row, select=_requested_sites
    ),
    "GET-site-settings-retrieve-site-config": read_document(
        SITES, "siteCode", present=lambda _: sites.site_row, missing_rule="N1"
    ),
}
