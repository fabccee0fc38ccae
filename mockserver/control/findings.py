"""Findings: what clients do against the contract and the vendor lets pass, each once with its count."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..messages import Call, Handler, Reply
from ..records.tally import Counted
from .plane import Plane, named


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"listFindings": partial(listed, plane), "clearFindings": partial(clear, plane)}


def listed(plane: Plane, call: Call) -> Reply:
    """List the findings of a tenant, or of all, tenant by tenant."""
    tallies = [(tenant, record.findings) for tenant, record in plane.records.pairs(named(call))]
    found = [_told(tenant, counted) for tenant, tally in tallies for counted in tally.all()]
    return Reply(200, {"findings": found, "beyond": sum(tally.beyond for _, tally in tallies)})


def clear(plane: Plane, call: Call) -> Reply:
    """Begin anew, for a tenant or for all."""
    for record in plane.records.named(named(call)):
        record.findings.clear()
    return Reply(204)


def _told(tenant: str, counted: Counted) -> dict[str, Any]:
    finding = counted.finding
    facts = {
        "kind": finding.kind,
        "operationId": counted.operation_id,
        "place": finding.place,
        "message": finding.message,
        "count": counted.count,
        "example": counted.example,
        "tests": list(counted.tests),
    }
    known = {"tenant": tenant, "suggestion": finding.suggestion}
    return facts | {name: fact for name, fact in known.items() if fact}
