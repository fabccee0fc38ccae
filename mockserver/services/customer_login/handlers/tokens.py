"""Handlers for the tokens and sessions of customers and visitors."""

from __future__ import annotations

from functools import partial

from ....access import bearer_token
from ....messages import Call, Handler, Reply
from ....store.world import World
from .. import account, login
from ..sessions import SessionStore

SESSION_CHOICES = ("siteCode", "currency", "targetLocation", "language")  # of an anonymous login (S4)


def create_token_handlers(world: World) -> dict[str, Handler]:
    """Return the handlers; they share the sessions."""
    sessions = SessionStore(world)
    return {
        "GET-oauth-generate-anonymous-access-token": partial(get_anonymous_login, world, sessions),
        "GET-oauth-refresh-anonymous-access-token": partial(get_anonymous_refresh, world, sessions),
        "POST-customer-authenticate-customer": partial(post_login, sessions),
        "GET-customer-refresh-authtoken": partial(get_refresh_auth_token, sessions),
        "POST-customer-exchange-authtoken": partial(post_exchange_auth_token, sessions),
        "GET-customer-validate-token": partial(get_validate_auth_token, world, sessions),
        "GET-customer-logout-customer": partial(get_logout, world, sessions),
    }


def get_anonymous_login(world: World, sessions: SessionStore, call: Call) -> Reply:
    """Start an anonymous session."""
    tenant = world.tenant(call.query["tenant"])
    login.require_client(world, tenant, call.query["client_id"])
    session_id = call.query.get("session-id") or call.header.get("session-id")
    choices = {name: call.query[name] for name in SESSION_CHOICES if call.query.get(name)}
    return Reply(200, login.begin_anonymous_session(sessions, tenant, call.query["client_id"], session_id, choices))


def get_anonymous_refresh(world: World, sessions: SessionStore, call: Call) -> Reply:
    """Refresh an anonymous session."""
    tenant = world.tenant(call.query["tenant"])
    login.require_client(world, tenant, call.query["client_id"])
    return Reply(
        200, login.refresh_anonymous_session(sessions, tenant, call.query["client_id"], call.query["refresh_token"])
    )


def post_login(sessions: SessionStore, call: Call) -> Reply:
    """Log a customer in."""
    return Reply(200, login.log_in(sessions, call.tenant, call.principal, call.body["email"], call.body["password"]))


def get_refresh_auth_token(sessions: SessionStore, call: Call) -> Reply:
    """Refresh a customer's session."""
    entity = call.query.get("legalEntityId")
    return Reply(200, login.refresh_session(sessions, call.tenant, call.query["refreshToken"], entity))


def post_exchange_auth_token(sessions: SessionStore, call: Call) -> Reply:
    """Log a customer in with the token of an identity provider."""
    subject_token, configuration = call.query["subjectAccessToken"], call.query.get("config")
    return Reply(200, login.exchange_subject_token(sessions, call.tenant, call.principal, subject_token, configuration))


def get_validate_auth_token(world: World, sessions: SessionStore, call: Call) -> Reply:
    """Return what the customer's token is valid for."""
    account.require_customer(world.tokens, call.tenant, call.principal)
    token = bearer_token(call.header["Authorization"])
    return Reply(200, account.token_info(call.tenant, call.principal, sessions.find_session(token)))


def get_logout(world: World, sessions: SessionStore, call: Call) -> Reply:
    """Log the customer out."""
    account.require_customer(world.tokens, call.tenant, call.principal)
    account.log_out(world.tokens, sessions, call.tenant, call.principal, call.query["accessToken"])
    return Reply(204)
