"""What a customer who has logged in may ask: the own profile, what the token is good for, and to be logged out (B7)."""

from __future__ import annotations

from typing import Any

from ... import people
from ...access import Principal, Tokens, bearer
from ...errors import Forbidden, InvalidToken
from ...state import State
from ...world import Tenant
from .granting import LOGIN, scope
from .sessions import Session, Sessions

HINT = "needs the token of a customer; log in, or use customer-token"


def check(principal: Principal) -> None:
    """Raise InvalidToken unless it is a customer who calls (B7b)."""
    if principal.customer_id is None:
        raise InvalidToken(hint=HINT, rule="B7b")


def profile(state: State, principal: Principal) -> dict[str, Any]:
    """Return what the world knows of the customer; Forbidden for everybody else (B7b)."""
    customer = state.customers.get(principal.customer_id or "")
    if customer is None:
        raise Forbidden(hint=HINT, rule="B7b")
    return people.profile(state, customer)


def facts(tenant: Tenant, principal: Principal, session: Session | None) -> dict[str, Any]:
    """Return what a customer's token is good for; one that stays good has a full lifetime before it."""
    customer = tenant.state.customers.get(principal.customer_id or "", {})
    left = (principal.expires_at - tenant.clock.now()).total_seconds() if principal.expires_at else LOGIN.access
    told = {
        "token_type": "Bearer",
        "expires_in": int(left),
        "scope": scope(principal.scopes, tenant),
        "sessionId": session and session.id,
        "email": customer.get("email"),
        "legalEntityId": principal.legal_entity_id,
    }
    return {name: value for name, value in told.items() if value is not None}


def end(tokens: Tokens, sessions: Sessions, tenant: Tenant, principal: Principal, access_token: str) -> None:
    """Make a token of the caller bad, and its session over (B7a); InvalidToken if it is not the caller's."""
    header = f"Bearer {access_token}"
    token, holder = bearer(header), tokens.principal(header, tenant.name, tenant.clock.now())
    if holder.customer_id != principal.customer_id:
        raise InvalidToken(hint="accessToken is not a token of the customer who calls", rule="B7a")
    session = sessions.of(token)
    if session is not None:
        session.over = True
    tokens.revoke(token, None if session else tenant.name)  # a reset brings back a token of the world's own
