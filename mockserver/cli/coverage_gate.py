"""Coverage as a gate: ask a running server for its report, tell it to people, and say what is below a minimum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import orjson

from ..records.coverage import COVERAGE_DIMENSIONS

MAX_REQUEST_SECONDS = 30
MAX_SHOWN_ITEMS = 10  # missing cells of a dimension


class ServerUnreachable(Exception):
    """The server could not be asked, or did not answer with a report."""


def fetch_report(url: str, token: str, **query: str | None) -> bytes:
    """Return the report of the server at this URL; Unanswered if there is none to be had."""
    query_string = urlencode({name: value for name, value in query.items() if value})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = Request(f"{url.rstrip('/')}/__admin/coverage?{query_string}", headers=headers)  # noqa: S310 - one's own
        with build_opener(ProxyHandler({})).open(request, timeout=MAX_REQUEST_SECONDS) as reply:
            content: bytes = reply.read()
            return content
    except HTTPError as error:
        with error:
            raise ServerUnreachable(f"{url} answers {error.code}: {_error_message(error.read())}") from None
    except (OSError, HTTPException, ValueError) as error:  # URLError is an OSError
        raise ServerUnreachable(f"cannot reach a server at {url}: {error}") from None


def parse_report(content: bytes) -> dict[str, Any]:
    """Read a report in JSON; Unanswered if it is none, since something else may listen there."""
    try:
        report: dict[str, Any] = orjson.loads(content)
        if report["dimensions"].keys() == COVERAGE_DIMENSIONS.keys():
            return report
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        pass
    raise ServerUnreachable("the response is not a coverage report of this version")


def format_report(report: Mapping[str, Any]) -> str:
    """Return the report as a terminal shows it: a line for each dimension, then what is missing."""
    return "\n".join([*_dimension_lines(report), *_missing_item_lines(report), *_unused_scope_lines(report)])


def find_shortfalls(report: Mapping[str, Any], minimums: Mapping[str, int]) -> list[str]:
    """Return the lines that say which dimension is below its minimum, and name all that it lacks."""
    lines = []
    for name, minimum in minimums.items():
        dimension = report["dimensions"][name]
        if dimension["percent"] < minimum:
            lines.append(
                f"{COVERAGE_DIMENSIONS[name]}: {dimension['percent']} % is below the minimum of {minimum} %; not covered:"
            )
            lines += [f"  {label}" for label in dimension["missing"]]
    return lines


def _dimension_lines(report: Mapping[str, Any]) -> Iterator[str]:
    width = max(map(len, COVERAGE_DIMENSIONS.values()))
    for name, dimension in report["dimensions"].items():
        yield f"{COVERAGE_DIMENSIONS[name]:{width}}  {dimension['percent']:3} %  {dimension['covered']:4} of {dimension['total']}"


def _missing_item_lines(report: Mapping[str, Any]) -> Iterator[str]:
    for name, dimension in report["dimensions"].items():
        if dimension["missing"]:
            yield f"\n{COVERAGE_DIMENSIONS[name]} not covered:"
            yield from (f"  {label}" for label in dimension["missing"][:MAX_SHOWN_ITEMS])
        if len(dimension["missing"]) > MAX_SHOWN_ITEMS:
            yield f"  and {len(dimension['missing']) - MAX_SHOWN_ITEMS} more"


def _unused_scope_lines(report: Mapping[str, Any]) -> Iterator[str]:
    unused_scopes = [(each["name"], each["neverNeeded"]) for each in report["personas"] if each["neverNeeded"]]
    if unused_scopes:
        yield "\nscopes granted and never needed:"
        yield from (f"  {name}: {', '.join(scopes)}" for name, scopes in unused_scopes)


def _error_message(content: bytes) -> str:
    """Return what an error says, as ours do, or the beginning of whatever it is."""
    try:
        return str(orjson.loads(content)["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ascii(content[:200])
