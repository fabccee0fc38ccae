"""The Category Service as far as a storefront reads: categories, their trees, and the products in them."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from ...store.world import World
from .handlers import HANDLERS


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    return Service("category.yaml", HANDLERS, error_shapes.write_coded_error)
