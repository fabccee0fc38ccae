"""The Customer Service for storefronts: anonymous tokens, login, sessions and the customer's own profile."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from ...store.world import World
from . import handlers


def service(world: World) -> Service:
    """Return the service with its handlers."""
    return Service("customer-login.yaml", handlers.create_handlers(world), error_shapes.write_typed_error)
