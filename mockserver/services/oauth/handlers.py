"""Handlers of the OAuth Service."""

from __future__ import annotations

from ...messages import Call, Reply
from ...store.world import World
from . import client_authentication, tokens


def post_token(world: World, call: Call) -> Reply:
    """Grant a token; a field of the body takes precedence over the same field of the query."""
    parameters = dict(call.query) | (call.body or {})
    credentials = client_authentication.read_credentials(call.header.get("Authorization"), parameters)
    return Reply(200, tokens.grant_service_token(world, parameters, credentials))
