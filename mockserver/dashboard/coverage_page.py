"""The page of coverage: a map of operations and statuses with the tests behind each cell, and downloads."""

from __future__ import annotations

from ..messages import Response
from ..wording import COVERAGE_DIMENSIONS
from .visit import PageView, Visit

SUFFIXES = {"html": "html", "markdown": "md", "junit": "xml", "json": "json"}  # of files, by the format of the report


def show_coverage_map(visit: Visit) -> PageView:
    """Show a row for each operation, and a cell for each of its statuses."""
    service = visit.query.get("service", "")
    tenant = visit.query.get("tenant")
    report = visit.read("/coverage", tenant=tenant, service=service)
    services = sorted({operation.service for operation in visit.simulation.api_pipeline.router.operations})
    rows = [
        {
            "id": operation["id"],
            "service": operation["service"],
            "method": operation["method"],
            "path": operation["path"],
            "calls": operation["calls"],
            "cells": [cell for cell in operation["cells"] if cell["dimension"] == "statuses"],
            "address": visit.link("calls", q=f"op:{operation['id']}"),
        }
        for operation in report["operations"]
    ]
    values = {
        "rows": rows,
        "service": service,
        "services": services,
        "dimensions": [{"label": label, **report["dimensions"][name]} for name, label in COVERAGE_DIMENSIONS.items()],
        "downloads": {name: _link_report(visit, name, service) for name in SUFFIXES},
    }
    return PageView("coverage.html", values)


def download_report(visit: Visit) -> Response:
    """Return the report of the control plane in one of its formats, as a file."""
    query = {name: visit.query.get(name) for name in ("format", "service", "tenant")}
    report = visit.fetch("GET", "/coverage", **query)
    suffix = SUFFIXES.get(query["format"] or "", "json")
    disposition = f'attachment; filename="coverage.{suffix}"'
    return Response(200, report.content, {"Content-Disposition": disposition}, media_type=report.media_type)


def _link_report(visit: Visit, format_name: str, service: str) -> str:
    return visit.link("coverage/report", format=format_name, service=service)
