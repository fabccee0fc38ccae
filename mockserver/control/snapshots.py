"""Snapshots: save a tenant's state under a name, go back to it, compare two."""

from __future__ import annotations

from functools import partial

from ..messages import Call, Handler, Reply
from ..state import State
from ..world import Snapshots, Tenant
from ..worlds import exporting
from .plane import NotThere, Plane, Unprocessable

NOW, WORLD = "now", "world"  # names that mean the present state, and the tenant's world


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listSnapshots": partial(listed, plane),
        "saveSnapshot": partial(save, plane),
        "deleteSnapshot": partial(delete, plane),
        "restoreSnapshot": partial(restore, plane),
        "diffSnapshots": partial(diff, plane),
    }


def listed(plane: Plane, call: Call) -> Reply:
    """List a tenant's snapshots."""
    tenant = plane.tenant(call)
    return Reply(200, {"tenant": tenant.name, "snapshots": tenant.snapshots.names})


def save(plane: Plane, call: Call) -> Reply:
    """Save the present state under this name, new or not."""
    tenant, name = plane.tenant(call), call.path["name"]
    if name in {NOW, WORLD}:
        raise Unprocessable(f"{name} is a name of its own: the present state, or the world.")
    if not tenant.snapshots.save(name, tenant.state):
        raise Unprocessable(f"{tenant.name} has {Snapshots.AT_MOST} snapshots already; delete one.")
    return Reply(200, {"tenant": tenant.name, "snapshot": name, "version": tenant.version})


def delete(plane: Plane, call: Call) -> Reply:
    """Forget a snapshot."""
    tenant = plane.tenant(call)
    if not tenant.snapshots.delete(call.path["name"]):
        raise _missing(tenant, call.path["name"])
    return Reply(204)


def restore(plane: Plane, call: Call) -> Reply:
    """Go back to a snapshot; clock, settings and faults stay as they are."""
    tenant = plane.tenant(call)
    tenant.reset(_state(tenant, call.path["name"]))
    return Reply(200, {"tenant": tenant.name, "snapshot": call.path["name"], "version": tenant.version})


def diff(plane: Plane, call: Call) -> Reply:
    """Tell what was added, removed and changed from one snapshot to another, or to the present state."""
    tenant, before, after = plane.tenant(call), call.path["name"], call.query.get("with", NOW)
    found = exporting.difference(_state(tenant, before), _state(tenant, after), plane.worlds.collections)
    return Reply(200, {"tenant": tenant.name, "from": before, "to": after, "changes": found})


def snapshot(tenant: Tenant, name: str) -> State:
    """Return what was saved under this name; NotThere if nothing was."""
    found = tenant.snapshots.get(name)
    if found is None:
        raise _missing(tenant, name)
    return found


def _state(tenant: Tenant, name: str) -> State:
    return {NOW: tenant.state, WORLD: tenant.seed.state}.get(name) or snapshot(tenant, name)


def _missing(tenant: Tenant, name: str) -> NotThere:
    known = ", ".join(tenant.snapshots.names) or "none"
    return NotThere(f"{tenant.name} has no snapshot {name[:100]!r}; it has {known}.")
