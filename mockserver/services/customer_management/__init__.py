"""The Customer Management Service as far as it reads: legal entities, and the customers who are their contacts."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from ...store.world import World
from .handlers import HANDLERS


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    return Service("customer-management.yaml", HANDLERS, error_shapes.write_coded_error)
