"""Visits as WireMock's serve events, so that its clients can read the journal; what it has no name for is in `mock`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from ..clock import timestamp
from ..errors import BadRequest
from . import secrets
from .visit import Visit


def event(visit: Visit) -> dict[str, Any]:
    """Return a visit as WireMock's admin API would show it."""
    return {
        "id": visit.id,
        "request": request(visit),
        "responseDefinition": {"status": visit.status},
        "response": _response(visit),
        "wasMatched": not visit.is_unmatched,
        "timing": {"addedDelay": 0, "processTime": visit.microseconds // 1000, "totalTime": visit.microseconds // 1000},
        "mock": _mock(visit),
    }


def request(visit: Visit) -> dict[str, Any]:
    """Return the request of a visit, without its secrets; times are milliseconds since 1970, and ISO 8601."""
    asked = visit.request
    return {
        "url": url(visit),
        "absoluteUrl": f"http://{asked.headers.get('host', 'localhost')}{url(visit)}",
        "method": asked.method,
        "clientIp": asked.client,
        "headers": secrets.headers(asked.headers),
        "cookies": secrets.cookies(asked.headers.get("cookie", "")),
        "queryParams": _query(secrets.query(asked.query)),
        "browserProxyRequest": False,
        "loggedDate": int(visit.at.timestamp() * 1000),
        "loggedDateString": timestamp(visit.at),
        **_content(asked.body),
    }


def url(visit: Visit) -> str:
    """Return path and query as the client encoded them, without secrets."""
    query = secrets.query(visit.request.query)
    return f"{visit.request.path}?{query}" if query else visit.request.path


def answered(visit: Visit) -> str:
    """Return the body of the answer as text, without secrets."""
    return _text(visit.answer.content) if visit.answer else ""


def _response(visit: Visit) -> dict[str, Any]:
    headers = secrets.headers(visit.answer.headers) if visit.answer else {}
    return {"status": visit.status, "headers": headers, **_content(visit.answer.content if visit.answer else b"")}


def _content(body: bytes) -> dict[str, str]:
    return {"body": _text(body), "bodyAsBase64": b64encode(secrets.content(body)).decode()}


def _text(body: bytes) -> str:
    return secrets.content(body).decode(errors="replace")


def _query(text: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        found.setdefault(name, []).append(value)
    return {name: {"key": name, "values": values} for name, values in found.items()}


def _mock(visit: Visit) -> Mapping[str, Any]:
    """Return what only a simulator of this service knows; what there is nothing to say of is left out."""
    error = visit.error
    facts = {
        "tenant": visit.tenant,
        "operationId": visit.operation.id if visit.operation else None,
        "persona": visit.principal.name if visit.principal else None,
        "scope": visit.scope,
        "missingScopes": list(visit.missing) or None,
        "rule": error.rule if error and error.rule else None,
        "place": error.field if isinstance(error, BadRequest) and error.field else None,
        "findings": [_finding(each) for each in visit.findings] or None,
        "fault": visit.fault,
        "injected": visit.injected or None,
        "test": visit.test,
        "microseconds": visit.microseconds,
        "versions": visit.versions and {"before": visit.versions[0], "after": visit.versions[1]},
        "bodyIsCut": visit.is_cut or None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _finding(finding: Any) -> dict[str, str]:
    facts = {"kind": finding.kind, "place": finding.place, "message": finding.message}
    return facts | ({"suggestion": finding.suggestion} if finding.suggestion else {})
