"""Handlers of the OAuth Service."""

from __future__ import annotations

from ...messages import Call, Reply
from ...store.world import World
from . import tokens


def post_token(world: World, call: Call) -> Reply:
    """Grant a token; a field of the body takes precedence over the same field of the query."""
    return Reply(200, tokens.grant_service_token(world, dict(call.query) | (call.body or {})))
