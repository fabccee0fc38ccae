"""A handler for each operationId, from call to rule and back."""

from __future__ import annotations

from functools import partial

from ...access import bearer
from ...messages import Call, Handler, Reply
from ...world import World
from . import account, anonymous, login
from .sessions import Sessions


def handlers(world: World) -> dict[str, Handler]:
    """Return the handlers, which share the sessions."""
    sessions = Sessions(world)
    return {
        "GET-oauth-generate-anonymous-access-token": partial(begin_anonymously, world, sessions),
        "GET-oauth-refresh-anonymous-access-token": partial(refresh_anonymously, world, sessions),
        "POST-customer-authenticate-customer": partial(log_in, sessions),
        "GET-customer-refresh-authtoken": partial(refresh, sessions),
        "POST-customer-exchange-authtoken": partial(exchange, sessions),
        "GET-customer-validate-token": partial(validate, sessions),
        "GET-customer-logout-customer": partial(log_out, world, sessions),
        "GET-customer-retrieve-customer-profile": profile,
    }


def begin_anonymously(world: World, sessions: Sessions, call: Call) -> Reply:
    """Begin an anonymous session."""
    tenant = world.tenant(call.query["tenant"])
    anonymous.check(world, call.query["client_id"])
    return Reply(200, anonymous.begun(sessions, tenant, call.query["client_id"]))


def refresh_anonymously(world: World, sessions: Sessions, call: Call) -> Reply:
    """Go on with an anonymous session."""
    tenant = world.tenant(call.query["tenant"])
    anonymous.check(world, call.query["client_id"])
    return Reply(200, anonymous.refreshed(sessions, tenant, call.query["client_id"], call.query["refresh_token"]))


def log_in(sessions: Sessions, call: Call) -> Reply:
    """Begin a customer's session."""
    return Reply(200, login.begun(sessions, call.tenant, call.body["email"], call.body["password"]))


def refresh(sessions: Sessions, call: Call) -> Reply:
    """Go on with a customer's session."""
    entity = call.query.get("legalEntityId")
    return Reply(200, login.refreshed(sessions, call.tenant, call.query["refreshToken"], entity))


def exchange(sessions: Sessions, call: Call) -> Reply:
    """Begin a customer's session with the token of an identity provider."""
    return Reply(200, login.exchanged(sessions, call.tenant, call.query["subjectAccessToken"]))


def validate(sessions: Sessions, call: Call) -> Reply:
    """Tell what the customer's token is good for."""
    account.check(call.principal)
    token = bearer(call.header["Authorization"])
    return Reply(200, account.facts(call.tenant, call.principal, sessions.of(token)))


def log_out(world: World, sessions: Sessions, call: Call) -> Reply:
    """Make a token of the customer bad."""
    account.check(call.principal)
    account.end(world.tokens, sessions, call.tenant, call.principal, call.query["accessToken"])
    return Reply(204)


def profile(call: Call) -> Reply:
    """Show the customer who calls."""
    return Reply(200, account.profile(call.tenant.state, call.principal))
