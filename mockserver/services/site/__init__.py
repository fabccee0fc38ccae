"""The Site Settings Service, as far as sites are read from it."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply, Service
from ...world import World
from . import refusals, sites


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    handlers: dict[str, Handler] = {
        "GET-site-settings-list-site-configurations": listed,
        "GET-site-settings-retrieve-site-config": read,
    }
    return Service("site.yaml", handlers, refusals.body)


def listed(call: Call) -> Listing:
    """List sites; without `includeInactive` the active ones."""
    return Listing(sites.listed(call.tenant.state, inactive_too=call.query.get("includeInactive", False)))


def read(call: Call) -> Reply:
    """Answer with one site, active or not."""
    return Reply(200, sites.read(call.tenant.state, call.path["siteCode"]))
