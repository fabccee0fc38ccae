"""Legal entities: all of them for `legalentity_read`, a customer's own for `legalentity_read_own` (M3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from ... import people
from ...access import Principal
from ...errors import NotFound
from ...practices.lazy import LazyRows
from ...state import IMPORTED, Document, State

READ = "customermanagement.legalentity_read"


def listed(state: State, principal: Principal) -> Sequence[Mapping[str, Any]]:
    """Return the legal entities that the caller may see, in the order of their ids."""
    return LazyRows(sorted(_visible(state, principal), key=itemgetter("id")), row)


def read(state: State, id_: str) -> dict[str, Any]:
    """Return one legal entity; NotFound if there is none with this id."""
    entity = state.legal_entities.get(id_)
    if entity is None:
        raise NotFound(id_)
    return row(entity)


def row(entity: Document) -> dict[str, Any]:
    """Return a legal entity as replies have it; a COMPANY unless the world says otherwise."""
    return {"type": "COMPANY", **entity, "metadata": IMPORTED.document(None)}


def _visible(state: State, principal: Principal) -> Iterable[Document]:
    if READ in principal.scopes:
        return state.legal_entities.values()
    return people.legal_entities(state, state.customers.get(principal.customer_id or "", {}))
