"""The settings of a tenant, or those that new tenants start with: show and change them."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from ..messages import Call, Handler, Reply
from ..store.tenant import Tenant, apply_settings
from ..store.world import World
from .context import ControlContext, json_object, tenant_name


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"showSettings": partial(show_settings, context), "changeSettings": partial(change_settings, context)}


def show_settings(context: ControlContext, call: Call) -> Reply:
    """Return the settings of a tenant, or those that new tenants start with."""
    name = tenant_name(call)
    return Reply(200, _settings_json(context.world.tenant(name) if name else context.world))


def change_settings(context: ControlContext, call: Call) -> Reply:
    """Change some settings of a tenant; without a tenant, of all tenants, including new ones."""
    owners: list[Tenant | World] = [*context.world.tenants(tenant_name(call))]
    if tenant_name(call) is None:
        owners.append(context.world)
    for owner in owners:
        apply_settings(owner, json_object(call))
    return show_settings(context, call)


def _settings_json(owner: Tenant | World) -> dict[str, Any]:
    max_page_size = owner.switches.max_page_size or 0
    return {"contract": owner.strictness} | asdict(owner.switches) | {"max_page_size": max_page_size}
