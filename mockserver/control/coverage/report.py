"""The coverage report as JSON: a figure for each dimension, all items with their tests, and the scopes of personas.

There is deliberately no overall figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from ...contract.operations import MULTI_STATUS, PARAMETER_LOCATIONS, Operation
from ...records.coverage import (
    Coverage,
    CoverageItem,
    CoverageKey,
    Hits,
    Persona,
    injected_item,
)
from ...records.unanswered import UnansweredCount
from ...wording import COVERAGE_DIMENSIONS

NO_HITS = Hits()

HitsByKey = Mapping[CoverageKey, Hits]


def build_coverage_report(
    operations: Iterable[Operation], coverage: Coverage, unanswered: Iterable[UnansweredCount]
) -> dict[str, Any]:
    """Compare the items of these operations with those that were covered; add the calls that had no answer."""
    items_by_operation = [(operation, list(list_coverage_items(operation))) for operation in operations]
    all_items = [item for _, items in items_by_operation for item in items]
    return {
        "dimensions": {
            name: _dimension_json([item for item in all_items if item.dimension == name], coverage.hits)
            for name in COVERAGE_DIMENSIONS
        },
        "operations": [_operation_json(operation, items, coverage.hits) for operation, items in items_by_operation],
        "personas": [_persona_json(name, persona) for name, persona in sorted(coverage.personas.items())],
        "unanswered": sorted(map(_unanswered_json, unanswered), key=itemgetter("service")),
    }


def describe_selection(service: str | None, tenant: str | None) -> str:
    """Return which services and tenants a report covers."""
    return f"{service or 'All services'}, {f'tenant {tenant}' if tenant else 'all tenants'}"


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


def _unanswered_json(count: UnansweredCount) -> dict[str, Any]:
    return {
        "service": count.call.service,
        "operation": count.call.operation,
        "simulated": count.call.is_simulated,
        "calls": count.count,
        "tests": list(count.tests),
        "example": count.first_entry_id,
    }


# The codes that an element of a bulk can have, by method; the contract lists none of them. An upsert creates (201) or
# replaces (204), and its version, if it has one, may be stale (409). The id of a creation may be taken (409). A
# deletion accepts what does not exist (D9). Any element may be malformed or break a rule (400, E1).
ELEMENT_CODES = {"PUT": (201, 204, 400, 409), "POST": (201, 400, 409), "DELETE": (204, 400)}


def list_coverage_items(operation: Operation) -> Iterator[CoverageItem]:
    """Yield all items of an operation. Path parameters are not items, since no call can omit them; their enums are."""
    yield CoverageItem("operations", operation.id)
    yield from (
        CoverageItem("statuses", operation.id, value=str(status)) for status in sorted(operation.documented_statuses)
    )
    for place in PARAMETER_LOCATIONS:
        for parameter in operation.parameters[place]:
            if place != "path":
                yield CoverageItem("parameters", operation.id, place, parameter.name)
            yield from _list_enum_items(operation, place, parameter.name, parameter.enum_values)
    for pointer, declaration in operation.body_plan.field_tree.walk_declared() if operation.body_plan else ():
        yield CoverageItem("bodyProperties", operation.id, "body", pointer)
        yield from _list_enum_items(operation, "body", pointer, declaration.enum_values)
    for constraint in operation.constraints:
        yield from (CoverageItem("constraints", operation.id, place, name) for place, name in constraint.sides)
    yield from (CoverageItem("scopes", operation.id, value=scope) for scope in operation.scopes)
    if MULTI_STATUS in operation.reply_validators:
        yield from (CoverageItem("elements", operation.id, value=str(code)) for code in _list_element_codes(operation))


def _list_element_codes(operation: Operation) -> tuple[int, ...]:
    """Return the codes that an element of a bulk can have; a replacement without a version has no conflict."""
    if operation.body_plan and operation.body_plan.element_codes:
        return operation.body_plan.element_codes
    codes = ELEMENT_CODES.get(operation.method, ())
    declared = operation.body_plan.field_tree.walk_declared() if operation.body_plan else ()
    has_version = any(pointer.endswith("/metadata/version") for pointer, _ in declared)
    return codes if has_version or operation.method != "PUT" else tuple(code for code in codes if code != 409)


def _list_enum_items(operation: Operation, place: str, name: str, values: tuple[Any, ...]) -> Iterator[CoverageItem]:
    return (CoverageItem("enumValues", operation.id, place, f"{name}={value}") for value in values)
