"""Handlers of the Customer Service for employees."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Handler
from ...practices.document_handlers import list_documents, read_document
from ...store.state import Document
from . import customers
from .collections import CUSTOMERS


def _visible_customers(call: Call) -> list[Document]:
    return customers.visible_customers(call.tenant.state, call.principal)


def _is_visible_customer(call: Call, customer: Document) -> bool:
    return customers.is_visible_customer(call.principal, customer)


LIST_CUSTOMERS = list_documents(
    CUSTOMERS, present=lambda state: partial(customers.customer_row, state), select=_visible_customers
)

HANDLERS: dict[str, Handler] = {
    "GET-customer-tenant-list-customers": LIST_CUSTOMERS,
    "POST-customer-tenant-search": LIST_CUSTOMERS,
    "GET-customer-tenant-retrieve-customer": read_document(
        CUSTOMERS,
        "customerNumber",
        present=lambda state: partial(customers.customer_row, state),
        is_visible=_is_visible_customer,
        hidden_rule="M1",
    ),
}
