"""Replies that a client chooses with the header `Prefer: code=404, example=missing` (RFC 7240, as in Prism)."""

from __future__ import annotations

import re
from dataclasses import replace

from ..contract.operations import Operation
from ..errors import INVALID_PARAMETERS, BadRequest
from ..messages import Reply
from ..records.exchange import Exchange
from . import replies
from .replies import ReplyChoice, Unsatisfiable

PREFERENCE_PATTERN = re.compile(r"""([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*(?:"([^"]*)"|([^\s,;"]*)))?""")
SUPPORTED_PREFERENCES = ("code", "example")


def find_preferred_reply(operation: Operation, exchange: Exchange) -> Reply | None:
    """Return the reply that a call prefers; None without a preference, BadRequest if no such reply exists."""
    preferences = _parse_preferences(exchange.request.headers.get("prefer", ""))
    if not preferences:
        return None
    try:
        reply = replies.build_reply(operation, _choose_reply(operation, preferences), exchange.ids)
    except Unsatisfiable as error:
        raise _preference_error(str(error)) from None
    applied = ", ".join(f"{name}={value}" for name, value in preferences.items())
    return replace(reply, headers={**reply.headers, "Preference-Applied": applied})


def _parse_preferences(header: str) -> dict[str, str]:
    """Return the supported preferences; the first of a repeated one counts (RFC 7240)."""
    preferences: dict[str, str] = {}
    for name, quoted, plain in PREFERENCE_PATTERN.findall(header):
        preferences.setdefault(name.lower(), quoted or plain)
    return {name: preferences[name] for name in SUPPORTED_PREFERENCES if name in preferences}


def _choose_reply(operation: Operation, preferences: dict[str, str]) -> ReplyChoice:
    """Return the preferred reply; without a code, it is the first status that has the example."""
    example = preferences.get("example")
    if "code" not in preferences:
        statuses = (
            status
            for status in replies.available_statuses(operation)
            if example in replies.example_names(operation, status)
        )
        status = next(statuses, None)
        if status is None:
            raise Unsatisfiable(
                f"{operation.id} has no example {example!r}; send a code, too, and the error lists its examples."
            )
        return ReplyChoice(status, example)
    if not re.fullmatch(r"[1-5][0-9]{2}", preferences["code"]):
        raise Unsatisfiable("code must be a status, such as 404.")
    return ReplyChoice(int(preferences["code"]), example)


def _preference_error(detail: str) -> BadRequest:
    return BadRequest(INVALID_PARAMETERS, field="Prefer", error_type="enum", detail=detail, rule="F7")
