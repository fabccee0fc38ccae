"""The journal: what was called, counted, found, removed, compared and exported, in WireMock's words."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from heapq import nsmallest
from typing import Any

from ...contract.routing import Router
from ...errors import BadRequest
from ...messages import Call, Handler, Reply, TextBody
from ...practices.regexes import Deadline
from ...records.exchange import Exchange
from ...store.clock import parse_timestamp
from ..context import ControlContext, UnknownName, Unprocessable, json_object, tenant_name
from . import exports, request_patterns, wiremock
from .request_patterns import PatternError, RequestPattern

MAX_NEAR_MISSES = 3  # that are shown of near misses
MAX_COMPARED_EXCHANGES = 1000  # of the latest visits with a pattern, and
MAX_UNMATCHED_EXCHANGES = 100  # of them with all operations, which takes about a millisecond each


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listRequests": partial(list_requests, context),
        "clearRequests": partial(clear_requests, context),
        "resetRequests": partial(clear_requests, context),
        "showRequest": partial(show_request, context),
        "removeRequest": partial(remove_request, context),
        "countRequests": partial(count_requests, context),
        "findRequests": partial(find_requests, context),
        "removeRequests": partial(remove_requests, context),
        "listUnmatched": partial(list_unmatched_requests, context),
        "nearMissesOfUnmatched": partial(find_near_misses_of_unmatched, context),
        "nearMissesOfRequest": partial(find_near_misses_of_request, context),
        "nearMissesOfPattern": partial(find_near_misses_of_pattern, context),
        "exportRequests": partial(export_requests, context),
    }


def list_requests(context: ControlContext, call: Call) -> Reply:
    """List visits, the latest first."""
    exchanges = context.records.find_exchanges(tenant_name(call))[::-1]
    since, test = _parse_since(call.query.get("since")), call.query.get("test")
    matching = [
        each for each in exchanges if (since is None or each.arrived_at >= since) and test in (None, each.test_name)
    ]
    page = matching[: _parse_limit(call)]
    facts = {"requests": [wiremock.serve_event_json(exchange) for exchange in page], "meta": {"total": len(matching)}}
    return Reply(
        200, facts | {"requestJournalDisabled": False, "dropped": context.records.count_dropped(tenant_name(call))}
    )


def clear_requests(context: ControlContext, call: Call) -> Reply:
    """Forget all visits."""
    context.records.clear_journals(tenant_name(call))
    return Reply(200, {})


def show_request(context: ControlContext, call: Call) -> Reply:
    """Show one visit."""
    return Reply(200, wiremock.serve_event_json(_find_exchange(context, call)))


def remove_request(context: ControlContext, call: Call) -> Reply:
    """Forget one visit."""
    exchange = _find_exchange(context, call)
    context.records.get_record(exchange.tenant).journal.remove_exchanges(lambda each: each.id == exchange.id)
    return Reply(200, {})


def count_requests(context: ControlContext, call: Call) -> Reply:
    """Count the visits that match a pattern."""
    return Reply(200, {"count": len(_find_matching_exchanges(context, call)), "requestJournalDisabled": False})


def find_requests(context: ControlContext, call: Call) -> Reply:
    """Show the requests that match a pattern, in the order in which they came."""
    requests = [wiremock.logged_request_json(exchange) for exchange in _find_matching_exchanges(context, call)]
    return Reply(200, {"requests": requests, "requestJournalDisabled": False})


def remove_requests(context: ControlContext, call: Call) -> Reply:
    """Forget the visits that match a pattern, and show them."""
    ids = {exchange.id for exchange in _find_matching_exchanges(context, call)}
    removed_exchanges = [
        visit
        for record in context.records.list_records(tenant_name(call))
        for visit in record.journal.remove_exchanges(lambda each: each.id in ids)
    ]
    return Reply(200, {"serveEvents": [wiremock.serve_event_json(visit) for visit in removed_exchanges]})


def list_unmatched_requests(context: ControlContext, call: Call) -> Reply:
    """Show the requests whose path or method no operation has."""
    exchanges = [exchange for exchange in context.records.find_exchanges(tenant_name(call)) if exchange.is_unmatched]
    return Reply(
        200, {"requests": [wiremock.logged_request_json(visit) for visit in exchanges], "requestJournalDisabled": False}
    )


def find_near_misses_of_unmatched(context: ControlContext, call: Call) -> Reply:
    """Name the operations that each unmatched request came nearest to."""
    exchanges = [visit for visit in context.records.find_exchanges(tenant_name(call)) if visit.is_unmatched][
        -MAX_UNMATCHED_EXCHANGES:
    ]
    router = Router(context.operations.values())
    misses = [
        miss
        for exchange in exchanges
        for miss in _near_misses_json(
            router, wiremock.logged_request_json(exchange), exchange.request.method, exchange.request.path
        )
    ]
    return Reply(200, {"nearMisses": misses})


def find_near_misses_of_request(context: ControlContext, call: Call) -> Reply:
    """Name the operations that a request comes nearest to: it need not have been made."""
    json_body = json_object(call)
    method, url = json_body.get("method", "GET"), json_body.get("url", "")
    return Reply(200, {"nearMisses": _near_misses_json(Router(context.operations.values()), json_body, method, url)})


def find_near_misses_of_pattern(context: ControlContext, call: Call) -> Reply:
    """Show the visits that come nearest to a pattern."""
    pattern, deadline = _compile_pattern(call), Deadline()
    distances = [
        (pattern.exchange_distance(exchange, deadline), exchange)
        for exchange in context.records.find_exchanges(tenant_name(call))[-MAX_COMPARED_EXCHANGES:]
    ]
    nearest = nsmallest(MAX_NEAR_MISSES, (pair for pair in distances if pair[0] > 0), key=lambda pair: pair[0])
    misses = [
        {
            "request": wiremock.logged_request_json(visit),
            "requestPattern": _pattern_json(call),
            "matchResult": {"distance": distance},
        }
        for distance, visit in nearest
    ]
    return Reply(200, {"nearMisses": misses})


def export_requests(context: ControlContext, call: Call) -> Reply:
    """Export visits, the earliest first, as HTTP Archive or as a script of curl lines."""
    exchanges = context.records.find_exchanges(tenant_name(call))
    if call.query.get("format", "har") == "har":
        return Reply(200, exports.har_json(exchanges))
    return Reply(200, TextBody(exports.render_curl_script(exchanges, context.world.tokens.seed_tokens), "text/plain"))


def _find_exchange(context: ControlContext, call: Call) -> Exchange:
    exchange = context.records.find_exchange(call.path["id"])
    if exchange is None:
        raise UnknownName("Unknown or dropped request; the journal keeps only the latest ones.")
    return exchange


def _find_matching_exchanges(context: ControlContext, call: Call) -> list[Exchange]:
    pattern, deadline = _compile_pattern(call), Deadline()
    return [
        exchange
        for exchange in context.records.find_exchanges(tenant_name(call))
        if pattern.matches_exchange(exchange, deadline)
    ]


def _compile_pattern(call: Call) -> RequestPattern:
    try:
        return request_patterns.compile_request_pattern(_pattern_json(call))
    except PatternError as error:
        raise Unprocessable(str(error)) from None


def _pattern_json(call: Call) -> dict[str, Any]:
    return {name: value for name, value in json_object(call).items() if name != "tenant"}


def _near_misses_json(router: Router, request: dict[str, Any], method: str, url: str) -> list[dict[str, Any]]:
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
    ][:MAX_NEAR_MISSES]


def _parse_limit(call: Call) -> int | None:
    text = call.query.get("limit")
    return None if text is None else _parse_number(text)


def _parse_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(field="limit", error_type="type", detail="must be a number")
    return int(text)


def _parse_since(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_timestamp(text)
    except ValueError:
        raise BadRequest(field="since", error_type="format", detail="must be a date and time") from None
