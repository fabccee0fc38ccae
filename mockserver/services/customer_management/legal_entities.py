"""Legal entities: which of them a caller sees, and what depends on them (M3, M9)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain import customer_profile, group_membership
from ...domain.carts import CARTS
from ...domain.lost_references import without_rows
from ...domain.price_lists import PRICE_LISTS, without_price_list
from ...messages import Call
from ...practices import documents
from ...practices.declared_content import keep_declared
from ...practices.documents import Body
from ...store.state import IMPORTED_REVISION, Document, State
from .collections import LEGAL_ENTITIES, LOCATIONS

READ_LEGAL_ENTITIES = "customermanagement.legalentity_read"
REFERENCES = ("customerGroups", "entitiesAddresses", "approvalGroup")


def legal_entity_row(state: State, entity: Document) -> dict[str, Any]:
    """Return the row of a legal entity, with its groups and locations; a COMPANY unless the world gives a type."""
    row = {"type": "COMPANY", "metadata": IMPORTED_REVISION.to_metadata(None), **entity}
    if "customerGroups" in row:
        names = state.collection("groups")
        row["customerGroups"] = [
            {**group, **({"name": names[group["id"]]["name"]} if group["id"] in names else {})}
            for group in row["customerGroups"]
        ]
    if "entitiesAddresses" in row:
        known = state.collection(LOCATIONS.name)
        row["entitiesAddresses"] = [known.get(place["id"], place) for place in row["entitiesAddresses"]]
    return row


def prepare_entity(_: Call, body: Body) -> Body:
    """Return what is stored of a legal entity; one without a type is a COMPANY (M9)."""
    content = {"type": "COMPANY", **keep_declared(LEGAL_ENTITIES.schema, body)}
    for name in REFERENCES:
        if name in content:
            content[name] = [reference for reference in content[name] if "id" in reference]
    return {name: value for name, value in content.items() if value is not None}


def list_hierarchy(state: State, id_: str) -> list[Document]:
    """Return a legal entity and those above it, the topmost one last; NotFound (C10)."""
    entity: Document | None = documents.find_document(state, LEGAL_ENTITIES, id_)
    hierarchy: list[Document] = []
    while entity is not None:
        hierarchy.append(entity)
        entity = state.legal_entities.get(entity.get("parentId", ""))
    return hierarchy


def drop_dependants(state: State, id_: str) -> State:
    """Return a state without what depends on a deleted legal entity (M9).

    The entities below it go with it, and so do its groups, price lists, carts and assignments to segments.
    """
    for child in [row["id"] for row in state.legal_entities.values() if row.get("parentId") == id_]:
        state = drop_dependants(state.without_document(LEGAL_ENTITIES.name, child), child)
    for customer in list(state.customers.values()):
        if id_ in customer.get("legalEntities", ()):
            others = [other for other in customer["legalEntities"] if other != id_]
            state = state.with_document("customers", customer["id"], {**customer, "legalEntities": others})
        state = _without_memberships(state, id_, customer["id"])
    for group in list(state.collection(group_membership.GROUPS).values()):
        if group_membership.legal_entity_id_of(group) == id_:
            state = group_membership.without_users_of_group(state, group["id"])
            state = state.without_document(group_membership.GROUPS, group["id"])
    for row in list(state.collection(PRICE_LISTS).values()):
        if row.get("legalEntityId") == id_:
            state = without_price_list(state, row["id"])
    for collection in (customer_profile.CONTACT_ASSIGNMENTS, CARTS):
        state = without_rows(state, collection, "legalEntityId", id_)
    return state


def drop_acting_customer(state: State, id_: str, customer_id: str) -> State:
    """Return a state in which a customer has no cart and is in no segment for a legal entity (M10)."""
    for key, cart in state.collection(CARTS).items():
        if (cart.get("customerId"), cart.get("legalEntityId")) == (customer_id, id_):
            state = state.without_document(CARTS, key)
    return _without_memberships(state, id_, customer_id)


def _without_memberships(state: State, id_: str, customer_id: str) -> State:
    for assignment in state.members.of_assignee(customer_id):
        if assignment.legal_entity_id == id_:
            members = state.members.without_assignment(assignment.segment_id, assignment.key)
            state = state._replace(members=members)
    return state


def drop_location(state: State, id_: str) -> State:
    """Return a state in which no legal entity has a deleted location."""
    for entity in list(state.legal_entities.values()):
        places = entity.get("entitiesAddresses", ())
        if any(place["id"] == id_ for place in places):
            others = [place for place in places if place["id"] != id_]
            state = state.with_document(LEGAL_ENTITIES.name, entity["id"], {**entity, "entitiesAddresses": others})
    return state


def visible_entities(state: State, principal: Principal) -> list[Document]:
    """Return the legal entities that the caller may see."""
    if READ_LEGAL_ENTITIES in principal.scopes:
        return list(state.legal_entities.values())
    return customer_profile.legal_entities_of(state, state.customers.get(principal.customer_id or "", {}))
