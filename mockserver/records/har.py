"""Visits as an HTTP Archive, version 1.2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from .. import __version__
from ..clock import timestamp
from ..messages import reason_phrase
from . import events, secrets
from .visit import Visit


def archive(visits: Iterable[Visit]) -> dict[str, Any]:
    """Return the archive."""
    creator = {"name": "emporix-mockserver", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_entry(visit) for visit in visits]}}


def _entry(visit: Visit) -> dict[str, Any]:
    milliseconds = visit.microseconds / 1000
    return {
        "startedDateTime": timestamp(visit.at),
        "time": milliseconds,
        "request": _request(visit),
        "response": _response(visit),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": visit.id,
    }


def _request(visit: Visit) -> dict[str, Any]:
    asked = events.request(visit)
    query = parse_qsl(secrets.query(visit.request.query), keep_blank_values=True, errors="replace")
    body = {"mimeType": visit.request.headers.get("content-type", ""), "text": asked["body"]}
    return {
        "method": asked["method"],
        "url": asked["absoluteUrl"],
        "httpVersion": "HTTP/1.1",
        "cookies": _pairs(asked["cookies"]),
        "headers": _pairs(asked["headers"]),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": len(visit.request.body),
        **({"postData": body} if asked["body"] else {}),
    }


def _response(visit: Visit) -> dict[str, Any]:
    text = events.answered(visit)
    return {
        "status": visit.status,
        "statusText": reason_phrase(visit.status, unknown=""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(secrets.headers(visit.answer.headers)) if visit.answer else [],
        "content": {
            "size": len(text.encode()),
            "mimeType": visit.answer.media_type if visit.answer and text else "",
            "text": text,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(visit.answer.content) if visit.answer else 0,
    }


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]
