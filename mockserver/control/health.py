"""Health and version of the server."""

from __future__ import annotations

from collections import Counter
from functools import partial

from .. import __version__
from ..messages import Call, Handler, Reply
from .context import ControlContext


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"health": show_health, "version": partial(show_version, context)}


def show_health(_: Call) -> Reply:
    """Return a reply that shows the server is running."""
    return Reply(200, {"status": "healthy"})


def show_version(context: ControlContext, _: Call) -> Reply:
    """Return the version, the default world, and the number of operations of each service."""
    services = Counter(operation.service for operation in context.operations.values())
    facts = {"name": "emporix-mockserver", "version": __version__, "world": context.world.seed.name}
    return Reply(200, facts | {"services": dict(services)})
