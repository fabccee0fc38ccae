"""The Customer Service as whoever manages a tenant calls it, as far as it reads."""

from __future__ import annotations

from ...messages import Service
from ...practices import refusals
from ...world import World
from .calls import HANDLERS


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    return Service("customer.yaml", HANDLERS, refusals.write_typed_error)
