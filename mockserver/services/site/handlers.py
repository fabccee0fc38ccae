"""Handlers of the Site Settings Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from ...practices import documents
from ...practices.document_handlers import list_documents
from ...store.state import Document
from . import sites
from .collections import SITES


def get_site(call: Call) -> Reply:
    """Return one site."""
    site = documents.find_document(call.tenant.state, SITES, call.path["siteCode"], rule="N1")
    sites.check_visible(site, call.principal)
    return Reply(200, sites.site_row(site))


def _requested_sites(call: Call) -> list[Document]:
    include_inactive = call.query.get("includeInactive", False)
    return sites.select_sites(call.tenant.state, call.principal, include_inactive=include_inactive)


HANDLERS: dict[str, Handler] = {
    "GET-site-settings-list-site-configurations": list_documents(
        SITES, present=lambda _: sites.site_row, select=_requested_sites
    ),
    "GET-site-settings-retrieve-site-config": get_site,
}
