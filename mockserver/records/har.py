"""Visits as an HTTP Archive, version 1.2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from .. import __version__
from ..clock import format_timestamp
from ..messages import reason_phrase
from . import events, secrets
from .visit import Exchange


def har_json(exchanges: Iterable[Exchange]) -> dict[str, Any]:
    """Return the archive."""
    creator = {"name": "emporix-mockserver", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_entry_json(exchange) for exchange in exchanges]}}


def _entry_json(exchange: Exchange) -> dict[str, Any]:
    milliseconds = exchange.microseconds / 1000
    return {
        "startedDateTime": format_timestamp(exchange.arrived_at),
        "time": milliseconds,
        "request": _request_json(exchange),
        "response": _response_json(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": exchange.id,
    }


def _request_json(exchange: Exchange) -> dict[str, Any]:
    logged_request = events.logged_request_json(exchange)
    query = parse_qsl(secrets.redact_query(exchange.request.query), keep_blank_values=True, errors="replace")
    body = {"mimeType": exchange.request.headers.get("content-type", ""), "text": logged_request["body"]}
    return {
        "method": logged_request["method"],
        "url": logged_request["absoluteUrl"],
        "httpVersion": "HTTP/1.1",
        "cookies": _name_value_pairs(logged_request["cookies"]),
        "headers": _name_value_pairs(logged_request["headers"]),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": len(exchange.request.body),
        **({"postData": body} if logged_request["body"] else {}),
    }


def _response_json(exchange: Exchange) -> dict[str, Any]:
    text = events.redacted_response_text(exchange)
    return {
        "status": exchange.status,
        "statusText": reason_phrase(exchange.status, unknown=""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _name_value_pairs(secrets.redact_headers(exchange.response.headers)) if exchange.response else [],
        "content": {
            "size": len(text.encode()),
            "mimeType": exchange.response.media_type if exchange.response and text else "",
            "text": text,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(exchange.response.content) if exchange.response else 0,
    }


def _name_value_pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]
