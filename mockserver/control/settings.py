"""The settings of a tenant, or those that new tenants start with: show and change them."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from ..messages import Call, Handler, Reply
from ..settings import Strictness, Switches
from ..store.tenant import Tenant, apply_settings
from ..store.world import World
from .context import ControlContext, Unprocessable, json_object, tenant_name


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "showSettings": partial(show_settings, context),
        "changeSettings": partial(change_settings, context),
        "setGlobalDelay": set_global_delay,
    }


def show_settings(context: ControlContext, call: Call) -> Reply:
    """Return the settings of a tenant, or those that new tenants start with."""
    name = tenant_name(call)
    owner = context.world.tenant(name) if name else context.world
    return Reply(200, settings_json(owner.switches, owner.strictness))


def change_settings(context: ControlContext, call: Call) -> Reply:
    """Change some settings of a tenant; without a tenant, of all tenants, including new ones."""
    owners: list[Tenant | World] = [*context.world.tenants(tenant_name(call))]
    if tenant_name(call) is None:
        owners.append(context.world)
    for owner in owners:
        apply_settings(owner, json_object(call))
    return show_settings(context, call)


def set_global_delay(call: Call) -> Reply:
    """Refuse WireMock's delay of all responses, which a fault can do; without a delay, there is nothing to change."""
    json_body = json_object(call)
    if json_body.get("fixedDelay") or json_body.get("delayDistribution"):
        raise Unprocessable(
            "Settings have no delay. A fault delays all calls: "
            'POST /__admin/faults with {"response": {"fixedDelayMilliseconds": 100}}.'
        )
    return Reply(200, {})


def settings_json(switches: Switches, strictness: Strictness) -> dict[str, Any]:
    """Return the settings of a tenant, or those that new tenants start with, as the control plane accepts them."""
    return {"contract": strictness} | asdict(switches) | {"max_page_size": switches.max_page_size or 0}
