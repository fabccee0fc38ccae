"""Visits as a shell script of curl lines, to be played again; secrets are variables of the shell."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from shlex import quote
from typing import Any
from urllib.parse import parse_qsl

from ... import __version__
from ...access import bearer_token
from ...errors import InvalidToken
from ...messages import reason_phrase
from ...records.exchange import Exchange
from ...store.clock import format_timestamp
from . import redaction, wiremock

SKIPPED_HEADERS = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "authorization", "user-agent", "accept"}
    | {"expect", "transfer-encoding"}
)
SENDABLE_HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)  # of a header; curl takes @name for a file
HOST_PATTERN = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
DEFAULT_HOST = "127.0.0.1:8080"
SCRIPT_HEAD = """#!/usr/bin/env bash
# Set TOKEN, and SERVER if it is another one, and run this with bash.
: "${SERVER:=%s}"
: "${TOKEN:=admin-token}"
"""


def render_curl_script(exchanges: Sequence[Exchange], public_tokens: Container[str]) -> str:
    """Return the script; each request is followed by the status that it got.

    shown: the tokens that are no secret, since the world's documentation names them.
    """
    return SCRIPT_HEAD % server_url(exchanges) + "".join(
        f"{_script_line(exchange, public_tokens)} # {exchange.status}\n" for exchange in exchanges
    )


def server_url(exchanges: Sequence[Exchange]) -> str:
    """Return where the latest of these visits went, or where a server usually is if none names a host that can be."""
    hosts = (exchange.request.headers.get("host", "") for exchange in reversed(exchanges))
    return f"http://{next((host for host in hosts if HOST_PATTERN.fullmatch(host)), DEFAULT_HOST)}"


def render_curl_line(exchange: Exchange, public_tokens: Container[str]) -> str:
    """Return one request as a curl line, against the server that the variable SERVER names."""
    request = exchange.request
    parts = [
        "curl",
        *_curl_options(exchange),
        f'"$SERVER"{quote(wiremock.redacted_url(exchange))}',
        *_token_option(exchange, public_tokens),
    ]
    for name, value in redaction.redact_headers(request.headers).items():
        if name not in SKIPPED_HEADERS and SENDABLE_HEADER_NAME.fullmatch(name):
            parts += ["-H", quote(f"{name}: {value}" if value else f"{name};")]
    body = redaction.redact_body(request.body)
    if not body:
        return " ".join(parts)
    if "content-type" not in request.headers:
        parts += ["-H", "content-type:"]  # curl would call it a form
    if body.isascii() and body.decode().isprintable():
        return " ".join([*parts, "--data-raw", quote(body.decode())])  # raw: `@` is no file
    return f"printf %b {_quote_bytes(body)} | {' '.join(parts)} --data-binary @-"


def _script_line(exchange: Exchange, public_tokens: Container[str]) -> str:
    """Return the line, as a comment if the request was kept in part only."""
    return (
        f"# cut off: {render_curl_line(exchange, public_tokens)}"
        if exchange.is_truncated
        else render_curl_line(exchange, public_tokens)
    )


def _curl_options(exchange: Exchange) -> list[str]:
    """Return the method, and what keeps curl from taking the address for a pattern or straightening it."""
    method = exchange.request.method
    options = ["--head"] if method == "HEAD" else ["-X", quote(method)]  # with -X HEAD it waits for a body
    if re.search(r"[\[\]{}]", wiremock.redacted_url(exchange)):
        options.append("--globoff")
    if "/." in exchange.request.path:
        options.append("--path-as-is")
    return options


def _token_option(exchange: Exchange, public_tokens: Container[str]) -> list[str]:
    header = exchange.request.headers.get("authorization")
    if header is None:
        return []
    try:
        token = bearer_token(header)
    except InvalidToken:
        token = ""
    return [
        "-H",
        quote(f"Authorization: Bearer {token}") if token in public_tokens else '"Authorization: Bearer $TOKEN"',
    ]


def _quote_bytes(body: bytes) -> str:
    """Return bytes as one word of which `printf %b` makes them again."""
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in body)
    return f"'{''.join(plain)}'"


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
    logged_request = wiremock.logged_request_json(exchange)
    query = parse_qsl(redaction.redact_query(exchange.request.query), keep_blank_values=True, errors="replace")
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
    text = wiremock.redacted_response_text(exchange)
    return {
        "status": exchange.status,
        "statusText": reason_phrase(exchange.status, unknown=""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _name_value_pairs(redaction.redact_headers(exchange.response.headers)) if exchange.response else [],
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
