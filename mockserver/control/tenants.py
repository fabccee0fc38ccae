"""Tenants as units of isolation: list and drop them, and turn the switches of one."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Any

from ..messages import Call, Handler, Reply
from ..world import Tenant, World
from .plane import NotThere, Plane, body, named


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listTenants": partial(listed, plane),
        "dropTenant": partial(drop, plane),
        "showSettings": partial(settings, plane),
        "changeSettings": partial(change, plane),
    }


def listed(plane: Plane, _: Call) -> Reply:
    """List the tenants that were ever named."""
    return Reply(200, {"tenants": [_told(tenant) for tenant in plane.world.named(None)]})


def drop(plane: Plane, call: Call) -> Reply:
    """Forget a tenant with all that it has; the next call that names it starts it anew."""
    name = call.path["name"]
    if not plane.world.drop(name):
        raise NotThere(f"Unknown tenant {name}.")
    plane.records.drop(name)
    plane.faults.give_up(name)
    return Reply(204)


def settings(plane: Plane, call: Call) -> Reply:
    """Show the switches of a tenant, or of those to come."""
    name = named(call)
    return Reply(200, _switches(plane.world.tenant(name) if name else plane.world))


def change(plane: Plane, call: Call) -> Reply:
    """Turn some switches of a tenant; without a tenant, of all and of those to come."""
    given = {name: value for name, value in body(call).items() if name != "tenant"}
    contract = given.pop("contract", None)
    if "max_page_size" in given:
        given["max_page_size"] = given["max_page_size"] or None
    everyone: list[Tenant | World] = [*plane.world.named(named(call))]
    if named(call) is None:
        everyone.append(plane.world)
    for each in everyone:
        each.behaviour = replace(each.behaviour, **given)
        each.contract = contract or each.contract
    return settings(plane, call)


def _switches(of: Tenant | World) -> dict[str, Any]:
    return {"contract": of.contract} | asdict(of.behaviour) | {"max_page_size": of.behaviour.max_page_size or 0}


def _told(tenant: Tenant) -> dict[str, Any]:
    return {"name": tenant.name, "world": tenant.seed.name, "version": tenant.version}
