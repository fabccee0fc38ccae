"""The Configuration Service, as far as a tenant's languages and currencies are read from it."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from ...store.world import World
from .handlers import get_configuration


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handler."""
    return Service(
        "configuration.yaml", {"GET-configuration-retrieve-config": get_configuration}, error_shapes.write_typed_error
    )
