"""Undo the latest changes of a tenant's state."""

from __future__ import annotations

from functools import partial

from ..messages import Call, Handler, Reply
from ..store.history import UnknownVersion
from .context import ControlContext, Unprocessable, json_object, tenant_facts


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"undo": partial(undo_changes, context)}


def undo_changes(context: ControlContext, call: Call) -> Reply:
    """Undo the latest changes: a number of them, or all since a version."""
    tenant = context.resolve_tenant(call)
    request = {name: call.query[name] for name in ("steps", "version") if name in call.query} | json_object(call)
    if {"steps", "version"} <= request.keys():
        raise Unprocessable("Give either steps or version.")
    if "version" not in request:
        undone_count = tenant.undo(request.get("steps", 1))
    else:
        try:
            undone_count = tenant.undo_to(request["version"])
        except UnknownVersion as error:
            raise _unknown_version_error(tenant.name, error) from None
    return Reply(200, {"undone": undone_count} | tenant_facts(tenant))


def _unknown_version_error(tenant: str, error: UnknownVersion) -> Unprocessable:
    """Return an error that names the versions that undo can return to."""
    oldest, newest = error.versions[0], error.versions[-1]
    if error.version < oldest:
        return Unprocessable(f"Version {error.version} of {tenant} is no longer kept; the oldest is {oldest}.")
    if error.version > newest:
        return Unprocessable(f"{tenant} has no version {error.version} yet; the versions are {oldest} to {newest}.")
    near = max(version for version in error.versions if version < error.version)
    return Unprocessable(
        f"Version {error.version} of {tenant} was undone itself; the last one before it is {near}, the oldest {oldest}."
    )
