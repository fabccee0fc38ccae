"""Items as assignments show them: id, and code and name from the catalogue (C14, D7)."""

from __future__ import annotations

from typing import Any

from ...settings import Switches
from ...state import ItemAssignment, State


def is_assignable_item(state: State, item_type: str, item_id: str, switches: Switches) -> bool:
    """Whether an item may be assigned: it is in the catalogue, or any id will do (D7)."""
    return switches.references == "lenient" or item_id in state.catalogue(item_type)


def item_assignment_row(state: State, assignment: ItemAssignment, switches: Switches) -> dict[str, Any]:
    """Return an assignment as replies have it; absent values are left out (C12)."""
    document: dict[str, Any] = {
        "segmentId": assignment.segment_id,
        "item": item_summary(state, assignment.type, assignment.item_id, switches),
        "type": assignment.type,
        "metadata": assignment.revision.to_metadata(assignment.mixin_urls),
    }
    if assignment.mixins is not None:
        document["mixins"] = assignment.mixins
    return document


def item_summary(state: State, item_type: str, item_id: str, switches: Switches) -> dict[str, Any]:
    """Return id, code and name; the id alone for what has left the catalogue (C14)."""
    entry = state.catalogue(item_type).get(item_id)
    if entry is not None:
        return {"id": item_id, "code": entry["code"], "name": entry["name"]}
    return placeholder_item(item_type, item_id) if switches.references == "lenient" else {"id": item_id}


def placeholder_item(item_type: str, item_id: str) -> dict[str, Any]:
    """Return an entry for an item that no catalogue has: the same for the same id, always (D7)."""
    return {"id": item_id, "code": f"{item_type[0]}-{item_id}", "name": {"en": f"{item_type.capitalize()} {item_id}"}}
