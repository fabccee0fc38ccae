"""Visits as a shell script of curl lines, to be played again; secrets are variables of the shell."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from shlex import quote

from ..access import bearer
from ..errors import InvalidToken
from . import events, secrets
from .visit import Visit

LEFT_OUT = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "authorization", "user-agent", "accept"}
    | {"expect", "transfer-encoding"}
)
NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)  # of a header; curl takes @name for a file
HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
USUAL_HOST = "127.0.0.1:8080"
HEAD = """#!/usr/bin/env bash
# Set TOKEN, and SERVER if it is another one, and run this with bash.
: "${SERVER:=%s}"
: "${TOKEN:=admin-token}"
"""


def script(visits: Sequence[Visit], shown: Container[str]) -> str:
    """Return the script; each request is followed by the status that it got.

    shown: the tokens that are no secret, since the world's documentation names them.
    """
    return HEAD % server(visits) + "".join(f"{_whole(visit, shown)} # {visit.status}\n" for visit in visits)


def server(visits: Sequence[Visit]) -> str:
    """Return where the latest of these visits went, or where a server usually is if none names a host that can be."""
    hosts = (visit.request.headers.get("host", "") for visit in reversed(visits))
    return f"http://{next((host for host in hosts if HOST.fullmatch(host)), USUAL_HOST)}"


def line(visit: Visit, shown: Container[str]) -> str:
    """Return one request as a curl line, against the server that the variable SERVER names."""
    asked = visit.request
    parts = ["curl", *_options(visit), f'"$SERVER"{quote(events.url(visit))}', *_token(visit, shown)]
    for name, value in secrets.headers(asked.headers).items():
        if name not in LEFT_OUT and NAME.fullmatch(name):
            parts += ["-H", quote(f"{name}: {value}" if value else f"{name};")]
    body = secrets.content(asked.body)
    if not body:
        return " ".join(parts)
    if "content-type" not in asked.headers:
        parts += ["-H", "content-type:"]  # curl would call it a form
    if body.isascii() and body.decode().isprintable():
        return " ".join([*parts, "--data-raw", quote(body.decode())])  # raw: `@` is no file
    return f"printf %b {_escaped(body)} | {' '.join(parts)} --data-binary @-"


def _whole(visit: Visit, shown: Container[str]) -> str:
    """Return the line, as a comment if the request was kept in part only."""
    return f"# cut off: {line(visit, shown)}" if visit.is_cut else line(visit, shown)


def _options(visit: Visit) -> list[str]:
    """Return the method, and what keeps curl from taking the address for a pattern or straightening it."""
    method = visit.request.method
    options = ["--head"] if method == "HEAD" else ["-X", quote(method)]  # with -X HEAD it waits for a body
    if re.search(r"[\[\]{}]", events.url(visit)):
        options.append("--globoff")
    if "/." in visit.request.path:
        options.append("--path-as-is")
    return options


def _token(visit: Visit, shown: Container[str]) -> list[str]:
    header = visit.request.headers.get("authorization")
    if header is None:
        return []
    try:
        token = bearer(header)
    except InvalidToken:
        token = ""
    return ["-H", quote(f"Authorization: Bearer {token}") if token in shown else '"Authorization: Bearer $TOKEN"']


def _escaped(body: bytes) -> str:
    """Return bytes as one word of which `printf %b` makes them again."""
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in body)
    return f"'{''.join(plain)}'"
