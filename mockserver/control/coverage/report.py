"""The report on coverage, as data: a figure for each dimension, never one for all, and the tests behind each cell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ...contract.operations import Operation
from ...records.coverage import COVERAGE_DIMENSIONS, CoverageItem, Hits, HitsByItem, injected_item, list_coverage_items
from ...records.personas import Persona

NO_HITS = Hits()


def build_coverage_report(
    operations: Iterable[Operation], hits_by_item: HitsByItem, personas: Mapping[str, Persona]
) -> dict[str, Any]:
    """Hold the cells of these operations against what was counted."""
    items_by_operation = [(operation, list(list_coverage_items(operation))) for operation in operations]
    all_items = [item for _, items in items_by_operation for item in items]
    return {
        "dimensions": {
            name: _dimension_json([cell for cell in all_items if cell.dimension == name], hits_by_item)
            for name in COVERAGE_DIMENSIONS
        },
        "operations": [_operation_json(operation, of_one, hits_by_item) for operation, of_one in items_by_operation],
        "personas": [_persona_json(name, persona) for name, persona in sorted(personas.items())],
    }


def _dimension_json(items: Collection[CoverageItem], hits_by_item: HitsByItem) -> dict[str, Any]:
    missing_labels = [item.label for item in items if item not in hits_by_item]
    covered, total = len(items) - len(missing_labels), len(items)
    return {"covered": covered, "total": total, "percent": covered_percent(covered, total), "missing": missing_labels}


def covered_percent(covered: int, total: int) -> int:
    """Return whole percent, rounded down, so that 100 means all; of nothing, all is covered."""
    return 100 * covered // total if total else 100


def _operation_json(operation: Operation, items: list[CoverageItem], hits_by_item: HitsByItem) -> dict[str, Any]:
    own_hits = {
        CoverageItem(*key): hits
        for key, hits in hits_by_item.items()
        if CoverageItem(*key).operation_id == operation.id
    }
    undocumented_items = [item for item in own_hits if item.dimension in {"statuses", "elements"} and item not in items]
    return {
        "id": operation.id,
        "service": operation.service,
        "method": operation.method,
        "path": operation.path,
        "calls": sum(tally.count for cell, tally in own_hits.items() if cell.dimension == "statuses"),
        "injected": own_hits.get(injected_item(operation), NO_HITS).count,
        "cells": [_item_json(cell, own_hits.get(cell, NO_HITS)) for cell in items],
        "undocumented": [_item_json(cell, own_hits[cell]) for cell in sorted(undocumented_items)],
    }


def _item_json(item: CoverageItem, hits: Hits) -> dict[str, Any]:
    return {
        "dimension": item.dimension,
        "place": item.place,
        "value": item.value,
        "count": hits.count,
        "tests": list(hits.tests),
        "moreTests": hits.has_more_tests,
    }


def _persona_json(name: str, persona: Persona) -> dict[str, Any]:
    needed_scopes = {scope for scope, _ in persona.needed_scopes}
    return {
        "name": name,
        "granted": sorted(persona.granted_scopes),
        "needed": {
            scope: sorted(id_ for each, id_ in persona.needed_scopes if each == scope)
            for scope in sorted(needed_scopes)
        },
        "neverNeeded": sorted(persona.unused_scopes),
        "lacked": {id_: {"calls": n, "anyOf": scopes} for (id_, scopes), n in sorted(persona.denials.items())},
    }
