"""The Customer Segment Service: segments, and the customers and items that are assigned to them."""

from __future__ import annotations

from ...messages import Service
from ...world import World
from .calls import customers, items, segments


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    return Service("customer-segment.yaml", segments.HANDLERS | customers.HANDLERS | items.HANDLERS)
