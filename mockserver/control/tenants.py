"""Tenants as units of isolation: list and drop them, and turn the switches of one."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Any

from ..messages import Call, Handler, Reply
from ..store.world import Tenant, World
from .context import ControlContext, UnknownName, json_object, tenant_name


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listTenants": partial(list_tenants, context),
        "dropTenant": partial(drop_tenant, context),
        "showSettings": partial(show_settings, context),
        "changeSettings": partial(change_settings, context),
    }


def list_tenants(context: ControlContext, _: Call) -> Reply:
    """List the tenants that were ever named."""
    return Reply(200, {"tenants": [_tenant_json(tenant) for tenant in context.world.tenants(None)]})


def drop_tenant(context: ControlContext, call: Call) -> Reply:
    """Forget a tenant with all that it has; the next call that names it starts it anew."""
    name = call.path["name"]
    if not context.world.drop_tenant(name):
        raise UnknownName(f"Unknown tenant {name}.")
    context.records.drop_record(name)
    context.faults.abandon_calls(name)
    return Reply(204)


def show_settings(context: ControlContext, call: Call) -> Reply:
    """Show the switches of a tenant, or of those to come."""
    name = tenant_name(call)
    return Reply(200, _settings_json(context.world.tenant(name) if name else context.world))


def change_settings(context: ControlContext, call: Call) -> Reply:
    """Turn some switches of a tenant; without a tenant, of all and of those to come."""
    switches = {name: value for name, value in json_object(call).items() if name != "tenant"}
    contract = switches.pop("contract", None)
    if "max_page_size" in switches:
        switches["max_page_size"] = switches["max_page_size"] or None
    owners: list[Tenant | World] = [*context.world.tenants(tenant_name(call))]
    if tenant_name(call) is None:
        owners.append(context.world)
    for each in owners:
        each.switches = replace(each.switches, **switches)
        each.strictness = contract or each.strictness
    return show_settings(context, call)


def _settings_json(owner: Tenant | World) -> dict[str, Any]:
    return (
        {"contract": owner.strictness} | asdict(owner.switches) | {"max_page_size": owner.switches.max_page_size or 0}
    )


def _tenant_json(tenant: Tenant) -> dict[str, Any]:
    return {"name": tenant.name, "world": tenant.seed.name, "version": tenant.version}
