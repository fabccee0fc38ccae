"""Handlers of the Tax Service."""

from __future__ import annotations

from ...domain.money import to_decimal
from ...errors import INVALID_PARAMETERS, BadRequest
from ...messages import Call, Handler
from ...practices.document_handlers import list_documents, read_document
from ...store.state import Document
from .collections import TAXES_OF_COUNTRIES


def select_taxes(call: Call) -> list[Document]:
    """Return the countries that have a tax class with the rate in the query, or all."""
    taxes = list(call.tenant.state.collection(TAXES_OF_COUNTRIES.name).values())
    if "rate" not in call.query:
        return taxes
    try:
        rate = float(call.query["rate"])
    except ValueError:
        detail = "must be a number such as 19"
        raise BadRequest(INVALID_PARAMETERS, field="rate", error_type="format", detail=detail) from None
    return [row for row in taxes if any(to_decimal(part["rate"]) == to_decimal(rate) for part in row["taxClasses"])]


HANDLERS: dict[str, Handler] = {
    "GET-tax-list-configurations": list_documents(TAXES_OF_COUNTRIES, select=select_taxes),
    "GET-tax-retrieve-configuration-by-location": read_document(TAXES_OF_COUNTRIES, "locationCode"),
}
