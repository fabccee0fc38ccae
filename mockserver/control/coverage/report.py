"""The coverage report as JSON: a figure for each dimension, all items with their tests, and the scopes of personas.

There is deliberately no overall figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ...contract.operations import Operation
from ...records.coverage import (
    COVERAGE_DIMENSIONS,
    Coverage,
    CoverageItem,
    CoverageKey,
    Hits,
    Persona,
    injected_item,
    list_coverage_items,
)

NO_HITS = Hits()

HitsByKey = Mapping[CoverageKey, Hits]


def build_coverage_report(operations: Iterable[Operation], coverage: Coverage) -> dict[str, Any]:
    """Compare the items of these operations with those that were covered."""
    items_by_operation = [(operation, list(list_coverage_items(operation))) for operation in operations]
    all_items = [item for _, items in items_by_operation for item in items]
    return {
        "dimensions": {
            name: _dimension_json([item for item in all_items if item.dimension == name], coverage.hits)
            for name in COVERAGE_DIMENSIONS
        },
        "operations": [_operation_json(operation, items, coverage.hits) for operation, items in items_by_operation],
        "personas": [_persona_json(name, persona) for name, persona in sorted(coverage.personas.items())],
    }


def covered_percent(covered: int, total: int) -> int:
    """Return whole percent, rounded down, so that 100 means all; an empty dimension counts as 100."""
    return 100 * covered // total if total else 100


def _dimension_json(items: Collection[CoverageItem], hits_by_key: HitsByKey) -> dict[str, Any]:
    missing_labels = [item.label for item in items if item not in hits_by_key]
    covered, total = len(items) - len(missing_labels), len(items)
    return {"covered": covered, "total": total, "percent": covered_percent(covered, total), "missing": missing_labels}


def _operation_json(operation: Operation, items: list[CoverageItem], hits_by_key: HitsByKey) -> dict[str, Any]:
    all_hits = ((CoverageItem(*key), hits) for key, hits in hits_by_key.items())
    own_hits = {item: hits for item, hits in all_hits if item.operation_id == operation.id}
    undocumented_items = [item for item in own_hits if item.dimension in {"statuses", "elements"} and item not in items]
    return {
        "id": operation.id,
        "service": operation.service,
        "method": operation.method,
        "path": operation.path,
        "calls": sum(hits.count for item, hits in own_hits.items() if item.dimension == "statuses"),
        "injected": own_hits.get(injected_item(operation), NO_HITS).count,
        "cells": [_item_json(item, own_hits.get(item, NO_HITS)) for item in items],
        "undocumented": [_item_json(item, own_hits[item]) for item in sorted(undocumented_items)],
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
    operations_by_scope: dict[str, list[str]] = {}
    for scope, operation_id in sorted(persona.needed_scopes):
        operations_by_scope.setdefault(scope, []).append(operation_id)
    denials = sorted(persona.denials.items())
    return {
        "name": name,
        "granted": sorted(persona.granted_scopes),
        "needed": operations_by_scope,
        "neverNeeded": sorted(persona.unused_scopes),
        "lacked": {operation_id: {"calls": count, "anyOf": scopes} for (operation_id, scopes), count in denials},
    }
