"""A service that stores vouchers."""

from __future__ import annotations

from mockserver.messages import Service
from mockserver.practices import document_handlers as handlers
from mockserver.store.world import World

from .collections import VOUCHERS

LIST = handlers.list_documents(VOUCHERS)

HANDLERS = {
    "GET-vouchers-list": LIST,
    "POST-vouchers-search": LIST,
    "GET-vouchers-retrieve": handlers.read_document(VOUCHERS, "voucherId"),
    "POST-vouchers-create": handlers.create_document(VOUCHERS),
    "PUT-vouchers-replace": handlers.replace_document(VOUCHERS, "voucherId"),
    "PATCH-vouchers-update": handlers.patch_document(VOUCHERS, "voucherId"),
    "DELETE-vouchers-remove": handlers.delete_document(VOUCHERS, "voucherId"),
}


def service(_world: World) -> Service:
    """Return the service with its handlers."""
    return Service("vouchers.yaml", HANDLERS)
