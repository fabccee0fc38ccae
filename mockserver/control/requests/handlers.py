"""The journal: list, count, find, remove, compare and export requests, as in WireMock's admin API."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from ...contract.routing import Router
from ...errors import INVALID_PARAMETERS, BadRequest
from ...messages import Call, Handler, Reply, TextBody
from ...practices.regexes import Deadline
from ...records.exchange import JournalEntry
from ...store.clock import parse_timestamp
from ..context import ControlContext, UnknownName, Unprocessable, json_object, tenant_name
from . import exports, service_groups, wiremock
from .near_misses import MAX_NEAR_MISSES, find_near_misses
from .patterns import request_patterns
from .patterns.request_patterns import RequestPattern
from .patterns.value_tests import PatternError

MAX_UNMATCHED_ENTRIES = 100  # the latest, each of which is compared with all operations in about a millisecond
JOURNAL_IS_ENABLED = {"requestJournalDisabled": False}  # WireMock's clients require it


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
    """List journal entries, the latest first."""
    entries = _list_entries(context, call)[::-1]
    since, test, service = _parse_since(call.query.get("since")), call.query.get("test"), call.query.get("service")
    is_unmatched, stub = call.query.get("unmatched") == "true", call.query.get("matchingStub")
    matching = [
        entry
        for entry in entries
        if (since is None or entry.arrived_at >= since)
        and test in (None, entry.test_name)
        and service in (None, entry.service)
        and (entry.is_unmatched or not is_unmatched)
        and (stub is None or stub in (entry.fault or "").split(", "))
    ]
    page = [wiremock.serve_event_json(entry, _user_agent(call)) for entry in matching[: _parse_limit(call)]]
    report = {"requests": page, "meta": {"total": len(matching)}} | JOURNAL_IS_ENABLED | _groups_json(call, matching)
    if not wiremock.is_strict_client(_user_agent(call)):
        report["dropped"] = context.records.count_dropped(tenant_name(call))
    return Reply(200, report)


def clear_requests(context: ControlContext, call: Call) -> Reply:
    """Clear the journal of a tenant, or of all."""
    context.records.clear_journals(tenant_name(call))
    return Reply(200, {})


def show_request(context: ControlContext, call: Call) -> Reply:
    """Return one journal entry."""
    return Reply(200, wiremock.serve_event_json(_find_entry(context, call), _user_agent(call)))


def remove_request(context: ControlContext, call: Call) -> Reply:
    """Remove one journal entry."""
    entry = _find_entry(context, call)
    context.records.remove_entries(lambda candidate: candidate.id == entry.id, entry.tenant)
    return Reply(200, {})


def count_requests(context: ControlContext, call: Call) -> Reply:
    """Count the requests that match a pattern."""
    return Reply(200, {"count": len(_find_matching_entries(context, call))} | JOURNAL_IS_ENABLED)


def find_requests(context: ControlContext, call: Call) -> Reply:
    """Return the requests that match a pattern, in the order of their responses."""
    requests = [wiremock.logged_request_json(entry) for entry in _find_matching_entries(context, call)]
    return Reply(200, {"requests": requests} | JOURNAL_IS_ENABLED)


def remove_requests(context: ControlContext, call: Call) -> Reply:
    """Remove the journal entries that match a pattern, and return them."""
    ids = {entry.id for entry in _find_matching_entries(context, call)}
    removed_entries = context.records.remove_entries(lambda candidate: candidate.id in ids, tenant_name(call))
    return Reply(
        200, {"serveEvents": [wiremock.serve_event_json(entry, _user_agent(call)) for entry in removed_entries]}
    )


def list_unmatched_requests(context: ControlContext, call: Call) -> Reply:
    """Return the requests whose path or method no operation has."""
    service = call.query.get("service")
    entries = [
        entry for entry in _list_entries(context, call) if entry.is_unmatched and service in (None, entry.service)
    ]
    requests = [wiremock.logged_request_json(entry) for entry in entries]
    return Reply(200, {"requests": requests} | JOURNAL_IS_ENABLED | _groups_json(call, entries))


def find_near_misses_of_unmatched(context: ControlContext, call: Call) -> Reply:
    """Return the operations nearest to each unmatched request."""
    router = Router(context.operations.values())
    near_misses: list[dict[str, Any]] = []
    unmatched = [entry for entry in _list_entries(context, call) if entry.is_unmatched]
    for entry in unmatched[-MAX_UNMATCHED_ENTRIES:]:
        request_json = wiremock.logged_request_json(entry)
        near_misses += _near_misses_json(router, request_json, entry.request.method, entry.request.path)
    return Reply(200, {"nearMisses": _known_to_client(call, near_misses)})


def find_near_misses_of_request(context: ControlContext, call: Call) -> Reply:
    """Return the operations nearest to a given request, which need not be in the journal."""
    json_body = json_object(call)
    method, url = json_body.get("method", "GET"), json_body.get("url", "")
    near_misses = _near_misses_json(Router(context.operations.values()), json_body, method, url)
    return Reply(200, {"nearMisses": _known_to_client(call, near_misses)})


def find_near_misses_of_pattern(context: ControlContext, call: Call) -> Reply:
    """Return the requests nearest to a pattern that they do not match."""
    near_misses = find_near_misses(_compile_pattern(call), _pattern_json(call), _list_entries(context, call))
    return Reply(200, {"nearMisses": near_misses})


def export_requests(context: ControlContext, call: Call) -> Reply:
    """Export the journal, the earliest entry first: as HTTP Archive, as curl commands, or as a script that compares."""
    if call.query.get("format") == "python":
        from .replay_script import render_replay_script  # noqa: PLC0415 - both take a while to import
        from .replay_session import build_replay_session  # noqa: PLC0415

        session = build_replay_session(context, tenant_name(call))
        return Reply(200, TextBody(render_replay_script(session), "text/plain"))
    entries = _list_entries(context, call)
    if call.query.get("format", "har") == "har":
        return Reply(200, exports.har_json(entries))
    tokens = context.world.tokens
    return Reply(
        200, TextBody(exports.render_curl_script(entries, tokens.is_public, tokens.suggest_token()), "text/plain")
    )


def _list_entries(context: ControlContext, call: Call) -> list[JournalEntry]:
    """Return the entries of the tenant that the call names, or of all, the oldest first."""
    return context.records.list_entries(tenant_name(call))


def _user_agent(call: Call) -> str:
    return str(call.header.get("User-Agent", ""))


def _find_entry(context: ControlContext, call: Call) -> JournalEntry:
    entry = context.records.find_entry(call.path["id"])
    if entry is None:
        raise UnknownName("Unknown or dropped request; the journal keeps only the latest ones.")
    return entry


def _find_matching_entries(context: ControlContext, call: Call) -> list[JournalEntry]:
    pattern, deadline = _compile_pattern(call), Deadline()
    return [entry for entry in _list_entries(context, call) if pattern.matches_entry(entry, deadline)]


def _compile_pattern(call: Call) -> RequestPattern:
    try:
        return request_patterns.compile_request_pattern(_pattern_json(call))
    except PatternError as error:
        raise Unprocessable(str(error)) from None


def _pattern_json(call: Call) -> dict[str, Any]:
    return {name: value for name, value in json_object(call).items() if name != "tenant"}


def _near_misses_json(router: Router, request: dict[str, Any], method: str, url: str) -> list[dict[str, Any]]:
    """Return the operations nearest to a method and URL, as WireMock shows near misses."""
    candidates = [near for near in router.nearest(method, url.partition("?")[0]) if near.distance > 0]
    return [
        {
            "request": request,
            "requestPattern": {"method": near.operation.method, "urlPathTemplate": near.operation.path},
            "matchResult": {"distance": near.distance},
            "operationId": near.operation.id,
        }
        for near in candidates[:MAX_NEAR_MISSES]
    ]


def _known_to_client(call: Call, near_misses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return near misses without our own member, if the client may refuse members that it does not know."""
    if wiremock.is_strict_client(_user_agent(call)):
        for near_miss in near_misses:
            del near_miss["operationId"]
    return near_misses


def _groups_json(call: Call, entries: list[JournalEntry]) -> dict[str, Any]:
    """Return the entries by service, if the call asks for that."""
    return {"services": service_groups.service_groups_json(entries)} if call.query.get("group") == "service" else {}


def _parse_limit(call: Call) -> int | None:
    text = call.query.get("limit")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(INVALID_PARAMETERS, field="limit", error_type="type", detail="must be a number")
    return int(text)


def _parse_since(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_timestamp(text)
    except ValueError:
        detail = "must be a date and time"
        raise BadRequest(INVALID_PARAMETERS, field="since", error_type="format", detail=detail) from None
