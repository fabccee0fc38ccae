"""The page of the API: a link to the documentation for each persona, already authorized."""

from __future__ import annotations

from ..control.guard import DOCS_PATH
from .visit import PageView, Visit


def show_api(visit: Visit) -> PageView:
    """List the simulated services and the personas to call them as."""
    world = visit.simulation.world
    operations = visit.simulation.api_pipeline.router.operations
    counts: dict[str, int] = {}
    for operation in operations:
        counts[operation.service] = counts.get(operation.service, 0) + 1
    docs = f"{visit.request.prefix}{DOCS_PATH}/"
    values = {
        "docs": docs,
        "services": counts,
        "tokens": [(token, holder.name) for token, holder in world.tokens.list_offered(world.default_tenant)],
    }
    return PageView("api.html", values)
