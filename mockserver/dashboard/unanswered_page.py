"""The page of unanswered calls: by service and operation, with the operation that a call probably meant."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ..contract.routing import Router
from ..control.requests.service_groups import service_groups_json
from ..records.exchange import JournalEntry
from .visit import PageView, Visit

MAX_SHOWN_CALLS = 200  # the latest; each is compared with all operations


def show_unanswered(visit: Visit) -> PageView:
    """List the services and operations that had no answer, those with the most such calls first."""
    simulation = visit.simulation
    unmatched = (entry for entry in simulation.records.iter_latest() if entry.is_unmatched)
    shown = list(islice(unmatched, MAX_SHOWN_CALLS))
    examples = {entry.id: entry for entry in shown}
    router = simulation.api_pipeline.router
    groups = service_groups_json(reversed(shown))
    for group in groups:
        for operation in group["operations"]:
            entry = examples[operation["example"]]
            operation["nearest"] = _describe_nearest(router, entry) if group["simulated"] else None
            is_known = not operation["operation"].endswith("...")
            operation["shown"] = operation["operation"] if is_known else f"{entry.request.method} {entry.request.path}"
            operation["message"] = entry.error.message if entry.error else ""
            operation["address"] = visit.link(f"calls/{entry.id}", tab="why")
    values = {"groups": groups, "is_complete": len(shown) < MAX_SHOWN_CALLS, "count": len(shown)}
    return PageView("unanswered.html", values)


def _describe_nearest(router: Router, entry: JournalEntry) -> dict[str, Any] | None:
    """Return the operation that is nearest to a call, if one is near at all."""
    near = next(iter(router.nearest(entry.request.method, entry.request.path)), None)
    return {"method": near.operation.method, "path": near.operation.path, "id": near.operation.id} if near else None
