"""Start and refresh sessions of customers (B5 to B7c) and of anonymous visitors (B4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access import Principal, format_scope
from ...domain import saas_tokens
from ...domain.customer_accounts import find_customer
from ...domain.customer_profile import DEFAULT_PASSWORD
from ...domain.customer_scopes import CUSTOMER_SCOPES
from ...domain.shopping_context import SESSION_CONTEXTS, choose, start_context
from ...errors import INVALID_PARAMETERS, BadRequest, Forbidden, InvalidApiKey
from ...store.state import Document, State
from ...store.tenant import Tenant
from ...store.world import World
from .granting import (
    ANONYMOUS_LIFETIMES,
    EXCHANGE_LIFETIMES,
    LOGIN_LIFETIMES,
    REFRESH_LIFETIMES,
    grant_session_tokens,
)
from .passwords import has_password
from .sessions import InvalidCredentials, InvalidRefreshToken, Session, SessionStore

DEFAULT_CONFIGURATION = "default"  # of the identity provider (B7c)
SESSION_IDLE_SECONDS = 120
LEGACY_NAMES = {
    "access_token": "accessToken",
    "expires_in": "expiresIn",
    "refresh_token": "refreshToken",
    "refresh_token_expires_in": "refreshTokenExpiresIn",
    "saas_token": "saasToken",
}


def log_in(sessions: SessionStore, tenant: Tenant, caller: Principal, email: str, password: str) -> dict[str, Any]:
    """Log in the customer with this e-mail and password (B5b); a visitor's session goes on (B4c)."""
    customer_id = _authenticate_customer(tenant.state, email, password)["id"]
    session = sessions.begin_session(tenant, customer_id=customer_id, session_id=_visitor_session_id(caller))
    _note_customer(tenant, session)
    reply = grant_session_tokens(sessions, tenant, session, LOGIN_LIFETIMES)
    reply["saas_token"] = saas_tokens.sign_saas_token(customer_id, tenant.clock.now(), LOGIN_LIFETIMES.access_seconds)
    return _with_legacy_names(reply) | {"sessionId": session.id, "scope": format_scope(CUSTOMER_SCOPES, tenant.name)}


def refresh_session(
    sessions: SessionStore, tenant: Tenant, refresh_token: str, legal_entity_id: str | None = None
) -> dict[str, Any]:
    """Return new tokens of a session, with a legal entity or without one; a refresh token works once (B6, B6a)."""
    session = sessions.find_refreshable_session(tenant, refresh_token)
    customer = tenant.state.customers.get(session.customer_id or "")
    if customer is None:
        raise InvalidRefreshToken(hint="not a refresh token of a customer of this tenant")
    if legal_entity_id is not None and legal_entity_id not in customer.get("legalEntities", ()):
        detail = "The customer does not belong to this legal entity."
        raise BadRequest(INVALID_PARAMETERS, field="legalEntityId", error_type="reference", detail=detail, rule="B6b")
    sessions.consume_refresh_token(refresh_token)
    return _with_legacy_names(grant_session_tokens(sessions, tenant, session, REFRESH_LIFETIMES, legal_entity_id))


def exchange_subject_token(
    sessions: SessionStore, tenant: Tenant, caller: Principal, subject_token: str, configuration: str | None = None
) -> dict[str, Any]:
    """Log in the customer that an identity provider's token names (B7c). A visitor's session goes on (B4c)."""
    now = tenant.clock.now()
    _require_configuration(tenant.state, configuration)
    customer_id = saas_tokens.verify_subject_token(subject_token, now)
    if customer_id not in tenant.state.customers:
        raise Forbidden(hint="the sub of the subject token is not a customer of this tenant", rule="B7c")
    session = sessions.begin_session(tenant, customer_id=customer_id, session_id=_visitor_session_id(caller))
    _note_customer(tenant, session)
    reply = grant_session_tokens(sessions, tenant, session, EXCHANGE_LIFETIMES)
    return reply | {
        "subject_access_token": subject_token,
        "saas_token": saas_tokens.sign_saas_token(customer_id, now, EXCHANGE_LIFETIMES.access_seconds),
        "session_idle_time": SESSION_IDLE_SECONDS,
        "scope": format_scope(CUSTOMER_SCOPES, tenant.name),
    }


