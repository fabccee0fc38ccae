"""Handlers of the Voucher Service."""

from __future__ import annotations

from mockserver.messages import Handler
from mockserver.practices import document_handlers

from .collections import VOUCHERS

LIST_VOUCHERS = document_handlers.list_documents(VOUCHERS)

HANDLERS: dict[str, Handler] = {
    "GET-vouchers-list": LIST_VOUCHERS,
    "POST-vouchers-search": LIST_VOUCHERS,
    "GET-vouchers-retrieve": document_handlers.read_document(VOUCHERS, "voucherId"),
    "POST-vouchers-create": document_handlers.create_document(VOUCHERS),
    "PUT-vouchers-replace": document_handlers.replace_document(VOUCHERS, "voucherId"),
    "PATCH-vouchers-update": document_handlers.patch_document(VOUCHERS, "voucherId"),
    "DELETE-vouchers-remove": document_handlers.delete_document(VOUCHERS, "voucherId"),
}
