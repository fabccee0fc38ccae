"""Coverage: what of the contract the client's tests have called, and which scopes they needed."""

from __future__ import annotations

from functools import partial

from ...contract.operations import Operation
from ...messages import Call, Handler, Reply, TextBody
from ...records import coverage, personas
from ..plane import Plane, Unprocessable, named
from .junit import junit
from .page import HEADERS, page
from .report import report


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"showCoverage": partial(show, plane), "clearCoverage": partial(clear, plane)}


def show(plane: Plane, call: Call) -> Reply:
    """Tell what is covered and what is not, in the form that is asked for."""
    tenant, service = named(call), call.query.get("service")
    records = plane.records.named(tenant)
    found = report(
        _operations(plane, tenant, service),
        coverage.joined(record.coverage.tallies() for record in records),
        personas.joined(record.personas.personas() for record in records),
    )
    match call.query.get("format", "json"):
        case "html":
            about = f"{service or 'All services'}, {f'tenant {tenant}' if tenant else 'all tenants'}"
            return Reply(200, TextBody(page(found, about), "text/html"), HEADERS)
        case "junit":
            return Reply(200, TextBody(junit(found), "application/xml"))
    return Reply(200, found)


def clear(plane: Plane, call: Call) -> Reply:
    """Begin anew, for a tenant or for all."""
    for record in plane.records.named(named(call)):
        record.coverage.clear()
        record.personas.clear()
    return Reply(204)


def _operations(plane: Plane, tenant: str | None, service: str | None) -> list[Operation]:
    """Return the operations to cover; Unprocessable if none can be.

    A call that names no tenant cannot be anybody's, so of a tenant only operations with one in their path are asked.
    """
    candidates = [each for each in plane.operations.values() if tenant is None or "tenant" in each.names["path"]]
    services = sorted({each.service for each in candidates})
    if service is not None and service not in services:
        whose = "with tenants is" if tenant else "is"
        raise Unprocessable(f"No service {whose} called {service}; there are {', '.join(services)}.")
    return [each for each in candidates if service in (None, each.service)]
