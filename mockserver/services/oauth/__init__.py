"""The OAuth Service: exchanges client credentials for a service access token."""

from __future__ import annotations

from functools import partial

from ...messages import Service
from ...store.world import World
from .handlers import post_token


def service(world: World) -> Service:
    """Return the service with its handler."""
    return Service("oauth.yaml", {"POST-oauth-request-token": partial(post_token, world)})
