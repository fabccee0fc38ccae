"""Handlers of the Tax Service."""

from __future__ import annotations

from ...domain.money import to_decimal
from ...errors import INVALID_PARAMETERS, BadRequest
from ...messages import Call, Handler, Reply
from ...practices import texts
from ...practices.document_handlers import (
    create_document,
    delete_document,
    list_documents,
    read_document,
    replace_document,
)
from ...practices.documents import Body
from ...store.state import Document
from .calculation import calculate_taxes
from .collections import TAXES_OF_COUNTRIES, order_classes


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


def prepare_taxes(call: Call, body: Body) -> Body:
    """Return tax classes with order, default and texts by language; BadRequest for two defaults or codes (P9)."""
    state, header, classes = call.tenant.state, call.header.get("Content-Language"), body["taxClasses"]
    country = call.path.get("locationCode", body["location"]["countryCode"])
    if body["location"]["countryCode"] != country:
        raise _class_error("/location/countryCode", "The country cannot be changed.")
    codes = [tax_class["code"] for tax_class in classes]
    if len(set(codes)) < len(codes):
        raise _class_error("/taxClasses", "Each class has a code of its own.")
    if sum(tax_class.get("isDefault", False) for tax_class in classes) > 1:
        raise _class_error("/taxClasses", "Only one class is the default.")
    named = [texts.name_fields(state, ("name", "description"), tax_class, header) for tax_class in classes]
    return {**body, "locationCode": country, "taxClasses": order_classes(named)}


def put_calculation(call: Call) -> Reply:
    """Calculate the net and the gross value of a price."""
    return Reply(200, calculate_taxes(call.tenant.state, call.body))


def _class_error(field: str, detail: str) -> BadRequest:
    return BadRequest(field=field, error_type="taxClasses", detail=detail, rule="P9")


HANDLERS: dict[str, Handler] = {
    "GET-tax-list-configurations": list_documents(TAXES_OF_COUNTRIES, select=select_taxes),
    "POST-tax-create-configuration": create_document(TAXES_OF_COUNTRIES, prepare=prepare_taxes),
    "PUT-tax-update-configuration-by-location": replace_document(
        TAXES_OF_COUNTRIES, "locationCode", prepare=prepare_taxes, creates=False
    ),
    "DELETE-tax-remove-configuration-by-location": delete_document(TAXES_OF_COUNTRIES, "locationCode"),
    "GET-tax-retrieve-configuration-by-location": read_document(TAXES_OF_COUNTRIES, "locationCode"),
    "PUT-tax-calculate-commands": put_calculation,
}
