"""The Site Settings Service, as far as sites are read from it."""

from __future__ import annotations

from ...messages import Call, Handler, Service
from ...practices.document_handlers import list_documents, read_document
from ...state import Document
from ...world import World
from . import refusals, sites
from .collections import SITES


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    handlers: dict[str, Handler] = {
        "GET-site-settings-list-site-configurations": list_documents(
            SITES, present=lambda _: sites.site_row, select=_requested_sites
        ),
        "GET-site-settings-retrieve-site-config": read_document(
            SITES, "siteCode", present=lambda _: sites.site_row, missing_rule="N1"
        ),
    }
    return Service("site.yaml", handlers, refusals.write_site_error)


def _requested_sites(call: Call) -> list[Document]:
    return sites.select_sites(call.tenant.state, include_inactive=call.query.get("includeInactive", False))
