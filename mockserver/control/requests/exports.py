"""Exports of the journal: a shell script of curl commands that repeats the requests, and an HTTP Archive (HAR)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from shlex import quote
from typing import Any
from urllib.parse import parse_qsl

from ... import __version__
from ...access import bearer_token
from ...errors import InvalidToken
from ...messages import reason_phrase
from ...records.exchange import JournalEntry
from ...store.clock import format_timestamp
from . import redaction, wiremock

SKIPPED_HEADERS = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "authorization", "user-agent", "accept"}
    | {"expect", "transfer-encoding"}
)
SENDABLE_HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)  # curl would read @name from a file
HOST_PATTERN = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
DEFAULT_HOST = "127.0.0.1:8080"
SCRIPT_HEAD = """#!/usr/bin/env bash
# Set TOKEN, and SERVER if it is another one, and run this with bash.
: "${SERVER:=%s}"
: "${TOKEN:=%s}"
"""


def render_curl_script(
    entries: Sequence[JournalEntry], is_public: Callable[[str], bool], default_token: str | None
) -> str:
    """Return the script; the status of the response follows each command as a comment.

    is_public: whether a token may be shown; others become the shell variable TOKEN.
    default_token: what that variable is unless the user sets it.
    """
    lines = (_render_script_line(entry, is_public) for entry in entries)
    return SCRIPT_HEAD % (find_server_url(entries), quote(default_token or "")) + "".join(lines)


def har_json(entries: Iterable[JournalEntry]) -> dict[str, Any]:
    """Return the HTTP Archive."""
    creator = {"name": "emporix-mockserver", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_entry_json(entry) for entry in entries]}}


def find_server_url(entries: Sequence[JournalEntry]) -> str:
    """Return the URL of the server for the latest of these requests with a valid Host header, or else the default."""
    for entry in reversed(entries):
        request = entry.request
        host = request.headers.get("host", "")
        if HOST_PATTERN.fullmatch(host):
            return f"{request.client_scheme}://{host}{request.prefix}"
    return f"http://{DEFAULT_HOST}"


def _render_script_line(entry: JournalEntry, is_public: Callable[[str], bool]) -> str:
    """Return a line of the script; a truncated request becomes a comment."""
    prefix = "# cut off: " if entry.is_truncated else ""
    return f"{prefix}{_render_curl_command(entry, is_public)} # {entry.status}\n"


def _render_curl_command(entry: JournalEntry, is_public: Callable[[str], bool]) -> str:
    """Return the request as a curl command for the server that the shell variable SERVER names."""
    request = entry.request
    parts = [
        "curl",
        *_curl_options(entry),
        f'"$SERVER"{quote(wiremock.redacted_url(entry))}',
        *_token_option(entry, is_public),
    ]
    for name, value in redaction.redact_headers(request.headers).items():
        if name not in SKIPPED_HEADERS and SENDABLE_HEADER_NAME.fullmatch(name):
            parts += ["-H", quote(f"{name}: {value}" if value else f"{name};")]
    body = redaction.redact_body(request.body)
    if not body:
        return " ".join(parts)
    if "content-type" not in request.headers:
        parts += ["-H", "content-type:"]  # otherwise curl sends the type of a form
    if body.isascii() and body.decode().isprintable():
        return " ".join([*parts, "--data-raw", quote(body.decode())])  # raw: `@` does not name a file
    return f"printf %b {_quote_bytes(body)} | {' '.join(parts)} --data-binary @-"


def _curl_options(entry: JournalEntry) -> list[str]:
    """Return the method, and the options that stop curl from expanding or normalizing the URL."""
    method = entry.request.method
    options = ["--head"] if method == "HEAD" else ["-X", quote(method)]  # with -X HEAD, curl would wait for a body
    if re.search(r"[\[\]{}]", wiremock.redacted_url(entry)):
        options.append("--globoff")
    if "/." in entry.request.path:
        options.append("--path-as-is")
    return options


def _token_option(entry: JournalEntry, is_public: Callable[[str], bool]) -> list[str]:
    header = entry.request.headers.get("authorization")
    if header is None:
        return []
    try:
        token = bearer_token(header)
    except InvalidToken:
        token = ""
    return ["-H", quote(f"Authorization: Bearer {token}") if is_public(token) else '"Authorization: Bearer $TOKEN"']


def _quote_bytes(body: bytes) -> str:
    """Quote bytes for `printf %b`."""
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in body)
    return f"'{''.join(plain)}'"


def _entry_json(entry: JournalEntry) -> dict[str, Any]:
    milliseconds = entry.microseconds / 1000
    return {
        "startedDateTime": format_timestamp(entry.arrived_at),
        "time": milliseconds,
        "request": _request_json(entry),
        "response": _response_json(entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": entry.id,
    }


def _request_json(entry: JournalEntry) -> dict[str, Any]:
    logged_request = wiremock.logged_request_json(entry)
    query = parse_qsl(redaction.redact_query(entry.request.query), keep_blank_values=True, errors="replace")
    body = {"mimeType": entry.request.headers.get("content-type", ""), "text": logged_request["body"]}
    return {
        "method": logged_request["method"],
        "url": logged_request["absoluteUrl"],
        "httpVersion": "HTTP/1.1",
        "cookies": _name_value_pairs(logged_request["cookies"]),
        "headers": _name_value_pairs(logged_request["headers"]),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": len(entry.request.body),
        **({"postData": body} if logged_request["body"] else {}),
    }


def _response_json(entry: JournalEntry) -> dict[str, Any]:
    text = wiremock.redacted_response_text(entry)
    return {
        "status": entry.status,
        "statusText": reason_phrase(entry.status, unknown=""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _name_value_pairs(_response_headers(entry)),
        "content": {
            "size": len(text.encode()),
            "mimeType": entry.response.media_type if entry.response and text else "",
            "text": text,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(entry.response.content) if entry.response else 0,
    }


def _response_headers(entry: JournalEntry) -> dict[str, str]:
    """Return the headers with the type of the content, which tools that replay a HAR file look for there."""
    if not entry.response:
        return {}
    headers = redaction.redact_headers(entry.response.headers)
    has_type = any(name.lower() == "content-type" for name in headers)
    media_type = entry.response.media_type if entry.response.content and not has_type else ""
    return headers | ({"Content-Type": media_type} if media_type else {})


def _name_value_pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]
