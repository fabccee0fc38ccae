"""The report on coverage, as data: a figure for each dimension, never one for all, and the tests behind each cell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ...contract.operations import Operation
from ...dimensions import DIMENSIONS
from ...records.cells import Cell, declared, injected
from ...records.coverage import Tallies, Tally
from ...records.personas import Persona

NONE = Tally()


def report(operations: Iterable[Operation], tallies: Tallies, personas: Mapping[str, Persona]) -> dict[str, Any]:
    """Hold the cells of these operations against what was counted."""
    cells = [(operation, list(declared(operation))) for operation in operations]
    every = [cell for _, of_one in cells for cell in of_one]
    return {
        "dimensions": {
            name: _dimension([cell for cell in every if cell.dimension == name], tallies) for name in DIMENSIONS
        },
        "operations": [_operation(operation, of_one, tallies) for operation, of_one in cells],
        "personas": [_persona(name, persona) for name, persona in sorted(personas.items())],
    }


def _dimension(cells: Collection[Cell], tallies: Tallies) -> dict[str, Any]:
    missing = [cell.label for cell in cells if cell not in tallies]
    covered, total = len(cells) - len(missing), len(cells)
    return {"covered": covered, "total": total, "percent": percent(covered, total), "missing": missing}


def percent(covered: int, total: int) -> int:
    """Return whole percent, rounded down, so that 100 means all; of nothing, all is covered."""
    return 100 * covered // total if total else 100


def _operation(operation: Operation, cells: list[Cell], tallies: Tallies) -> dict[str, Any]:
    own = {Cell(*key): tally for key, tally in tallies.items() if Cell(*key).operation == operation.id}
    extra = [cell for cell in own if cell.dimension in {"statuses", "elements"} and cell not in cells]
    return {
        "id": operation.id,
        "service": operation.service,
        "method": operation.method,
        "path": operation.path,
        "calls": sum(tally.count for cell, tally in own.items() if cell.dimension == "statuses"),
        "injected": own.get(injected(operation), NONE).count,
        "cells": [_cell(cell, own.get(cell, NONE)) for cell in cells],
        "undocumented": [_cell(cell, own[cell]) for cell in sorted(extra)],
    }


def _cell(cell: Cell, tally: Tally) -> dict[str, Any]:
    return {
        "dimension": cell.dimension,
        "place": cell.place,
        "value": cell.value,
        "count": tally.count,
        "tests": list(tally.tests),
        "moreTests": tally.more,
    }


def _persona(name: str, persona: Persona) -> dict[str, Any]:
    needed = {scope for scope, _ in persona.needed}
    return {
        "name": name,
        "granted": sorted(persona.granted),
        "needed": {scope: sorted(id_ for each, id_ in persona.needed if each == scope) for scope in sorted(needed)},
        "neverNeeded": sorted(persona.spare),
        "lacked": {id_: {"calls": n, "anyOf": scopes} for (id_, scopes), n in sorted(persona.lacked.items())},
    }
