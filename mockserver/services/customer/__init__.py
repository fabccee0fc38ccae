"""The Customer Service as whoever manages a tenant calls it, as far as it reads."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from ...store.world import World
from .handlers import HANDLERS


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    return Service("customer.yaml", HANDLERS, error_shapes.write_typed_error)
