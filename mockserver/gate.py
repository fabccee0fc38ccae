"""Coverage as a gate: ask a running server for its report, tell it to people, and say what is below a minimum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import orjson

from .dimensions import DIMENSIONS

SECONDS_AT_MOST = 30
SHOWN_AT_MOST = 10  # missing cells of a dimension


class Unanswered(Exception):
    """The server could not be asked, or did not answer with a report."""


def asked(url: str, token: str, **query: str | None) -> bytes:
    """Return the report of the server at this URL; Unanswered if there is none to be had."""
    given = urlencode({name: value for name, value in query.items() if value})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = Request(f"{url.rstrip('/')}/__admin/coverage?{given}", headers=headers)  # noqa: S310 - one's own
        with build_opener(ProxyHandler({})).open(request, timeout=SECONDS_AT_MOST) as reply:
            content: bytes = reply.read()
            return content
    except HTTPError as error:
        with error:
            raise Unanswered(f"{url} answers {error.code}: {_message(error.read())}") from None
    except (OSError, HTTPException, ValueError) as error:  # URLError is an OSError
        raise Unanswered(f"cannot reach a server at {url}: {error}") from None


def read(content: bytes) -> dict[str, Any]:
    """Read a report in JSON; Unanswered if it is none, since something else may listen there."""
    try:
        report: dict[str, Any] = orjson.loads(content)
        if report["dimensions"].keys() == DIMENSIONS.keys():
            return report
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        pass
    raise Unanswered("the response is not a coverage report of this version")


def text(report: Mapping[str, Any]) -> str:
    """Return the report as a terminal shows it: a line for each dimension, then what is missing."""
    return "\n".join([*_table(report), *_missing(report), *_spare_scopes(report)])


def shortfalls(report: Mapping[str, Any], minimums: Mapping[str, int]) -> list[str]:
    """Return the lines that say which dimension is below its minimum, and name all that it lacks."""
    lines = []
    for name, minimum in minimums.items():
        found = report["dimensions"][name]
        if found["percent"] < minimum:
            lines.append(f"{DIMENSIONS[name]}: {found['percent']} % is below the minimum of {minimum} %; not covered:")
            lines += [f"  {label}" for label in found["missing"]]
    return lines


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    width = max(map(len, DIMENSIONS.values()))
    for name, found in report["dimensions"].items():
        yield f"{DIMENSIONS[name]:{width}}  {found['percent']:3} %  {found['covered']:4} of {found['total']}"


def _missing(report: Mapping[str, Any]) -> Iterator[str]:
    for name, found in report["dimensions"].items():
        if found["missing"]:
            yield f"\n{DIMENSIONS[name]} not covered:"
            yield from (f"  {label}" for label in found["missing"][:SHOWN_AT_MOST])
        if len(found["missing"]) > SHOWN_AT_MOST:
            yield f"  and {len(found['missing']) - SHOWN_AT_MOST} more"


def _spare_scopes(report: Mapping[str, Any]) -> Iterator[str]:
    spare = [(each["name"], each["neverNeeded"]) for each in report["personas"] if each["neverNeeded"]]
    if spare:
        yield "\nscopes granted and never needed:"
        yield from (f"  {name}: {', '.join(scopes)}" for name, scopes in spare)


def _message(content: bytes) -> str:
    """Return what an error says, as ours do, or the beginning of whatever it is."""
    try:
        return str(orjson.loads(content)["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ascii(content[:200])
