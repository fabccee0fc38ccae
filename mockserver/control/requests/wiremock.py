"""Journal entries as WireMock's serve events, which its clients can read; our own fields are in `mock`."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import orjson

from ...errors import BadRequest, ClientError
from ...messages import Request, Response
from ...records.exchange import Finding, JournalEntry
from ...simulations.world_name import read_world_name
from ...store.clock import format_timestamp
from . import redaction

JAVA_CLIENT = re.compile(r"Apache-HttpClient/.*\(Java/")  # WireMock's, which cannot be told from other Java programs


def is_strict_client(user_agent: str) -> bool:
    """Whether a client may be WireMock's for Java, which refuses members that it does not know."""
    return JAVA_CLIENT.match(user_agent) is not None


def translate_error(response: Response, user_agent: str) -> Response:
    """Return an error of the control plane as WireMock's client for Java reads it; any other response as it is."""
    if response.status < 400 or not is_strict_client(user_agent):
        return response
    error = orjson.loads(response.content) if response.content.startswith(b'{"code"') else {}
    details = error.get("details", {})
    facts = {
        "code": response.status,
        "source": {"pointer": details["field"]} if "field" in details else None,
        "title": error.get("message"),
        "detail": details.get("message"),
    }
    shown = {name: fact for name, fact in facts.items() if fact is not None}
    return replace(response, content=orjson.dumps({"errors": [shown]})) if error else response


def serve_event_json(entry: JournalEntry, user_agent: str = "") -> dict[str, Any]:
    """Return a journal entry as a serve event of WireMock's admin API.

    user_agent: of the client that gets it. For a strict one, our own fields are in a sub-event.
    """
    facts = _mock_json(entry)
    is_strict = JAVA_CLIENT.match(user_agent) is not None
    own_fields = (
        {"subEvents": [{"type": "mock", "timeOffsetNanos": 0, "data": facts}]} if is_strict else {"mock": facts}
    )
    return {
        "id": entry.id,
        "request": logged_request_json(entry),
        "responseDefinition": {"status": entry.status},
        "response": _response_json(entry),
        "wasMatched": not entry.is_unmatched,
        "timing": {
            "addedDelay": 0,
            "processTime": entry.microseconds // 1000,
            "totalTime": entry.microseconds // 1000,
        },
        **own_fields,
    }


def logged_request_json(entry: JournalEntry) -> dict[str, Any]:
    """Return the request of a journal entry, without secrets; times are milliseconds since 1970, and ISO 8601."""
    request = entry.request
    return {
        "url": redacted_url(entry),
        "absoluteUrl": f"{request.client_scheme}://{_host_and_prefix(request)}{redacted_url(entry)}",
        "method": request.method,
        "clientIp": request.client,
        "headers": redaction.redact_headers(request.headers),
        "cookies": redaction.redact_cookies(request.headers.get("cookie", "")),
        "queryParams": _query_json(redaction.redact_query(request.query)),
        "browserProxyRequest": False,
        "loggedDate": int(entry.arrived_at.timestamp() * 1000),
        "loggedDateString": format_timestamp(entry.arrived_at),
        **_body_json(request.body),
    }


def _host_and_prefix(request: Request) -> str:
    return request.headers.get("host", "localhost") + request.prefix


def redacted_url(entry: JournalEntry) -> str:
    """Return path and query as the client encoded them, without secrets."""
    query = redaction.redact_query(entry.request.query)
    return f"{entry.request.path}?{query}" if query else entry.request.path


def redacted_request_text(entry: JournalEntry) -> str:
    """Return the body of the request as text, without secrets."""
    return _redacted_text(entry.request.body)


def redacted_response_text(entry: JournalEntry) -> str:
    """Return the body of the response as text, without secrets."""
    return _redacted_text(entry.response.content) if entry.response else ""


def _response_json(entry: JournalEntry) -> dict[str, Any]:
    headers = redaction.redact_headers(entry.response.headers) if entry.response else {}
    return {
        "status": entry.status,
        "headers": headers,
        **_body_json(entry.response.content if entry.response else b""),
    }


def _body_json(body: bytes) -> dict[str, str]:
    return {"body": _redacted_text(body), "bodyAsBase64": b64encode(redaction.redact_body(body)).decode()}


def _redacted_text(body: bytes) -> str:
    return redaction.redact_body(body).decode(errors="replace")


def _query_json(query: str) -> dict[str, Any]:
    values_by_name: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        values_by_name.setdefault(name, []).append(value)
    return {name: {"key": name, "values": values} for name, values in values_by_name.items()}


def _mock_json(entry: JournalEntry) -> Mapping[str, Any]:
    """Return the fields that WireMock does not have; fields without a value are left out."""
    error = entry.error
    facts = {
        "world": read_world_name(entry.request),
        "tenant": entry.tenant,
        "service": entry.service or None,
        "operationId": entry.operation.id if entry.operation else None,
        "persona": entry.principal.name if entry.principal else None,
        "scope": entry.used_scope,
        "missingScopes": list(entry.missing_scopes) or None,
        "rule": error.rule if error and error.rule else None,
        "place": error.field if isinstance(error, BadRequest) and error.field else None,
        "elements": failed_elements_json(entry) or None,
        "findings": [_finding_json(finding) for finding in entry.findings] or None,
        "fault": entry.fault,
        "injected": entry.is_injected or None,
        "scenarioSteps": list(entry.scenario_steps) or None,
        "test": entry.test_name,
        "microseconds": entry.microseconds,
        "versions": entry.versions and {"before": entry.versions[0], "after": entry.versions[1]},
        "bodyIsCut": entry.is_truncated or None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def failed_elements_json(entry: JournalEntry) -> list[dict[str, Any]]:
    """Return why elements of a bulk failed."""
    return [_failed_element_json(position, error) for position, error in entry.element_errors]


def _failed_element_json(position: int, error: ClientError) -> dict[str, Any]:
    pointer, detail = "", error.hint
    if isinstance(error, BadRequest):
        pointer, detail = f"/{position}/{error.field.removeprefix('/')}".removesuffix("/"), error.detail
    facts = {"rule": error.rule, "pointer": pointer, "detail": detail or error.message}
    return {"position": position, "code": error.status} | {name: fact for name, fact in facts.items() if fact}


def _finding_json(finding: Finding) -> dict[str, str]:
    facts = {"kind": finding.kind, "place": finding.place, "message": finding.message}
    return facts | ({"suggestion": finding.suggestion} if finding.suggestion else {})
