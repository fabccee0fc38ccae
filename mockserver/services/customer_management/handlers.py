"""Handlers of the Customer Management Service."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from ...practices.document_handlers import list_documents, read_document
from ...store.state import Document
from . import contacts, legal_entities
from .collections import LEGAL_ENTITIES


def _visible_entities(call: Call) -> list[Document]:
    return legal_entities.visible_entities(call.tenant.state, call.principal)


def get_contact_assignments(call: Call) -> Listing:
    """List contact assignments."""
    return Listing(contacts.list_contact_assignments(call.tenant.state))


def get_contact_assignment(call: Call) -> Reply:
    """Return one contact assignment."""
    return Reply(200, contacts.read_contact_assignment(call.tenant.state, call.path["contactAssignmentId"]))


LIST_ENTITIES = list_documents(
    LEGAL_ENTITIES, present=lambda _: legal_entities.legal_entity_row, select=_visible_entities
)

HANDLERS: dict[str, Handler] = {
    "GET-customer-mgmt-list-legal-entities": LIST_ENTITIES,
    "POST-customer-mgmt-search-legal-entities": LIST_ENTITIES,
    "GET-customer-mgmt-retrieve-legal-entity": read_document(
        LEGAL_ENTITIES, "legalEntityId", present=lambda _: legal_entities.legal_entity_row
    ),
    "GET-customer-mgmt-list-contact-assignments": get_contact_assignments,
    "GET-customer-mgmt-retrieve-contact-assignment": get_contact_assignment,
}
