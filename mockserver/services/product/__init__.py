"""The Product Service as far as a storefront reads: products, and the segments that they are assigned to."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from ...store.world import World
from . import handlers


def service(_world: World) -> Service:
    """Return the service with its handlers."""
    return Service("product.yaml", handlers.HANDLERS, error_shapes.write_product_error)
