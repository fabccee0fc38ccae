"""Handlers of the Customer Management Service."""

from __future__ import annotations

from collections.abc import Callable

from ...messages import Call, Handler, Listing, Reply
from ...practices.document_handlers import (
    create_document,
    delete_document,
    list_documents,
    read_document,
    replace_document,
)
from ...practices.rows import LazyRows, Row
from ...store.state import Document, State
from . import contacts, legal_entities
from .collections import LEGAL_ENTITIES, LOCATIONS


def _visible_entities(call: Call) -> list[Document]:
    return legal_entities.visible_entities(call.tenant.state, call.principal)


def get_contact_assignments(call: Call) -> Listing:
    """List contact assignments."""
    return Listing(contacts.list_contact_assignments(call.tenant.state))


def get_contact_assignment(call: Call) -> Reply:
    """Return one contact assignment."""
    return Reply(200, contacts.read_contact_assignment(call.tenant.state, call.path["contactAssignmentId"]))


def present_entities(state: State) -> Callable[[Document], Row]:
    """Return what makes the row of a legal entity, with those who approve."""

    def present(entity: Document) -> Row:
        row = legal_entities.legal_entity_row(state, entity)
        if "approvalGroup" in row:
            row["approvalGroup"] = [contacts.show_member(state, member["id"]) for member in row["approvalGroup"]]
        return row

    return present


def get_hierarchy(call: Call) -> Listing:
    """Return a legal entity and those above it."""
    state = call.tenant.state
    hierarchy = legal_entities.list_hierarchy(state, call.path["legalEntityId"])
    return Listing(LazyRows(hierarchy, present_entities(state)))


def post_contact_assignment(call: Call) -> Reply:
    """Assign a customer to a legal entity."""
    return Reply(201, {"id": contacts.create_contact(call.tenant, call.body)})


def put_contact_assignment(call: Call) -> Reply:
    """Create or replace a contact assignment."""
    id_ = call.path["contactAssignmentId"]
    return Reply(201, {"id": id_}) if contacts.upsert_contact(call.tenant, id_, call.body) else Reply(204)


def delete_contact_assignment(call: Call) -> Reply:
    """Delete a contact assignment."""
    contacts.remove_contact(call.tenant, call.path["contactAssignmentId"])
    return Reply(204)


LIST_ENTITIES = list_documents(LEGAL_ENTITIES, present=present_entities, select=_visible_entities)

HANDLERS: dict[str, Handler] = {
    "GET-customer-mgmt-list-legal-entities": LIST_ENTITIES,
    "POST-customer-mgmt-search-legal-entities": LIST_ENTITIES,
    "GET-customer-mgmt-retrieve-legal-entity": read_document(LEGAL_ENTITIES, "legalEntityId", present=present_entities),
    "POST-customer-mgmt-create-legal-entity": create_document(LEGAL_ENTITIES, prepare=legal_entities.prepare_entity),
    "PUT-customer-mgmt-update-legal-entity": replace_document(
        LEGAL_ENTITIES, "legalEntityId", prepare=legal_entities.prepare_entity
    ),
    "DELETE-customer-mgmt-remove-legal-entity": delete_document(LEGAL_ENTITIES, "legalEntityId", needs_document=True),
    "GET-customer-mgmt-retrieve-legal-entity-parent-hierarchy": get_hierarchy,
    "POST-customer-mgmt-create-contact-assignment": post_contact_assignment,
    "PUT-customer-mgmt-update-contact-assignment": put_contact_assignment,
    "DELETE-customer-mgmt-remove-contact-assignment": delete_contact_assignment,
    "GET-customer-mgmt-list-all-locations": list_documents(LOCATIONS),
    "POST-customer-mgmt-create-location": create_document(LOCATIONS),
    "GET-customer-mgmt-retrieve-location": read_document(LOCATIONS, "locationId"),
    "PUT-customer-mgmt-update-location": replace_document(LOCATIONS, "locationId"),
    "DELETE-customer-mgmt-remove-location": delete_document(LOCATIONS, "locationId", needs_document=True),
    "GET-customer-mgmt-list-contact-assignments": get_contact_assignments,
    "GET-customer-mgmt-retrieve-contact-assignment": get_contact_assignment,
}
