"""Contact assignments: which customer belongs to which legal entity, as the world has it (M4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ... import people
from ...errors import NotFound
from ...practices.lazy import LazyRows
from ...state import IMPORTED, Document, State
from . import legal_entities


class Contact(NamedTuple):
    """A customer of a legal entity; the first customer of each is its primary contact."""

    entity: Document
    customer: Document
    is_primary: bool

    @property
    def id(self) -> str:
        """The id of the assignment, the same in every run."""
        return people.contact_assignment_id(self.entity["id"], self.customer["id"])


def listed(state: State) -> Sequence[Mapping[str, Any]]:
    """Return all contact assignments, in the order of the customers' numbers."""
    return LazyRows(list(_contacts(state)), _row)


def read(state: State, id_: str) -> dict[str, Any]:
    """Return one contact assignment; NotFound if there is none with this id."""
    contact = next((each for each in _contacts(state) if each.id == id_), None)
    if contact is None:
        raise NotFound(id_)
    return _row(contact)


def _contacts(state: State) -> Iterator[Contact]:
    met: set[str] = set()
    for number in sorted(state.customers):
        customer = state.customers[number]
        for entity in people.legal_entities(state, customer):
            yield Contact(entity, customer, entity["id"] not in met)
            met.add(entity["id"])


def _row(contact: Contact) -> dict[str, Any]:
    customer = contact.customer
    return {
        "id": contact.id,
        "legalEntity": legal_entities.row(contact.entity),
        "customer": {
            "id": customer["id"],
            "name": customer["firstName"],
            "surname": customer["lastName"],
            "email": customer["email"],
        },
        "type": "PRIMARY" if contact.is_primary else "CONTACT",
        "primary": contact.is_primary,
        "metadata": IMPORTED.document(None),
    }
