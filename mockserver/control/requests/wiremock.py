"""Visits as WireMock's serve events, so that its clients can read the journal; what it has no name for is in `mock`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from ...errors import BadRequest
from ...records.exchange import Exchange
from ...store.clock import format_timestamp
from . import redaction


def serve_event_json(exchange: Exchange) -> dict[str, Any]:
    """Return a visit as WireMock's admin API would show it."""
    return {
        "id": exchange.id,
        "request": logged_request_json(exchange),
        "responseDefinition": {"status": exchange.status},
        "response": _response_json(exchange),
        "wasMatched": not exchange.is_unmatched,
        "timing": {
            "addedDelay": 0,
            "processTime": exchange.microseconds // 1000,
            "totalTime": exchange.microseconds // 1000,
        },
        "mock": _mock_json(exchange),
    }


def logged_request_json(exchange: Exchange) -> dict[str, Any]:
    """Return the request of a visit, without its secrets; times are milliseconds since 1970, and ISO 8601."""
    request = exchange.request
    return {
        "url": redacted_url(exchange),
        "absoluteUrl": f"http://{request.headers.get('host', 'localhost')}{redacted_url(exchange)}",
        "method": request.method,
        "clientIp": request.client,
        "headers": redaction.redact_headers(request.headers),
        "cookies": redaction.redact_cookies(request.headers.get("cookie", "")),
        "queryParams": _query_json(redaction.redact_query(request.query)),
        "browserProxyRequest": False,
        "loggedDate": int(exchange.arrived_at.timestamp() * 1000),
        "loggedDateString": format_timestamp(exchange.arrived_at),
        **_body_json(request.body),
    }


def redacted_url(exchange: Exchange) -> str:
    """Return path and query as the client encoded them, without secrets."""
    query = redaction.redact_query(exchange.request.query)
    return f"{exchange.request.path}?{query}" if query else exchange.request.path


def redacted_response_text(exchange: Exchange) -> str:
    """Return the body of the answer as text, without secrets."""
    return _redacted_text(exchange.response.content) if exchange.response else ""


def _response_json(exchange: Exchange) -> dict[str, Any]:
    headers = redaction.redact_headers(exchange.response.headers) if exchange.response else {}
    return {
        "status": exchange.status,
        "headers": headers,
        **_body_json(exchange.response.content if exchange.response else b""),
    }


def _body_json(body: bytes) -> dict[str, str]:
    return {"body": _redacted_text(body), "bodyAsBase64": b64encode(redaction.redact_body(body)).decode()}


def _redacted_text(body: bytes) -> str:
    return redaction.redact_body(body).decode(errors="replace")


def _query_json(text: str) -> dict[str, Any]:
    values_by_name: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        values_by_name.setdefault(name, []).append(value)
    return {name: {"key": name, "values": values} for name, values in values_by_name.items()}


def _mock_json(exchange: Exchange) -> Mapping[str, Any]:
    """Return what only a simulator of this service knows; what there is nothing to say of is left out."""
    error = exchange.error
    facts = {
        "tenant": exchange.tenant,
        "operationId": exchange.operation.id if exchange.operation else None,
        "persona": exchange.principal.name if exchange.principal else None,
        "scope": exchange.used_scope,
        "missingScopes": list(exchange.missing_scopes) or None,
        "rule": error.rule if error and error.rule else None,
        "place": error.field if isinstance(error, BadRequest) and error.field else None,
        "findings": [_finding_json(each) for each in exchange.findings] or None,
        "fault": exchange.fault,
        "injected": exchange.is_injected or None,
        "test": exchange.test_name,
        "microseconds": exchange.microseconds,
        "versions": exchange.versions and {"before": exchange.versions[0], "after": exchange.versions[1]},
        "bodyIsCut": exchange.is_truncated or None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _finding_json(finding: Any) -> dict[str, str]:
    facts = {"kind": finding.kind, "place": finding.place, "message": finding.message}
    return facts | ({"suggestion": finding.suggestion} if finding.suggestion else {})
