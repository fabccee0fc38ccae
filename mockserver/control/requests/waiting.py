"""Calls that verify the journal, and wait for it if they have to: `wait`, `never` and `ordered`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ...errors import ClientError
from ...messages import Call, Handler, Reply
from ...records.exchange import JournalEntry
from ..context import ControlContext, Unprocessable, json_object, tenant_name
from . import wiremock
from .expectations import CountExpectation, Expectation, OrderedExpectation, await_expectation
from .near_misses import find_near_misses
from .patterns.request_patterns import RequestPattern, compile_request_pattern
from .patterns.value_tests import PatternError

DEFAULT_WAIT_SECONDS = 4
MAX_WAITS = 500  # at the same time; each takes a thread
MAX_SHOWN_REQUESTS = 20  # in a reply
MAX_LATEST_CALLS = 10  # in a reply
NOT_MET = 417  # Expectation Failed: so a client that only checks the status fails as well


class TooManyWaits(ClientError):
    """More calls wait than the server has threads for."""

    status = 503
    reason = "Service Unavailable"
    message = f"{MAX_WAITS} calls wait already."


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "waitForRequests": partial(wait_for_requests, context),
        "neverRequests": partial(expect_no_requests, context),
        "orderedRequests": partial(expect_ordered_requests, context),
    }


def wait_for_requests(context: ControlContext, call: Call) -> Reply:
    """Wait until a number of requests match a pattern."""
    json_body = json_object(call)
    count, is_exact = json_body.get("count", 1), json_body.get("exactly", False)
    expectation = CountExpectation(_compile_pattern(json_body["pattern"]), count, count if is_exact else None)
    seconds = json_body.get("timeout", DEFAULT_WAIT_SECONDS)
    is_met = _await(context, call, expectation, seconds)
    expected = f"{'exactly' if is_exact else 'at least'} {count} expected within {seconds:g} s"
    facts = {"met": is_met, "message": f"{_describe_count(expectation)}; {expected}.", **_matched_json(expectation)}
    is_missing = len(expectation.matched) < count
    return _report(context, call, facts, expectation.pattern if is_missing else None, json_body["pattern"])


def expect_no_requests(context: ControlContext, call: Call) -> Reply:
    """Return whether no request matches a pattern until some time is over, or as soon as one does."""
    json_body = json_object(call)
    expectation = CountExpectation(_compile_pattern(json_body["pattern"]), 0, 0)
    is_met = _await(context, call, expectation, json_body.get("timeout", 0))
    facts = {"met": is_met, "message": f"{_describe_count(expectation)}; none expected.", **_matched_json(expectation)}
    return _report(context, call, facts)


def expect_ordered_requests(context: ControlContext, call: Call) -> Reply:
    """Return whether requests match several patterns in this order, as soon as they do, or when some time is over."""
    json_body = json_object(call)
    patterns_json: list[dict[str, Any]] = json_body["patterns"]
    expectation = OrderedExpectation([_compile_pattern(pattern_json) for pattern_json in patterns_json])
    is_met = _await(context, call, expectation, json_body.get("timeout", 0))
    found = expectation.found
    steps: list[dict[str, Any]] = [
        {"pattern": pattern_json, "found": position < len(found)} for position, pattern_json in enumerate(patterns_json)
    ]
    for step, entry in zip(steps, found, strict=False):
        step["request"] = _call_json(entry)
    message = f"{len(found)} of {len(steps)} patterns found in this order."
    facts = {"met": is_met, "message": message, "count": len(found), "steps": steps}
    if is_met:
        return _report(context, call, facts)
    steps[len(found)]["tooEarly"] = _latest_calls_json(expectation.list_early_requests())
    return _report(context, call, facts, expectation.patterns[len(found)], patterns_json[len(found)])


def _await(context: ControlContext, call: Call, expectation: Expectation, seconds: float) -> bool:
    if context.records.watch_count >= MAX_WAITS:
        raise TooManyWaits
    return await_expectation(context.records, tenant_name(call), expectation, seconds)


def _compile_pattern(pattern_json: dict[str, Any]) -> RequestPattern:
    if "tenant" in pattern_json:
        raise Unprocessable("The tenant belongs next to the pattern, not in it.")
    try:
        return compile_request_pattern(pattern_json)
    except PatternError as error:
        raise Unprocessable(str(error)) from None


def _describe_count(expectation: CountExpectation) -> str:
    count = len(expectation.matched)
    return f"{count} {'request matches' if count == 1 else 'requests match'} the pattern"


def _matched_json(expectation: CountExpectation) -> dict[str, Any]:
    matched = [expectation.matched[number] for number in sorted(expectation.matched)]
    requests = [wiremock.logged_request_json(entry) for entry in matched[:MAX_SHOWN_REQUESTS]]
    return {"count": len(matched), "requests": requests}


def _report(
    context: ControlContext,
    call: Call,
    facts: dict[str, Any],
    missing_pattern: RequestPattern | None = None,
    pattern_json: Any = None,
) -> Reply:
    """Return the outcome; if it is not met, with the latest calls and, if one is missing, the nearest ones."""
    if facts["met"]:
        return Reply(200, facts)
    entries = context.records.list_entries(tenant_name(call))
    near_misses = find_near_misses(missing_pattern, pattern_json, entries, is_partial=True) if missing_pattern else []
    journal = {"total": len(entries), "latest": _latest_calls_json(entries)}
    return Reply(NOT_MET, {**facts, "nearMisses": near_misses, "journal": journal})


def _latest_calls_json(entries: Sequence[JournalEntry]) -> list[dict[str, Any]]:
    return [_call_json(entry) for entry in entries[-MAX_LATEST_CALLS:]]


def _call_json(entry: JournalEntry) -> dict[str, Any]:
    """Return a journal entry in one line."""
    return {
        "id": entry.id,
        "method": entry.request.method,
        "url": wiremock.redacted_url(entry),
        "status": entry.status,
    }
