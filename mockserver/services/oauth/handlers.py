"""Handlers of the OAuth Service."""

from __future__ import annotations

from ...messages import Call, Reply
from ...store.world import World
from . import tokens


def post_token(world: World, call: Call) -> Reply:
    """Hand out a token; a field of the body wins over the same field of the query."""
    return Reply(200, tokens.grant_service_token(world, dict(call.query) | (call.body or {})))
