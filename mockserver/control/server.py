"""Health and version of the server itself."""

from __future__ import annotations

from collections import Counter
from functools import partial

from .. import __version__
from ..messages import Call, Handler, Reply
from .plane import Plane


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"health": health, "version": partial(version, plane)}


def health(_: Call) -> Reply:
    """Answer that the server answers."""
    return Reply(200, {"status": "healthy"})


def version(plane: Plane, _: Call) -> Reply:
    """Tell what is running."""
    services = Counter(operation.service for operation in plane.operations.values())
    facts = {"name": "emporix-mockserver", "version": __version__, "world": plane.world.seed.name}
    return Reply(200, facts | {"services": dict(services)})
