"""Coverage: which parts of the contract the client's tests exercised, and which scopes they needed."""

from __future__ import annotations

from functools import partial

from ...contract.operations import Operation
from ...messages import Call, Handler, Reply, TextBody
from ...records.coverage import merge_coverage
from ...records.unanswered import merge_unanswered
from ..context import ControlContext, Unprocessable, tenant_name
from .report import build_coverage_report, describe_selection


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"showCoverage": partial(show_coverage, context), "clearCoverage": partial(clear_coverage, context)}


def show_coverage(context: ControlContext, call: Call) -> Reply:
    """Return the coverage report of a tenant or of all, as JSON, HTML, Markdown or JUnit XML."""
    from . import formats, markdown  # noqa: PLC0415 - Jinja and junitparser take a tenth of the start to import

    tenant, service = tenant_name(call), call.query.get("service")
    operations = _list_operations(context, tenant, service)
    records = context.list_covered_records(tenant)
    coverage = merge_coverage(record.coverage for record in records)
    unanswered = merge_unanswered(record.unanswered for record in records)
    report = build_coverage_report(operations, coverage, unanswered.list_counts(service))
    about = describe_selection(service, tenant)
    match call.query.get("format", "json"):
        case "html":
            return Reply(200, TextBody(formats.render_coverage_page(report, about), "text/html"), formats.PAGE_HEADERS)
        case "markdown":
            return Reply(200, TextBody(markdown.render_markdown(report, about, formats.NO_MINIMUMS), "text/markdown"))
        case "junit":
            return Reply(200, TextBody(formats.render_junit(report), "application/xml"))
    return Reply(200, report)


def clear_coverage(context: ControlContext, call: Call) -> Reply:
    """Reset the coverage of a tenant, or of all."""
    for record in context.list_covered_records(tenant_name(call)):
        record.coverage.clear()
        record.unanswered.clear()
    return Reply(204)


def _list_operations(context: ControlContext, tenant: str | None, service: str | None) -> list[Operation]:
    """Return the operations to report; Unprocessable if the service has none.

    The report of a tenant leaves out operations without a tenant in their path or from the token, whose calls belong
    to nobody.
    """
    candidates = [
        operation
        for operation in context.operations.values()
        if tenant is None or operation.has_token_tenant or "tenant" in operation.parameters["path"].names
    ]
    services = sorted({operation.service for operation in candidates})
    if service is not None and service not in services:
        kind = "service with tenants" if tenant else "service"
        raise Unprocessable(f"Unknown {kind}: {service}. Known ones: {', '.join(services)}.")
    return [operation for operation in candidates if service in (None, operation.service)]
