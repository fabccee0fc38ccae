"""Visits as a shell script of curl lines, to be played again; secrets are variables of the shell."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from shlex import quote

from ..access import bearer_token
from ..errors import InvalidToken
from . import events, secrets
from .visit import Exchange

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
        f'"$SERVER"{quote(events.redacted_url(exchange))}',
        *_token_option(exchange, public_tokens),
    ]
    for name, value in secrets.redact_headers(request.headers).items():
        if name not in SKIPPED_HEADERS and SENDABLE_HEADER_NAME.fullmatch(name):
            parts += ["-H", quote(f"{name}: {value}" if value else f"{name};")]
    body = secrets.redact_body(request.body)
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
    if re.search(r"[\[\]{}]", events.redacted_url(exchange)):
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
