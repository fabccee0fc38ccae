"""Contact assignments: the customers of each legal entity (M4, M10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...domain.carts import CARTS
from ...domain.customer_profile import find_contact, legal_entities_of
from ...errors import BadRequest, Conflict, NotFound
from ...practices import documents, writes
from ...practices.documents import Body
from ...practices.rows import LazyRows
from ...store.state import IMPORTED_REVISION, Document, State
from ...store.tenant import Tenant
from . import legal_entities
from .collections import CONTACTS

ENTITIES = "legalEntities"  # the field of a customer


class ContactAssignment(NamedTuple):
    """A customer of a legal entity, and what is stored of that; the first customer is the primary contact."""

    legal_entity: Document
    customer: Document
    stored: Document
    is_first: bool

    @property
    def id(self) -> str:
        """The id of the assignment, the same in every run."""
        id_: str = self.stored["id"]
        return id_

    @property
    def type(self) -> str:
        """What kind of contact it is."""
        kind: str = self.stored.get("type") or ("PRIMARY" if self.is_first else "CONTACT")
        return kind

    @property
    def is_primary(self) -> bool:
        """Whether the legal entity has the customer as its primary contact."""
        primary: bool = self.stored.get("primary", self.type == "PRIMARY")
        return primary


def list_contact_assignments(state: State) -> Sequence[Mapping[str, Any]]:
    """Return all contact assignments, in the order of the customers' numbers."""
    return LazyRows(list(_contact_assignments(state)), lambda contact: _contact_assignment_row(state, contact))


def read_contact_assignment(state: State, id_: str) -> dict[str, Any]:
    """Return one contact assignment; NotFound if the id is unknown."""
    contact = _find(state, id_)
    if contact is None:
        raise NotFound(id_)
    return _contact_assignment_row(state, contact)


def create_contact(tenant: Tenant, body: Body) -> str:
    """Assign a customer to a legal entity and return the id; Conflict if there is an assignment, BadRequest (M10)."""

    def rule(state: State) -> tuple[State, str]:
        ids = {contact.id for contact in _contact_assignments(state)}
        id_ = body.get("id") or tenant.ids.next_document_id(ids)
        if id_ in ids:
            raise Conflict(remedy=writes.GENERATED_ID)
        return _store(tenant, state, id_, None, body), id_

    return tenant.change(rule)


def upsert_contact(tenant: Tenant, id_: str, body: Body) -> bool:
    """Create or replace a contact assignment; return whether it is new. BadRequest, Conflict or StaleVersion (M10)."""

    def rule(state: State) -> tuple[State, bool]:
        old = _find(state, id_)
        return _store(tenant, state, id_, old, body), old is None

    return tenant.change(rule)


def remove_contact(tenant: Tenant, id_: str) -> None:
    """Delete a contact assignment, after which the customer does not belong to the legal entity; NotFound (D9b)."""

    def rule(state: State) -> tuple[State, None]:
        contact = _find(state, id_)
        if contact is None:
            raise NotFound(id_, rule="D9b")
        return _end_membership(tenant, _without(tenant, state, contact), contact), None

    tenant.change(rule)


def show_member(state: State, id_: str) -> dict[str, Any]:
    """Return a contact assignment as legal entities show those who approve: with no more than the entity's id."""
    contact = _find(state, id_)
    if contact is None:
        return {"id": id_}
    return {**_contact_assignment_row(state, contact), "legalEntity": {"id": contact.legal_entity["id"]}}


def _store(tenant: Tenant, state: State, id_: str, old: ContactAssignment | None, body: Body) -> State:
    entity_id, customer_id = body["legalEntity"]["id"], body["customer"]["id"]
    for collection, key, field in ((ENTITIES, entity_id, "legalEntity"), ("customers", customer_id, "customer")):
        if not state.has_document(collection, key):  # whatever `references` says: there is nothing to change
            detail = f"No row of {collection} has this id."
            raise BadRequest(field=f"/{field}/id", error_type="reference", detail=detail, rule="M10")
    before = state if old is None else _without(tenant, state, old)
    if entity_id in before.customers[customer_id].get(ENTITIES, ()):
        raise Conflict("The customer is assigned to this legal entity already.", rule="M10")
    stored = None if old is None else {"metadata": IMPORTED_REVISION.to_metadata(None), **old.stored}
    metadata = documents.next_metadata(tenant, state, stored, body)
    kept = {name: body[name] for name in ("type", "primary", "mixins") if name in body}
    row = {"id": id_, "legalEntityId": entity_id, "customerId": customer_id, "type": "CONTACT", **kept}
    customer = before.customers[customer_id]
    changed = {**customer, ENTITIES: [*customer.get(ENTITIES, ()), entity_id]}
    after = before.with_document("customers", customer_id, changed)
    after = after.with_document(CONTACTS.name, id_, {**row, "metadata": metadata})
    has_moved = old is not None and (old.legal_entity["id"], old.customer["id"]) != (entity_id, customer_id)
    return _end_membership(tenant, after, old) if old is not None and has_moved else after


def _without(tenant: Tenant, state: State, contact: ContactAssignment) -> State:
    entity_id, customer = contact.legal_entity["id"], contact.customer
    others = [other for other in customer[ENTITIES] if other != entity_id]
    state = state.with_document("customers", customer["id"], {**customer, ENTITIES: others})
    return documents.drop_documents(tenant, state, CONTACTS.name, contact.id)


def _end_membership(tenant: Tenant, state: State, contact: ContactAssignment) -> State:
    """Return a state in which a customer has no cart and is in no segment for the legal entity (M10)."""
    entity_id, customer_id = contact.legal_entity["id"], contact.customer["id"]
    carts = [
        key
        for key, cart in state.collection(CARTS).items()
        if (cart.get("customerId"), cart.get("legalEntityId")) == (customer_id, entity_id)
    ]
    state = documents.drop_documents(tenant, state, CARTS, *carts)
    for assignment in state.members.of_assignee(customer_id):
        if assignment.legal_entity_id == entity_id:
            state = state.without_member(assignment.segment_id, assignment.key)
    return state


def _find(state: State, id_: str) -> ContactAssignment | None:
    return next((contact for contact in _contact_assignments(state) if contact.id == id_), None)


def _contact_assignments(state: State) -> Iterator[ContactAssignment]:
    seen_entity_ids: set[str] = set()
    for customer in state.customers.values():
        for entity in legal_entities_of(state, customer):
            stored = find_contact(state, entity["id"], customer["id"])
            yield ContactAssignment(entity, customer, stored, entity["id"] not in seen_entity_ids)
            seen_entity_ids.add(entity["id"])


def _contact_assignment_row(state: State, contact: ContactAssignment) -> dict[str, Any]:
    customer = contact.customer
    mixins = {"mixins": contact.stored["mixins"]} if "mixins" in contact.stored else {}
    return {
        "id": contact.id,
        "legalEntity": legal_entities.legal_entity_row(state, contact.legal_entity),
        "customer": {
            "id": customer["id"],
            "name": customer["firstName"],
            "surname": customer["lastName"],
            "email": customer["email"],
        },
        "type": contact.type,
        "primary": contact.is_primary,
        **mixins,
        "metadata": {"metadata": IMPORTED_REVISION.to_metadata(None), **contact.stored}["metadata"],
    }
