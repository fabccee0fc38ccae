"""Tokens for a storefront in which nobody has logged in (B4)."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidApiKey
from ...world import Tenant, World
from .granting import ANONYMOUS_LIFETIMES, format_scope, grant_session_tokens
from .sessions import Session, SessionStore
from .unauthorized import InvalidRefreshToken


def require_client(world: World, client_id: str) -> None:
    """Raise InvalidApiKey unless the world has this client; its secret is not asked for."""
    if client_id not in world.seed.clients:
        raise InvalidApiKey(hint="known clients: " + ", ".join(world.seed.clients))


def begin_anonymous_session(sessions: SessionStore, tenant: Tenant, client_id: str) -> dict[str, Any]:
    """Begin a session and return its tokens."""
    return _grant_anonymous_tokens(sessions, tenant, sessions.begin_session(tenant, client_id=client_id))


def refresh_anonymous_session(
    sessions: SessionStore, tenant: Tenant, client_id: str, refresh_token: str
) -> dict[str, Any]:
    """Return new tokens of a session; the refresh token stays good until it expires, as has been seen (B4a)."""
    session = sessions.find_refreshable_session(tenant, refresh_token)
    if session.client_id != client_id:
        raise InvalidRefreshToken(hint="not a refresh token of this client")
    return _grant_anonymous_tokens(sessions, tenant, session)


def _grant_anonymous_tokens(sessions: SessionStore, tenant: Tenant, session: Session) -> dict[str, Any]:
    reply = grant_session_tokens(sessions, tenant, session, ANONYMOUS_LIFETIMES)
    return reply | {"sessionId": session.id, "scope": format_scope((), tenant)}
