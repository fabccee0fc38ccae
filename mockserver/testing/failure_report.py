"""What a failing test shows: the calls it made, why they failed, and what the contract does not allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .mock import Mock

MAX_SHOWN_CALLS = 50
FIRST_ERROR = 400
TEST_HEADER = "X-Mock-Test"


def describe_calls(mock: Mock) -> str:
    """Return lines about the calls in the world of a test, the first call first; "" without calls."""
    entries = [entry for entry in mock.journal() if _is_of_test(entry, mock.headers.get(TEST_HEADER))]
    lines = [f"(only the last {MAX_SHOWN_CALLS} of {len(entries)} calls)"] if len(entries) > MAX_SHOWN_CALLS else []
    for entry in reversed(entries[:MAX_SHOWN_CALLS]):
        lines += _describe_call(mock, entry)
    return "\n".join([*lines, *_describe_findings(mock)])


def _is_of_test(entry: Mapping[str, Any], test: str | None) -> bool:
    """Whether a call is not known to be of another test that shares the world."""
    sent = {name.lower(): value for name, value in entry["request"]["headers"].items()}.get(TEST_HEADER.lower())
    return test is None or sent is None or sent == test


def _describe_call(mock: Mock, entry: Mapping[str, Any]) -> Iterator[str]:
    request, facts, status = entry["request"], entry["mock"], entry["response"]["status"]
    persona = f" as {facts['persona']}" if "persona" in facts else ""
    yield f"{request['method']} {request['url']}{persona}: {status}"
    if status < FIRST_ERROR:
        return
    explanation = mock.explain(entry["id"])
    yield "    " + ": ".join(filter(None, (explanation.get("pointer"), explanation.get("detail"))))
    if rule := explanation.get("rule"):
        yield f"    rule {rule['id']}: {rule['text']}"
    if nearest := explanation.get("nearest"):
        yield f"    {nearest['why']} This works: {nearest['curl']}"


def _describe_findings(mock: Mock) -> Iterator[str]:
    findings = [finding for finding in mock.findings() if finding["kind"] != "scope"]
    if findings:
        yield "Not allowed by the contract, although the vendor tolerates it:"
        for finding in findings:
            yield f"    {finding['operationId']} {finding['kind']} {finding['place']}: {finding['message']}"
