"""The coverage gate: fetches the report of a running server, formats it, and finds dimensions below a minimum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from ..wording import COVERAGE_DIMENSIONS
from .admin_call import CallFailed, call_control_plane
from .server_trust import ServerAddress

COVERAGE_PATH = "/__admin/coverage"
MAX_SHOWN_ITEMS = 10  # uncovered items of each dimension


def fetch_report(address: ServerAddress, token: str, **query: str | None) -> bytes:
    """Return the report of the server; CallFailed."""
    return call_control_plane(address, token, COVERAGE_PATH, query)


def parse_report(content: bytes) -> dict[str, Any]:
    """Return a report from its JSON; CallFailed if it is something else, such as another server's response."""
    try:
        report: dict[str, Any] = orjson.loads(content)
        if report["dimensions"].keys() == COVERAGE_DIMENSIONS.keys():
            return report
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        pass
    raise CallFailed("the response is not a coverage report of this version")


def write_report(
    report: Mapping[str, Any], *, form: str, minimums: Mapping[str, int], service: str | None, tenant: str | None
) -> bytes:
    """Return the report as text, Markdown or JUnit XML; the latter two say which minimums are not reached."""
    if form == "text":
        return format_report(report).encode()
    from ..control.coverage.formats import render_junit  # noqa: PLC0415 - a text needs nothing of the simulator
    from ..control.coverage.markdown import render_markdown  # noqa: PLC0415
    from ..control.coverage.report import describe_selection  # noqa: PLC0415

    if form == "markdown":
        return render_markdown(report, describe_selection(service, tenant), minimums).encode()
    return render_junit(report, minimums).encode()


def format_report(report: Mapping[str, Any]) -> str:
    """Return the report for a terminal: a line for each dimension, what is not covered, and calls without an answer."""
    return "\n".join(
        [
            *_dimension_lines(report),
            *_missing_item_lines(report),
            *_unused_scope_lines(report),
            *_unanswered_lines(report),
        ]
    )


def find_shortfalls(report: Mapping[str, Any], minimums: Mapping[str, int]) -> list[str]:
    """Return lines that name each dimension below its minimum, and all its uncovered items."""
    lines = []
    for name, minimum in minimums.items():
        dimension = report["dimensions"][name]
        percent = dimension["percent"]
        if percent < minimum:
            lines.append(f"{COVERAGE_DIMENSIONS[name]}: {percent} % is below the minimum of {minimum} %; not covered:")
            lines += [f"  {label}" for label in dimension["missing"]]
    return lines


def _dimension_lines(report: Mapping[str, Any]) -> Iterator[str]:
    width = max(map(len, COVERAGE_DIMENSIONS.values()))
    for name, dimension in report["dimensions"].items():
        covered, total, percent = dimension["covered"], dimension["total"], dimension["percent"]
        yield f"{COVERAGE_DIMENSIONS[name]:{width}}  {percent:3} %  {covered:4} of {total}"


def _missing_item_lines(report: Mapping[str, Any]) -> Iterator[str]:
    for name, dimension in report["dimensions"].items():
        if dimension["missing"]:
            yield f"\n{COVERAGE_DIMENSIONS[name]} not covered:"
            yield from (f"  {label}" for label in dimension["missing"][:MAX_SHOWN_ITEMS])
        if len(dimension["missing"]) > MAX_SHOWN_ITEMS:
            yield f"  and {len(dimension['missing']) - MAX_SHOWN_ITEMS} more"


def _unused_scope_lines(report: Mapping[str, Any]) -> Iterator[str]:
    unused_scopes = {
        persona["name"]: persona["neverNeeded"] for persona in report["personas"] if persona["neverNeeded"]
    }
    if unused_scopes:
        yield "\nscopes granted and never needed:"
        yield from (f"  {name}: {', '.join(scopes)}" for name, scopes in unused_scopes.items())


def _unanswered_lines(report: Mapping[str, Any]) -> Iterator[str]:
    operations_by_service: dict[str, list[str]] = {}
    for operation in report["unanswered"]:
        line = f"{operation['operation']} ({operation['calls']})"
        operations_by_service.setdefault(operation["service"], []).append(line)
    if operations_by_service:
        yield "\ncalls without an answer, by service:"
        yield from (f"  {service}: {', '.join(lines)}" for service, lines in operations_by_service.items())
