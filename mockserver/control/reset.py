"""Reset tenants to their world, to a snapshot or to nothing."""

from __future__ import annotations

from functools import partial

from ..messages import Call, Handler, Reply
from ..store.state import State
from ..store.tenant import Tenant
from .context import ControlContext, Unprocessable, json_object, tenant_name
from .snapshots import find_snapshot

RESET_PARTS = ["state", "clock", "settings", "revokedTokens", "scenario", "faults"]


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"reset": partial(reset_tenants, context)}


def reset_tenants(context: ControlContext, call: Call) -> Reply:
    """Reset one tenant, or all, to its world, a snapshot or nothing, including clock, settings, tokens and faults.

    A scenario for all tenants begins again, one for a single tenant ends.
    """
    target_name: str = json_object(call).get("to") or call.query.get("to", "world")
    tenants = context.world.tenants(tenant_name(call))
    targets = [_find_reset_target(tenant, target_name) for tenant in tenants]  # all of them, before any is reset
    context.scenarios.prepare_reset(tenant_name(call))
    context.faults.abandon_calls(tenant_name(call))
    context.world.reset_overrides(tenant_name(call))
    for tenant, target in zip(tenants, targets, strict=True):
        tenant.reset(target)
    is_of_all = tenant_name(call) is None
    context.scenarios.finish_reset(tenants, is_of_all=is_of_all, keeps_rows=target_name != "world")
    current_seed = tenants[0].seed if tenant_name(call) else context.world.seed
    tenant_names = [tenant.name for tenant in tenants]
    return Reply(200, {"world": current_seed.name, "to": target_name, "tenants": tenant_names, "reset": RESET_PARTS})


def _find_reset_target(tenant: Tenant, target_name: str) -> State | None:
    """Return the state to reset to; None means the tenant's own world."""
    if target_name == "world":
        return None
    if target_name == "empty":
        return State(default_language=tenant.state.default_language, languages=tenant.state.languages)
    kind, _, name = target_name.partition(":")
    if kind != "snapshot":
        raise Unprocessable("`to` is world, empty or snapshot:NAME.")
    return find_snapshot(tenant, name)
