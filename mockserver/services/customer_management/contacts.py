"""Contact assignments: the customers of each legal entity (M4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...domain import customer_profile
from ...errors import NotFound
from ...practices.rows import LazyRows
from ...store.state import IMPORTED_REVISION, Document, State
from . import legal_entities


class ContactAssignment(NamedTuple):
    """A customer of a legal entity; the first customer is the primary contact."""

    legal_entity: Document
    customer: Document
    is_primary: bool

    @property
    def id(self) -> str:
        """The id of the assignment, the same in every run."""
        return customer_profile.contact_assignment_id(self.legal_entity["id"], self.customer["id"])


def list_contact_assignments(state: State) -> Sequence[Mapping[str, Any]]:
    """Return all contact assignments, in the order of the customers' numbers."""
    return LazyRows(list(_contact_assignments(state)), _contact_assignment_row)


def read_contact_assignment(state: State, id_: str) -> dict[str, Any]:
    """Return one contact assignment; NotFound if the id is unknown."""
    contact = next((contact for contact in _contact_assignments(state) if contact.id == id_), None)
    if contact is None:
        raise NotFound(id_)
    return _contact_assignment_row(contact)


def _contact_assignments(state: State) -> Iterator[ContactAssignment]:
    seen_entity_ids: set[str] = set()
    for customer in state.customers.values():
        for entity in customer_profile.legal_entities_of(state, customer):
            yield ContactAssignment(entity, customer, entity["id"] not in seen_entity_ids)
            seen_entity_ids.add(entity["id"])


def _contact_assignment_row(contact: ContactAssignment) -> dict[str, Any]:
    customer = contact.customer
    return {
        "id": contact.id,
        "legalEntity": legal_entities.legal_entity_row(contact.legal_entity),
        "customer": {
            "id": customer["id"],
            "name": customer["firstName"],
            "surname": customer["lastName"],
            "email": customer["email"],
        },
        "type": "PRIMARY" if contact.is_primary else "CONTACT",
        "primary": contact.is_primary,
        "metadata": IMPORTED_REVISION.to_metadata(None),
    }
