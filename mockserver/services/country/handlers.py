"""Handlers of the Country Service."""

from __future__ import annotations

from ...messages import Handler
from ...practices.document_handlers import list_documents, merge_document, read_document
from .collections import COUNTRIES, REGIONS

HANDLERS: dict[str, Handler] = {
    "GET-country-list-all-countries": list_documents(COUNTRIES),
    "GET-country-retrieve-country": read_document(COUNTRIES, "countryCode"),
    "PATCH-country-update-country": merge_document(COUNTRIES, "countryCode", fields=("active",)),
    "GET-country-list-all-regions": list_documents(REGIONS),
    "GET-country-retrieve-region": read_document(REGIONS, "regionCode"),
}
