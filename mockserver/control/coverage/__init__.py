"""Coverage: what of the contract the client's tests have called, and which scopes they needed."""

from __future__ import annotations

from functools import partial

from ...contract.operations import Operation
from ...messages import Call, Handler, Reply, TextBody
from ...records import coverage, personas
from ...wording import describe_unknown
from ..context import ControlContext, Unprocessable, tenant_name
from .formats import PAGE_HEADERS, render_coverage_page, render_junit
from .report import build_coverage_report


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"showCoverage": partial(show_coverage, context), "clearCoverage": partial(clear_coverage, context)}


def show_coverage(context: ControlContext, call: Call) -> Reply:
    """Tell what is covered and what is not, in the form that is asked for."""
    tenant, service = tenant_name(call), call.query.get("service")
    records = context.records.list_records(tenant)
    coverage_report = build_coverage_report(
        _operations_to_cover(context, tenant, service),
        coverage.merge_hits(record.coverage.copy_hits() for record in records),
        personas.merge_personas(record.personas.copy_personas() for record in records),
    )
    match call.query.get("format", "json"):
        case "html":
            about = f"{service or 'All services'}, {f'tenant {tenant}' if tenant else 'all tenants'}"
            return Reply(200, TextBody(render_coverage_page(coverage_report, about), "text/html"), PAGE_HEADERS)
        case "junit":
            return Reply(200, TextBody(render_junit(coverage_report), "application/xml"))
    return Reply(200, coverage_report)


def clear_coverage(context: ControlContext, call: Call) -> Reply:
    """Begin anew, for a tenant or for all."""
    for record in context.records.list_records(tenant_name(call)):
        record.coverage.clear()
        record.personas.clear()
    return Reply(204)


def _operations_to_cover(context: ControlContext, tenant: str | None, service: str | None) -> list[Operation]:
    """Return the operations to cover; Unprocessable if none can be.

    A call that names no tenant cannot be anybody's, so of a tenant only operations with one in their path are asked.
    """
    candidates = [
        each for each in context.operations.values() if tenant is None or "tenant" in each.parameter_names["path"]
    ]
    services = sorted({each.service for each in candidates})
    if service is not None and service not in services:
        what = "service with tenants" if tenant else "service"
        raise Unprocessable(describe_unknown(what, service, services))
    return [each for each in candidates if service in (None, each.service)]
