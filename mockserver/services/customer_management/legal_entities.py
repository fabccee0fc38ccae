"""Legal entities: which of them a caller sees, and what is stored and shown of them (M3, M9)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain import customer_profile
from ...messages import Call
from ...practices import documents
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
    content = {"type": "COMPANY", **body}
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


def visible_entities(state: State, principal: Principal) -> list[Document]:
    """Return the legal entities that the caller may see."""
    if READ_LEGAL_ENTITIES in principal.scopes:
        return list(state.legal_entities.values())
    return customer_profile.legal_entities_of(state, state.customers.get(principal.customer_id or "", {}))
