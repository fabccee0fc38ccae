"""A customer's session: how it begins, and how it goes on (B5, B6)."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

from ...errors import PARAMETER_PROBLEM, BadRequest, Forbidden
from ...state import Document, State
from ...world import Tenant
from . import saas
from .granting import CUSTOMER_SCOPES, EXCHANGE, LOGIN, REFRESH, granted, scope
from .sessions import Sessions
from .unauthorized import InvalidCredentials, InvalidRefreshToken

PASSWORD = "secret1"  # noqa: S105 - of every customer whose world gives no other
IDLE_TIME = 120  # seconds
OLDER_NAMES = {
    "access_token": "accessToken",
    "expires_in": "expiresIn",
    "refresh_token": "refreshToken",
    "refresh_token_expires_in": "refreshTokenExpiresIn",
    "saas_token": "saasToken",
}


def begun(sessions: Sessions, tenant: Tenant, email: str, password: str) -> dict[str, Any]:
    """Begin a session for whoever has this e-mail and password; InvalidCredentials if nobody does."""
    customer_id = _authenticated(tenant.state, email, password)["id"]
    session = sessions.begin(tenant, customer_id=customer_id)
    reply = granted(sessions, tenant, session, LOGIN)
    reply["saas_token"] = saas.signed(customer_id, tenant.clock.now(), LOGIN.access)
    return _with_older_names(reply) | {"sessionId": session.id, "scope": scope(CUSTOMER_SCOPES, tenant)}


def refreshed(
    sessions: Sessions, tenant: Tenant, refresh_token: str, legal_entity_id: str | None = None
) -> dict[str, Any]:
    """Return new tokens of a session, for a legal entity or for none; a refresh token is good once (B6)."""
    session = sessions.refreshable(tenant, refresh_token)
    customer = tenant.state.customers.get(session.customer_id or "")
    if customer is None:
        raise InvalidRefreshToken(hint="not a refresh token of a customer of this tenant")
    if legal_entity_id is not None and legal_entity_id not in customer.get("legalEntities", ()):
        detail = "The customer does not belong to this legal entity."
        raise BadRequest(PARAMETER_PROBLEM, field="legalEntityId", kind="reference", detail=detail, rule="B6b")
    sessions.spend(refresh_token)
    return _with_older_names(granted(sessions, tenant, session, REFRESH, legal_entity_id))


def exchanged(sessions: Sessions, tenant: Tenant, subject_token: str) -> dict[str, Any]:
    """Begin a session for the customer whom an identity provider's token names (B7c)."""
    now = tenant.clock.now()
    customer_id = saas.subject(subject_token, now)
    if customer_id not in tenant.state.customers:
        raise Forbidden(hint="the sub of the subject token is no customer of this tenant", rule="B7c")
    reply = granted(sessions, tenant, sessions.begin(tenant, customer_id=customer_id), EXCHANGE)
    return reply | {
        "subject_access_token": subject_token,
        "saas_token": saas.signed(customer_id, now, EXCHANGE.access),
        "session_idle_time": IDLE_TIME,
        "scope": scope(CUSTOMER_SCOPES, tenant),
    }


def _authenticated(state: State, email: str, password: str) -> Document:
    """Return the customer with this e-mail, in any case; of several the one with the lowest id."""
    wanted = email.casefold()
    named = (each for each in state.customers.values() if each["email"].casefold() == wanted)
    customer = min(named, key=lambda each: each["id"], default=None)
    if customer is None or not compare_digest(customer.get("password", PASSWORD).encode(), password.encode()):
        raise InvalidCredentials(hint=f"the password is {PASSWORD}, unless the world gives the customer another one")
    return customer


def _with_older_names(reply: dict[str, Any]) -> dict[str, Any]:
    return reply | {older: reply[name] for name, older in OLDER_NAMES.items() if name in reply}
