"""`GET /__admin/changes`: the latest changes of a tenant's state."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Any

from ...messages import Call, Handler, Reply
from ...store.tenant import Tenant
from ..context import ControlContext, Unprocessable
from ..snapshots import find_snapshot_version
from .sentences import tell_change


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"listChanges": partial(list_changes, context)}


def list_changes(context: ControlContext, call: Call) -> Reply:
    """Tell what changed since a version or a snapshot, the earliest first; with a limit, the latest ones."""
    tenant, limit = context.resolve_tenant(call), call.query.get("limit", 100)
    version, changes = tenant.list_changes()
    since = _parse_version(tenant, call.query.get("since"), version)
    oldest = changes[0].version - 1 if changes else version
    newest_first = (
        told
        for change in reversed(changes)
        if change.version > since
        for told in reversed(tell_change(change, context.worlds.collections))
    )
    found: list[dict[str, Any]] = list(islice(newest_first, limit + 1))
    facts = {"tenant": tenant.name, "version": version, "since": since}
    is_complete = since >= oldest and len(found) <= limit
    return Reply(200, facts | {"complete": is_complete, "changes": found[:limit][::-1]})


def _parse_version(tenant: Tenant, text: str | None, present_version: int) -> int:
    """Return the version that a number or the name of a snapshot means; 0 for None. UnknownName or Unprocessable."""
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit()):
        return find_snapshot_version(tenant, text)
    version = int(text)
    if version > present_version:
        raise Unprocessable(f"{tenant.name} has no version {version} yet; the latest is {present_version}.")
    return version
