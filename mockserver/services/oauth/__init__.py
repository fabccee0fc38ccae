"""The OAuth Service: client credentials in, service access token out."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Reply, Service
from ...world import World
from . import tokens


def service(world: World) -> Service:
    """Return the service with its handler."""
    return Service("oauth.yaml", {"POST-oauth-request-token": partial(post_token, world)})


def post_token(world: World, call: Call) -> Reply:
    """Hand out a token; a field of the body wins over the same field of the query."""
    return Reply(200, tokens.grant_service_token(world, dict(call.query) | (call.body or {})))
