"""From a state back to the sections of a world file: what the control plane shows, replaces and compares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from ..state import CustomerAssignment, ItemAssignment, Revision, State

Row = Mapping[str, Any]
Key = tuple[str, ...]


def rows(state: State, section: str) -> list[Row]:
    """Return the rows of one section, in the order of their keys."""
    return [row for _, row in SECTIONS[section](state)]


def world(state: State) -> dict[str, Any]:
    """Return all sections, as a world file has them."""
    languages = {"default": state.default_language, "supported": list(state.languages)}
    return {"languages": languages} | {section: rows(state, section) for section in SECTIONS}


def counts(state: State) -> dict[str, int]:
    """Return how many rows each section has."""
    return {section: sum(1 for _ in keyed(state)) for section, keyed in SECTIONS.items()}


def difference(before: State, after: State) -> dict[str, dict[str, list[str]]]:
    """Return the keys of the rows that were added, removed and changed, by section; sections alike are left out."""
    found = {}
    for section, keyed in SECTIONS.items():
        old, new = dict(keyed(before)), dict(keyed(after))
        parts = {
            "added": [key for key in new if key not in old],
            "removed": [key for key in old if key not in new],
            "changed": [key for key in new if key in old and new[key] != old[key]],
        }
        if any(parts.values()):
            found[section] = {name: ["/".join(key) for key in keys] for name, keys in parts.items() if keys}
    return found


def _documents(section: str) -> Callable[[State], Iterator[tuple[Key, Row]]]:
    def keyed(state: State) -> Iterator[tuple[Key, Row]]:
        documents = getattr(state, section)
        return (((id_,), documents[id_]) for id_ in sorted(documents))

    return keyed


def _segments(state: State) -> Iterator[tuple[Key, Row]]:
    return (((segment["id"],), segment) for segment in state.segments.values())


def _items(state: State) -> Iterator[tuple[Key, Row]]:
    for table in state.items.values():
        for each in table.values():
            row = {"segmentId": each.segment_id, "type": each.type, "itemId": each.item_id}
            yield (each.segment_id, *each.key), row | _kept(each)


def _customers(state: State) -> Iterator[tuple[Key, Row]]:
    for table in state.members.values():
        for each in table.values():
            row: dict[str, Any] = {"segmentId": each.segment_id, "customerId": each.customer_id}
            if each.legal_entity_id is not None:
                row["legalEntityId"] = each.legal_entity_id
            yield (
                (each.segment_id, *filter(None, each.key)),
                row | {"assignmentType": each.assignment_type} | _kept(each),
            )


def _kept(assignment: ItemAssignment | CustomerAssignment) -> dict[str, Any]:
    revision: Revision = assignment.revision
    mixins = {} if assignment.mixins is None else {"mixins": assignment.mixins}
    return {"metadata": revision.document(assignment.mixin_urls)} | mixins


def _schemas(state: State) -> Iterator[tuple[Key, Row]]:
    return (
        ((url,), {"url": url, "schema": orjson.loads(state.mixin_schemas[url])}) for url in sorted(state.mixin_schemas)
    )


SECTIONS: dict[str, Callable[[State], Iterator[tuple[Key, Row]]]] = {
    "sites": _documents("sites"),
    "legalEntities": _documents("legal_entities"),
    "customers": _documents("customers"),
    "categories": _documents("categories"),
    "products": _documents("products"),
    "segments": _segments,
    "customerAssignments": _customers,
    "itemAssignments": _items,
    "mixinSchemas": _schemas,
}
