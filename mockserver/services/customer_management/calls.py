"""A handler for each operationId, from call to rule and back."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from . import contacts, legal_entities


def list_entities(call: Call) -> Listing:
    """List legal entities; the search differs only in where its `q` is (C16)."""
    return Listing(legal_entities.listed(call.tenant.state, call.principal))


def read_entity(call: Call) -> Reply:
    """Answer with one legal entity."""
    return Reply(200, legal_entities.read(call.tenant.state, call.path["legalEntityId"]))


def list_contacts(call: Call) -> Listing:
    """List contact assignments."""
    return Listing(contacts.listed(call.tenant.state))


def read_contact(call: Call) -> Reply:
    """Answer with one contact assignment."""
    return Reply(200, contacts.read(call.tenant.state, call.path["contactAssignmentId"]))


HANDLERS: dict[str, Handler] = {
    "GET-customer-mgmt-list-legal-entities": list_entities,
    "POST-customer-mgmt-search-legal-entities": list_entities,
    "GET-customer-mgmt-retrieve-legal-entity": read_entity,
    "GET-customer-mgmt-list-contact-assignments": list_contacts,
    "GET-customer-mgmt-retrieve-contact-assignment": read_contact,
}
