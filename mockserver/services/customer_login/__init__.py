"""The Customer Service for storefronts: anonymous tokens, sessions, sign-up, and what customers change of their own."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from ...store.world import World
from .handlers import create_handlers


def service(world: World) -> Service:
    """Return the service with its handlers."""
    return Service("customer-login.yaml", create_handlers(world), error_shapes.write_typed_error)
