"""The Product Service as far as a storefront reads: products, and the segments that they are assigned to."""

from __future__ import annotations

from ...messages import Service
from ...world import World
from . import calls, refusals


def service(_world: World) -> Service:
    """Return the service with its handlers."""
    return Service("product.yaml", calls.HANDLERS, refusals.write_product_error)
