"""The journal: what was called, counted, found, removed, compared and exported, in WireMock's words."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from heapq import nsmallest
from typing import Any

from ..clock import moment
from ..contract.routing import Router
from ..errors import BadRequest
from ..messages import Call, Handler, Reply, TextBody
from ..records import curl, events, har, patterns
from ..records.budget import Budget
from ..records.patterns import Pattern, PatternError
from ..records.visit import Visit
from .plane import NotThere, Plane, Unprocessable, body, named

NEAREST = 3  # that are shown of near misses
COMPARED_AT_MOST = 1000  # of the latest visits with a pattern, and
UNMATCHED_AT_MOST = 100  # of them with all operations, which takes about a millisecond each


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listRequests": partial(listed, plane),
        "clearRequests": partial(cleared, plane),
        "resetRequests": partial(cleared, plane),
        "showRequest": partial(show, plane),
        "removeRequest": partial(remove_one, plane),
        "countRequests": partial(counted, plane),
        "findRequests": partial(found, plane),
        "removeRequests": partial(removed, plane),
        "listUnmatched": partial(unmatched, plane),
        "nearMissesOfUnmatched": partial(near_unmatched, plane),
        "nearMissesOfRequest": partial(near_request, plane),
        "nearMissesOfPattern": partial(near_pattern, plane),
        "exportRequests": partial(exported, plane),
    }


def listed(plane: Plane, call: Call) -> Reply:
    """List visits, the latest first."""
    visits = plane.records.visits(named(call))[::-1]
    since, test = _moment(call.query.get("since")), call.query.get("test")
    wanted = [each for each in visits if (since is None or each.at >= since) and test in (None, each.test)]
    shown = wanted[: _limit(call)]
    answer = {"requests": [events.event(visit) for visit in shown], "meta": {"total": len(wanted)}}
    return Reply(200, answer | {"requestJournalDisabled": False, "dropped": plane.records.dropped(named(call))})


def cleared(plane: Plane, call: Call) -> Reply:
    """Forget all visits."""
    plane.records.clear(named(call))
    return Reply(200, {})


def show(plane: Plane, call: Call) -> Reply:
    """Show one visit."""
    return Reply(200, events.event(_visit(plane, call)))


def remove_one(plane: Plane, call: Call) -> Reply:
    """Forget one visit."""
    visit = _visit(plane, call)
    plane.records.of(visit.tenant).journal.remove(lambda each: each.id == visit.id)
    return Reply(200, {})


def counted(plane: Plane, call: Call) -> Reply:
    """Count the visits that match a pattern."""
    return Reply(200, {"count": len(_matching(plane, call)), "requestJournalDisabled": False})


def found(plane: Plane, call: Call) -> Reply:
    """Show the requests that match a pattern, in the order in which they came."""
    requests = [events.request(visit) for visit in _matching(plane, call)]
    return Reply(200, {"requests": requests, "requestJournalDisabled": False})


def removed(plane: Plane, call: Call) -> Reply:
    """Forget the visits that match a pattern, and show them."""
    ids = {visit.id for visit in _matching(plane, call)}
    gone = [
        visit
        for record in plane.records.named(named(call))
        for visit in record.journal.remove(lambda each: each.id in ids)
    ]
    return Reply(200, {"serveEvents": [events.event(visit) for visit in gone]})


def unmatched(plane: Plane, call: Call) -> Reply:
    """Show the requests whose path or method no operation has."""
    visits = [visit for visit in plane.records.visits(named(call)) if visit.is_unmatched]
    return Reply(200, {"requests": [events.request(visit) for visit in visits], "requestJournalDisabled": False})


def near_unmatched(plane: Plane, call: Call) -> Reply:
    """Name the operations that each unmatched request came nearest to."""
    visits = [visit for visit in plane.records.visits(named(call)) if visit.is_unmatched][-UNMATCHED_AT_MOST:]
    router = Router(plane.operations.values())
    misses = [
        miss
        for visit in visits
        for miss in _near_operations(router, events.request(visit), visit.request.method, visit.request.path)
    ]
    return Reply(200, {"nearMisses": misses})


def near_request(plane: Plane, call: Call) -> Reply:
    """Name the operations that a request comes nearest to: it need not have been made."""
    asked = body(call)
    method, url = asked.get("method", "GET"), asked.get("url", "")
    return Reply(200, {"nearMisses": _near_operations(Router(plane.operations.values()), asked, method, url)})


def near_pattern(plane: Plane, call: Call) -> Reply:
    """Show the visits that come nearest to a pattern."""
    pattern, budget = _pattern(call), Budget()
    distances = [
        (pattern.distance(visit, budget), visit) for visit in plane.records.visits(named(call))[-COMPARED_AT_MOST:]
    ]
    nearest = nsmallest(NEAREST, (pair for pair in distances if pair[0] > 0), key=lambda pair: pair[0])
    misses = [
        {"request": events.request(visit), "requestPattern": _shown(call), "matchResult": {"distance": distance}}
        for distance, visit in nearest
    ]
    return Reply(200, {"nearMisses": misses})


def exported(plane: Plane, call: Call) -> Reply:
    """Export visits, the earliest first, as HTTP Archive or as a script of curl lines."""
    visits = plane.records.visits(named(call))
    if call.query.get("format", "har") == "har":
        return Reply(200, har.archive(visits))
    return Reply(200, TextBody(curl.script(visits, plane.world.tokens.names), "text/plain"))


def _visit(plane: Plane, call: Call) -> Visit:
    visit = plane.records.visit(call.path["id"])
    if visit is None:
        raise NotThere("Unknown or dropped request; the journal keeps only the latest ones.")
    return visit


def _matching(plane: Plane, call: Call) -> list[Visit]:
    pattern, budget = _pattern(call), Budget()
    return [visit for visit in plane.records.visits(named(call)) if pattern.matches(visit, budget)]


def _pattern(call: Call) -> Pattern:
    try:
        return patterns.compiled(_shown(call))
    except PatternError as error:
        raise Unprocessable(str(error)) from None


def _shown(call: Call) -> dict[str, Any]:
    return {name: value for name, value in body(call).items() if name != "tenant"}


def _near_operations(router: Router, request: dict[str, Any], method: str, url: str) -> list[dict[str, Any]]:
    """Return the operations nearest to a method and URL, as WireMock shows near misses."""
    nearest = router.nearest(method, url.partition("?")[0])
    return [
        {
            "request": request,
            "requestPattern": {"method": near.operation.method, "urlPathTemplate": near.operation.path},
            "matchResult": {"distance": near.distance},
            "operationId": near.operation.id,
        }
        for near in nearest
        if near.distance > 0
    ][:NEAREST]


def _limit(call: Call) -> int | None:
    text = call.query.get("limit")
    return None if text is None else _number(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(field="limit", kind="type", detail="must be a number")
    return int(text)


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else moment(text)
    except ValueError:
        raise BadRequest(field="since", kind="format", detail="must be a date and time") from None
