"""Tokens for a storefront in which nobody has logged in (B4)."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidApiKey
from ...world import Tenant, World
from .granting import ANONYMOUS, granted, scope
from .sessions import Session, Sessions
from .unauthorized import InvalidRefreshToken


def check(world: World, client_id: str) -> None:
    """Raise InvalidApiKey unless the world has this client; its secret is not asked for."""
    if client_id not in world.seed.clients:
        raise InvalidApiKey(hint="known clients: " + ", ".join(world.seed.clients))


def begun(sessions: Sessions, tenant: Tenant, client_id: str) -> dict[str, Any]:
    """Begin a session and return its tokens."""
    return _tokens(sessions, tenant, sessions.begin(tenant, client_id=client_id))


def refreshed(sessions: Sessions, tenant: Tenant, client_id: str, refresh_token: str) -> dict[str, Any]:
    """Return new tokens of a session; the refresh token stays good until it expires, as has been seen (B4a)."""
    session = sessions.refreshable(tenant, refresh_token)
    if session.client_id != client_id:
        raise InvalidRefreshToken(hint="not a refresh token of this client")
    return _tokens(sessions, tenant, session)


def _tokens(sessions: Sessions, tenant: Tenant, session: Session) -> dict[str, Any]:
    reply = granted(sessions, tenant, session, ANONYMOUS)
    return reply | {"sessionId": session.id, "scope": scope((), tenant)}
