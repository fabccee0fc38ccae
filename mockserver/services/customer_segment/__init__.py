"""The Customer Segment Service: segments, and the customers and items that are assigned to them."""

from __future__ import annotations

from ...messages import Service
from ...store.world import World
from .handlers import customers as customer_handlers
from .handlers import items as item_handlers
from .handlers import segments as segment_handlers


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    return Service(
        "customer-segment.yaml", segment_handlers.HANDLERS | customer_handlers.HANDLERS | item_handlers.HANDLERS
    )
