"""Grant the tokens of a session: their scopes, and their lifetimes on the tenant's clock (B4 to B8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ...access import Principal
from ...domain.customer_scopes import CUSTOMER_SCOPES
from ...store.tenant import Tenant
from .sessions import Session, SessionStore


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The lifetimes of an access token and its refresh token, in seconds."""

    access_seconds: int
    refresh_seconds: int


ANONYMOUS_LIFETIMES = Lifetimes(3_599, 86_399)
LOGIN_LIFETIMES = Lifetimes(2_591_999, 86_399)
REFRESH_LIFETIMES = Lifetimes(2_591_999, 86_390)
EXCHANGE_LIFETIMES = Lifetimes(14_399, 15_551_999)


def grant_session_tokens(
    sessions: SessionStore, tenant: Tenant, session: Session, lifetimes: Lifetimes, legal_entity_id: str | None = None
) -> dict[str, Any]:
    """Grant tokens, with a legal entity or without one; return the fields that all replies share."""
    now = tenant.clock.now()
    holder = Principal(
        scopes=CUSTOMER_SCOPES if session.customer_id else frozenset(),
        tenant=tenant.name,
        customer_id=session.customer_id,
        legal_entity_id=legal_entity_id,
        expires_at=now + timedelta(seconds=lifetimes.access_seconds),
        name=f"customer:{session.customer_id}" if session.customer_id else "anonymous",
        session_id=session.id,
    )
    access_token, refresh_token = sessions.issue_tokens(
        session, holder, now + timedelta(seconds=lifetimes.refresh_seconds)
    )
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": lifetimes.access_seconds,
        "refresh_token": refresh_token,
        "refresh_token_expires_in": lifetimes.refresh_seconds,
        "session_id": session.id,
    }
