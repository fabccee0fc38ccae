"""Tenants, the units of isolation: list and drop them."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import Any

from ..messages import Call, Handler, Reply
from ..store.tenant import NO_LIMITS, Tenant
from .context import ControlContext, UnknownName


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"listTenants": partial(list_tenants, context), "dropTenant": partial(drop_tenant, context)}


def list_tenants(context: ControlContext, _: Call) -> Reply:
    """List all tenants that were ever used and not dropped, and when tenants are dropped."""
    limits, is_limited = context.world.limits, context.world.limits != NO_LIMITS
    facts = {
        "tenants": [_tenant_json(tenant) for tenant in context.world.tenants(None)],
        "limits": {
            "tenants": limits.max_tenants if is_limited else None,
            "idleMinutes": round(limits.idle_seconds / 60) if is_limited else None,
        },
        "dropped": context.world.dropped_count,
    }
    return Reply(200, facts)


def drop_tenant(context: ControlContext, call: Call) -> Reply:
    """Remove a tenant with all its data; the next call that names it creates it again from its world."""
    name = call.path["name"]
    if not context.world.drop_tenant(name):
        raise UnknownName(f"Unknown tenant {name}.")
    context.scenarios.forget_tenant(name)
    context.records.drop_record(name)
    context.faults.abandon_calls(name)
    return Reply(204)


def _tenant_json(tenant: Tenant) -> dict[str, Any]:
    idle_seconds = round(monotonic() - tenant.used_at)
    return {"name": tenant.name, "world": tenant.seed.name, "version": tenant.version, "idleSeconds": idle_seconds}
