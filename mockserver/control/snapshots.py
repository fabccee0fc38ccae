"""Snapshots of a tenant's state: save, restore and compare them."""

from __future__ import annotations

from functools import partial

from ..messages import Call, Handler, Reply
from ..store.snapshots import Snapshots
from ..store.state import State
from ..store.tenant import Tenant
from ..worlds import comparing
from .context import ControlContext, UnknownName, Unprocessable

PRESENT_NAME, WORLD_NAME = "now", "world"  # reserved names: the current state, and that of the tenant's world


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listSnapshots": partial(list_snapshots, context),
        "saveSnapshot": partial(save_snapshot, context),
        "deleteSnapshot": partial(delete_snapshot, context),
        "restoreSnapshot": partial(restore_snapshot, context),
        "diffSnapshots": partial(diff_snapshots, context),
        "diffState": partial(diff_with_world, context),
    }


def list_snapshots(context: ControlContext, call: Call) -> Reply:
    """List a tenant's snapshots."""
    tenant = context.resolve_tenant(call)
    return Reply(200, {"tenant": tenant.name, "snapshots": tenant.snapshots.names})


def save_snapshot(context: ControlContext, call: Call) -> Reply:
    """Save the current state under this name; it replaces an earlier snapshot of that name."""
    tenant, name = context.resolve_tenant(call), call.path["name"]
    if name in {PRESENT_NAME, WORLD_NAME}:
        raise Unprocessable(f"{name!r} is reserved: it means the current state or the world.")
    if not tenant.save_snapshot(name):
        raise Unprocessable(f"{tenant.name} has {Snapshots.MAX_SNAPSHOTS} snapshots already; delete one.")
    return Reply(200, {"tenant": tenant.name, "snapshot": name, "version": tenant.version})


def delete_snapshot(context: ControlContext, call: Call) -> Reply:
    """Delete a snapshot."""
    tenant = context.resolve_tenant(call)
    if not tenant.snapshots.delete(call.path["name"]):
        raise _unknown_snapshot_error(tenant, call.path["name"])
    return Reply(204)


def restore_snapshot(context: ControlContext, call: Call) -> Reply:
    """Reset the state to a snapshot; clock, settings and faults do not change."""
    tenant = context.resolve_tenant(call)
    tenant.reset(_find_state(tenant, call.path["name"]))
    return Reply(200, {"tenant": tenant.name, "snapshot": call.path["name"], "version": tenant.version})


def diff_snapshots(context: ControlContext, call: Call) -> Reply:
    """Return what was added, removed and changed between a snapshot and another one, or the current state."""
    return _diff_states(context, call, call.path["name"])


def diff_with_world(context: ControlContext, call: Call) -> Reply:
    """Return what was added, removed and changed since a snapshot, or since the tenant's world."""
    return _diff_states(context, call, call.query.get("from", WORLD_NAME))


def _diff_states(context: ControlContext, call: Call, before: str) -> Reply:
    tenant, after = context.resolve_tenant(call), call.query.get("with", PRESENT_NAME)
    changes = comparing.diff_states(
        _find_state(tenant, before),
        _find_state(tenant, after),
        context.worlds.collections,
        with_fields=call.query.get("details", False),
    )
    return Reply(200, {"tenant": tenant.name, "from": before, "to": after, "changes": changes})


def find_snapshot(tenant: Tenant, name: str) -> State:
    """Return the state that was saved under this name; UnknownName if there is no such snapshot."""
    state = tenant.snapshots.get(name)
    if state is None:
        raise _unknown_snapshot_error(tenant, name)
    return state


def find_snapshot_version(tenant: Tenant, name: str) -> int:
    """Return the version of the state that was saved under this name; UnknownName if there is no such snapshot."""
    version = tenant.snapshots.version_of(name)
    if version is None:
        raise _unknown_snapshot_error(tenant, name)
    return version


def _find_state(tenant: Tenant, name: str) -> State:
    return {PRESENT_NAME: tenant.state, WORLD_NAME: tenant.seed.state}.get(name) or find_snapshot(tenant, name)


def _unknown_snapshot_error(tenant: Tenant, name: str) -> UnknownName:
    known = ", ".join(tenant.snapshots.names) or "none"
    return UnknownName(f"{tenant.name} has no snapshot {name[:100]!r}; it has {known}.")
