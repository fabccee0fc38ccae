"""Findings: contract violations of clients that the vendor tolerates, each with its count."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..messages import Call, Handler, Reply
from ..records.findings import FindingCount
from .context import ControlContext, tenant_name


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"listFindings": partial(list_findings, context), "clearFindings": partial(clear_findings, context)}


def list_findings(context: ControlContext, call: Call) -> Reply:
    """List the findings of a tenant, or of all, grouped by tenant."""
    counts_by_tenant = [
        (tenant, record.findings) for tenant, record in context.records.list_tenant_records(tenant_name(call))
    ]
    findings = [
        _finding_count_json(tenant, finding_count)
        for tenant, counts in counts_by_tenant
        for finding_count in counts.list_counts()
    ]
    return Reply(200, {"findings": findings, "beyond": sum(counts.overflow_count for _, counts in counts_by_tenant)})


def clear_findings(context: ControlContext, call: Call) -> Reply:
    """Clear the findings of a tenant, or of all."""
    for record in context.records.list_records(tenant_name(call)):
        record.findings.clear()
    return Reply(204)


def _finding_count_json(tenant: str, finding_count: FindingCount) -> dict[str, Any]:
    finding = finding_count.finding
    facts = {
        "kind": finding.kind,
        "operationId": finding_count.operation_id,
        "place": finding.place,
        "message": finding.message,
        "count": finding_count.count,
        "example": finding_count.first_exchange_id,
        "tests": list(finding_count.tests),
    }
    optional_facts = {"tenant": tenant, "suggestion": finding.suggestion}
    return facts | {name: fact for name, fact in optional_facts.items() if fact}
