"""Handlers of the Session Context Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from . import contexts


def get_own_context(call: Call) -> Reply:
    """Return the context of the caller's session."""
    return Reply(200, contexts.read_own_context(call.tenant, call.principal))


HANDLERS: dict[str, Handler] = {
    "GET-session-context-retrieve-session-context-by-sessionId": get_own_context,
}
