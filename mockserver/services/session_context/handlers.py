"""Handlers of the Session Context Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from .contexts import SessionContext


def _named_session(call: Call) -> SessionContext:
    return SessionContext(call.tenant, call.path["sessionId"])


def _own_session(call: Call) -> SessionContext:
    return SessionContext.of_caller(call.tenant, call.principal)


def get_context(call: Call) -> Reply:
    """Return the context of a session."""
    return Reply(200, _named_session(call).read())


def put_context(call: Call) -> Reply:
    """Replace the context of a session, or create it."""
    _named_session(call).replace(call.body, creates=call.query.get("upsert") == "true")
    return Reply(204)


def post_attribute(call: Call) -> Reply:
    """Set an attribute in the context of a session."""
    _named_session(call).add_attribute(call.body["key"], call.body["value"])
    return Reply(204)


def delete_attribute(call: Call) -> Reply:
    """Remove an attribute from the context of a session."""
    _named_session(call).remove_attribute(call.path["attributeName"])
    return Reply(204)


def get_own_context(call: Call) -> Reply:
    """Return the context of the caller's session."""
    return Reply(200, _own_session(call).read())


def patch_own_context(call: Call) -> Reply:
    """Change fields of the context of the caller's session."""
    _own_session(call).patch(call.body)
    return Reply(204)


def post_own_attribute(call: Call) -> Reply:
    """Set an attribute in the context of the caller's session."""
    _own_session(call).add_attribute(call.body["key"], call.body["value"])
    return Reply(201, call.body["key"])


def delete_own_attribute(call: Call) -> Reply:
    """Remove an attribute from the context of the caller's session."""
    _own_session(call).remove_attribute(call.path["attributeName"])
    return Reply(204)


HANDLERS: dict[str, Handler] = {
    "GET-session-context-retrieve-session-context": get_context,
    "PUT-session-context-update-session-context": put_context,
    "POST-session-context-add-attribute-sessionId": post_attribute,
    "DELETE-session-context-remove-attribute": delete_attribute,
    "GET-session-context-retrieve-session-context-by-sessionId": get_own_context,
    "PATCH-session-context-update-attribute-sessionId-storefront": patch_own_context,
    "POST-session-context-add-attribute-own-sessionId": post_own_attribute,
    "DELETE-session-context-remove-attribute-sessionId": delete_own_attribute,
}
