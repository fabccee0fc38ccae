"""Legal entities: all of them for `legalentity_read`, a customer's own for `legalentity_read_own` (M3)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain import customer_profile
from ...store.state import IMPORTED_REVISION, Document, State

READ_LEGAL_ENTITIES = "customermanagement.legalentity_read"


def legal_entity_row(entity: Document) -> dict[str, Any]:
    """Return the row of a legal entity; a COMPANY unless the world gives a type."""
    return {"type": "COMPANY", **entity, "metadata": IMPORTED_REVISION.to_metadata(None)}


def visible_entities(state: State, principal: Principal) -> list[Document]:
    """Return the legal entities that the caller may see."""
    if READ_LEGAL_ENTITIES in principal.scopes:
        return list(state.legal_entities.values())
    return customer_profile.legal_entities_of(state, state.customers.get(principal.customer_id or "", {}))
