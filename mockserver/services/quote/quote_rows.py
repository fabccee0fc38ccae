"""Which quotes a caller sees, and how they look (I1, I2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ...access import Principal
from ...domain.money import HUNDRED, round_money, to_decimal, to_number
from ...domain.quote_items import sum_items
from ...domain.quote_validity import current_status
from ...domain.shopping_context import country_of_site
from ...domain.tax_rates import TAXES
from ...errors import NotFound
from ...practices import documents
from ...store.state import Document, State
from .collections import QUOTES, REASONS

READ_QUOTES, MANAGE_QUOTES = "quote.quote_read", "quote.quote_manage"
LOCATIONS = "locations"  # those of legal entities, if the tenant has any
SHOWN_AS_STORED = ("id", "cartId", "siteCode", "orderId", "currency", "customerReference", "customerComment")
MORE_AS_STORED = ("validTo", "items", "restriction", "mixins")


class QuoteCaller(NamedTuple):
    """Who calls: an employee, who may see the quotes of all, or a customer; `customer_id` is None for nobody."""

    is_employee: bool
    customer_id: str | None


def identify_quote_caller(principal: Principal, employee_scope: str) -> QuoteCaller:
    """Return who calls; the scope makes an employee."""
    return QuoteCaller(employee_scope in principal.scopes, principal.customer_id)


def list_quotes(state: State, caller: QuoteCaller) -> list[Document]:
    """Return the quotes that the caller may see, in the order of their ids (I1)."""
    return documents.list_visible_documents(state, QUOTES, lambda row: _may_see(row, caller))


def find_quote(state: State, caller: QuoteCaller, quote_id: str) -> Document:
    """Return one quote; NotFound for a missing one, or one of another customer (I1)."""
    row = documents.find_visible_document(state, QUOTES, quote_id, lambda row: _may_see(row, caller))
    if row is None:
        raise NotFound(quote_id, rule="I1")
    return row


def show_quote(state: State, quote: Document, now: datetime) -> dict[str, Any]:
    """Return a quote as clients see it: with names, addresses and sums (I2)."""
    shown = {name: quote[name] for name in (*SHOWN_AS_STORED, *MORE_AS_STORED) if name in quote}
    shown["businessModel"] = "B2B" if "legalEntityId" in quote else "B2C"
    shown["customer"] = _show_customer(state, quote["customerId"])
    shown["status"] = _show_status(state, quote, now)
    if "employeeId" in quote:
        shown["employee"] = {"employeeId": quote["employeeId"]}
    if "companyName" in quote:
        shown["company"] = {"name": quote["companyName"]}
    if "comment" in quote:
        shown["comment"] = {"employeeComment": quote["comment"]}
    for name in ("billingAddress", "shippingAddress"):
        address = find_address(state, quote["customerId"], quote.get(f"{name}Id"))
        shown |= {name: address} if address else {}
    sums = {
        name: {"currency": quote["currency"], **value} if name.endswith("Price") else value
        for name, value in sum_items(quote["items"]).items()
    }
    shipping = {"shipping": _show_shipping(state, quote)} if "shipping" in quote else {}
    metadata = documents.revision_of(quote).to_metadata(quote.get("metadata", {}).get("mixins"))
    return {**shown, **sums, **shipping, "metadata": metadata}


def find_address(state: State, customer_id: str, address_id: str | None) -> dict[str, Any] | None:
    """Return an address of a customer or a location of a company by its id, as quotes show it; None without one."""
    location = state.collection(LOCATIONS).get(address_id or "")
    if location is not None:
        names = ("addressLine1", "addressLine2", "city", "postcode", "state", "countryCode")
        details = location.get("contactDetails", {})
        return {"id": location["id"], "name": location.get("name", "")} | {
            name: str(details.get(name, "")) for name in names
        }
    addresses = state.customers.get(customer_id, {}).get("addresses", ())
    found = next((each for each in addresses if each["id"] == address_id), None)
    if found is None:
        return None
    fields = {
        "name": "contactName",
        "addressLine1": "street",
        "addressLine2": "streetNumber",
        "city": "city",
        "postcode": "zipCode",
        "state": "state",
        "countryCode": "country",
    }
    return {"id": found["id"]} | {name: str(found.get(source, "")) for name, source in fields.items()}


def _may_see(row: Document, caller: QuoteCaller) -> bool:
    return caller.is_employee or (caller.customer_id is not None and row["customerId"] == caller.customer_id)


def _show_customer(state: State, customer_id: str) -> dict[str, Any]:
    customer = state.customers.get(customer_id, {})
    names = {name: customer[name] for name in ("firstName", "lastName") if name in customer}
    email = customer.get("contactEmail", customer.get("email"))
    return {"customerId": customer_id, **names} | ({"contactEmail": email} if email else {})


def _show_status(state: State, quote: Document, now: datetime) -> dict[str, Any]:
    status: Mapping[str, Any] = quote["status"]
    reason = state.collection(REASONS).get(status.get("quoteReasonId", ""))
    comment = {"comment": status["comment"]} if "comment" in status else {}
    shown_reason = {name: value for name, value in (reason or {}).items() if name != "metadata"}
    return {"value": current_status(quote, now), **comment} | ({"quoteReason": shown_reason} if reason else {})


def _show_shipping(state: State, quote: Document) -> dict[str, Any]:
    """Return the shipping with its gross value: the tax is that of its tax code in the country of the site."""
    shipping = quote["shipping"]
    country = country_of_site(state.sites.get(quote["siteCode"], {}))
    classes = state.collection(TAXES).get(country, {}).get("taxClasses", ())
    rates = [to_decimal(each["rate"]) for each in classes if each["code"] == shipping.get("shippingTaxCode")]
    rate = rates[0] if rates else Decimal(0)
    value = to_decimal(shipping.get("value", 0))
    return {**shipping, "grossValue": to_number(round_money(value * (1 + rate / HUNDRED), quote["currency"]))}
