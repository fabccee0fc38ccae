"""The control plane: what tests and scripts steer the simulator with, under `/__admin`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from .. import __version__
from ..exchange import Call, Handler, Reply, Service
from ..world import World

PREFIX = "/__admin"


def service(world: World, operations: Mapping[str, int]) -> Service:
    """Return the control plane; `operations` counts those of each simulated service."""
    handlers: dict[str, Handler] = {
        "health": health,
        "version": partial(version, world, operations),
        "reset": partial(reset, world),
    }
    return Service("control.yaml", handlers)


def health(_: Call) -> Reply:
    """Answer that the server answers."""
    return Reply(200, {"status": "healthy"})


def version(world: World, operations: Mapping[str, int], _: Call) -> Reply:
    """Tell what is running."""
    return Reply(
        200,
        {
            "name": "emporix-mockserver",
            "version": __version__,
            "world": world.seed.name,
            "services": dict(operations),
        },
    )


def reset(world: World, call: Call) -> Reply:
    """Take one tenant, or all, back to the world; the body's tenant wins over the query's."""
    tenant = (call.body or {}).get("tenant", call.query.get("tenant"))
    return Reply(200, {"world": world.seed.name, "tenants": world.reset(tenant)})
