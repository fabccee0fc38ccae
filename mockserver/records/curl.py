"""Visits as a shell script of curl lines, to be played again; secrets are variables of the shell."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from . import events, secrets
from .visit import Visit

LEFT_OUT = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "authorization", "user-agent", "accept"}
)
HEAD = """#!/usr/bin/env bash
# Set TOKEN, and SERVER if it is another one, and run this with bash.
: "${SERVER:=%s}"
: "${TOKEN:=admin-token}"
"""


def script(visits: Iterable[Visit], server: str) -> str:
    """Return the script; each request is followed by the status that it got."""
    return HEAD % server + "".join(f"{line(visit)} # {visit.status}\n" for visit in visits)


def line(visit: Visit) -> str:
    """Return one request as a curl line, against the server that the variable SERVER names."""
    asked = visit.request
    parts = ["curl", "-X", quote(asked.method), f'"$SERVER"{quote(events.url(visit))}']
    if "authorization" in asked.headers:
        parts += ["-H", '"Authorization: Bearer $TOKEN"']
    for name, value in secrets.headers(asked.headers).items():
        if name not in LEFT_OUT:
            parts += ["-H", quote(f"{name}: {value}")]
    if asked.body:
        parts += ["--data-binary", quote(secrets.text(asked.body.decode(errors="replace")))]
    return " ".join(parts)
