"""Items as assignments show them: id, and code and name from the catalogue (C14, D7)."""

from __future__ import annotations

from typing import Any

from ...settings import Behaviour
from ...state import ItemAssignment, State


def knows(state: State, kind: str, item_id: str, behaviour: Behaviour) -> bool:
    """Whether an item may be assigned: it is in the catalogue, or any id will do (D7)."""
    return behaviour.references == "lenient" or item_id in state.catalogue(kind)


def row(state: State, assignment: ItemAssignment, behaviour: Behaviour) -> dict[str, Any]:
    """Return an assignment as replies have it; absent values are left out (C12)."""
    document: dict[str, Any] = {
        "segmentId": assignment.segment_id,
        "item": item(state, assignment.type, assignment.item_id, behaviour),
        "type": assignment.type,
        "metadata": assignment.revision.document(assignment.mixin_urls),
    }
    if assignment.mixins is not None:
        document["mixins"] = assignment.mixins
    return document


def item(state: State, kind: str, item_id: str, behaviour: Behaviour) -> dict[str, Any]:
    """Return id, code and name; the id alone for what has left the catalogue (C14)."""
    entry = state.catalogue(kind).get(item_id)
    if entry is not None:
        return {"id": item_id, "code": entry["code"], "name": entry["name"]}
    return made_up(kind, item_id) if behaviour.references == "lenient" else {"id": item_id}


def made_up(kind: str, item_id: str) -> dict[str, Any]:
    """Return an entry for an item that no catalogue has: the same for the same id, always (D7)."""
    return {"id": item_id, "code": f"{kind[0]}-{item_id}", "name": {"en": f"{kind.capitalize()} {item_id}"}}