def require_client(world: World, tenant: Tenant, client_id: str) -> None:
    """Raise InvalidApiKey unless the tenant has this client or any may call (B4b, B4e); its secret is not needed."""
    clients = world.clients_of(tenant.name)
    if client_id not in clients and not world.admits_any_client:
        raise InvalidApiKey(clients, alternative="start with --any-client to accept all")


def begin_anonymous_session(
    sessions: SessionStore,
    tenant: Tenant,
    client_id: str,
    session_id: str | None = None,
    choices: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Start a session, or go on with the one that the client names (B4c), and return its tokens.

    choices: where the session buys, in the fields of its context (S4); clients can read it later (S1).
    """
    session = sessions.begin_session(tenant, client_id=client_id, session_id=session_id)
    if choices:
        tenant.change(lambda state: (start_context(tenant, state, session.id, choices), None))
    return _grant_anonymous_tokens(sessions, tenant, session)


def refresh_anonymous_session(
    sessions: SessionStore, tenant: Tenant, client_id: str, refresh_token: str
) -> dict[str, Any]:
    """Return new tokens of a session; the old refresh token stays valid until it expires, unless switched (B4a)."""
    session = sessions.find_refreshable_session(tenant, refresh_token)
    if session.client_id != client_id:
        raise InvalidRefreshToken(hint="not a refresh token of this client")
    if tenant.switches.anonymous_refresh == "once":
        sessions.consume_refresh_token(refresh_token)
    return _grant_anonymous_tokens(sessions, tenant, session)


def _note_customer(tenant: Tenant, session: Session) -> None:
    """Let the context of a visitor's session, if it has one, belong to the customer who has logged in (S4)."""
    contexts = tenant.state.collection(SESSION_CONTEXTS)
    if session.id in contexts and contexts[session.id].get("customerId") != session.customer_id:
        tenant.change(lambda state: (choose(tenant, state, session.id, customerId=session.customer_id), None))


def _visitor_session_id(caller: Principal) -> str | None:
    """Return the id of the caller's session if the caller is a visitor; None if a new session begins (B4c)."""
    return caller.session_id if caller.is_visitor else None


def _require_configuration(state: State, name: str | None) -> None:
    """Raise BadRequest unless the identity provider's configuration is the default one or that of a site (B7c)."""
    known = [DEFAULT_CONFIGURATION, *(f"site_{code}" for code in state.sites)]
    if name is not None and name.casefold() not in {configuration.casefold() for configuration in known}:
        detail = f"No such configuration; those of this tenant are {', '.join(known)}."
        raise BadRequest(INVALID_PARAMETERS, field="config", error_type="reference", detail=detail, rule="B7c")


def _authenticate_customer(state: State, email: str, password: str) -> Document:
    """Return the customer with this e-mail and password; InvalidCredentials (B5b)."""
    customer = find_customer(state, email)
    if customer is None or not has_password(customer, password):
        raise InvalidCredentials(
            hint=f"the password is {DEFAULT_PASSWORD}, unless the world gives the customer another one"
        )
    return customer


def _with_legacy_names(reply: dict[str, Any]) -> dict[str, Any]:
    return reply | {legacy: reply[name] for name, legacy in LEGACY_NAMES.items() if name in reply}


def _grant_anonymous_tokens(sessions: SessionStore, tenant: Tenant, session: Session) -> dict[str, Any]:
    reply = grant_session_tokens(sessions, tenant, session, ANONYMOUS_LIFETIMES)
    return reply | {"sessionId": session.id, "scope": format_scope((), tenant.name)}
