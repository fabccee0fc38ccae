"""The Configuration Service, as far as a tenant's languages and currencies are read from it."""

from __future__ import annotations

from ...messages import Call, Reply, Service
from ...practices import refusals
from ...world import World
from . import properties


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handler."""
    return Service(
        "configuration.yaml", {"GET-configuration-retrieve-config": get_configuration}, refusals.write_typed_error
    )


def get_configuration(call: Call) -> Reply:
    """Answer with one property of the tenant."""
    return Reply(200, properties.read_property(call.tenant.state, call.path["propertyKey"]))
