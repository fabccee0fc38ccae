"""The state of a tenant: show, replace, seed and reset it, and undo changes."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..errors import BadRequest
from ..messages import Call, Handler, Reply
from ..store.state import State
from ..store.world import Seed, Tenant
from ..wording import describe_unknown, shorten
from ..worlds import exporting
from ..worlds.counts import count_ranges
from ..worlds.loading import WorldLibrary
from ..worlds.mistakes import WorldError
from ..worlds.sections import LANGUAGES
from .context import ControlContext, Unprocessable, json_object, tenant_name
from .invalid_world import InvalidWorld
from .snapshots import find_snapshot

RESET_PARTS = ["state", "clock", "settings", "revokedTokens", "scenario", "faults"]


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "showState": partial(show_state, context),
        "listCollection": partial(list_collection, context),
        "replaceCollection": partial(replace_collection, context),
        "emptyCollection": partial(empty_collection, context),
        "seed": partial(seed_tenants, context),
        "reset": partial(reset_tenants, context),
        "undo": partial(undo_changes, context),
    }


def show_state(context: ControlContext, call: Call) -> Reply:
    """Return the number of rows of each collection."""
    tenant = context.resolve_tenant(call)
    counts = exporting.count_rows(tenant.state, context.worlds.collections)
    return Reply(200, _tenant_json(tenant) | {"counts": counts})


def list_collection(context: ControlContext, call: Call) -> Reply:
    """Return a section in the form of a world file: the rows of a collection, or the languages."""
    state, name = context.resolve_tenant(call).state, _require_section(context, call)
    return Reply(200, exporting.export_section(state, context.worlds.collections, name))


def replace_collection(context: ControlContext, call: Call) -> Reply:
    """Replace the rows of a collection, or the languages."""
    return _replace_section(context, call, _require_section(context, call), call.body)


def empty_collection(context: ControlContext, call: Call) -> Reply:
    """Empty a collection."""
    name = _require_section(context, call)
    if name == LANGUAGES:
        raise Unprocessable("A tenant has at least one language; replace the languages with PUT.")
    return _replace_section(context, call, name, [])


def seed_tenants(context: ControlContext, call: Call) -> Reply:
    """Seed a tenant, or all including new ones, with another world; its clients and tokens are valid at once (B10)."""
    seed = _requested_seed(context.worlds, json_object(call))
    context.scenarios.give_way(tenant_name(call))
    tenants = context.world.reseed(seed, tenant_name(call))
    return Reply(200, {"world": seed.name, "tenants": [tenant.name for tenant in tenants]})


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


def undo_changes(context: ControlContext, call: Call) -> Reply:
    """Undo the latest changes of a tenant's state."""
    tenant = context.resolve_tenant(call)
    undone_count = tenant.undo(json_object(call).get("steps", 1))
    return Reply(200, {"undone": undone_count} | _tenant_json(tenant))


def _tenant_json(tenant: Tenant) -> dict[str, Any]:
    return {"tenant": tenant.name, "world": tenant.seed.name, "version": tenant.version}


def _require_section(context: ControlContext, call: Call) -> str:
    """Return the name of the section in the path: of a collection, or of the languages; Unprocessable."""
    name: str = call.path["collection"]
    names = [LANGUAGES, *context.worlds.collections]
    if name not in names:
        raise Unprocessable(describe_unknown("collection", name, names))
    return name


def _replace_section(context: ControlContext, call: Call, name: str, content: Any) -> Reply:
    tenant, worlds = context.resolve_tenant(call), context.worlds

    def replace_section(state: State) -> tuple[State, int]:
        world = exporting.export_world(state, worlds.collections) | {name: content}
        state = worlds.build_state(_check_world(worlds, world, dangling=call.query.get("force", False)))
        return state, exporting.count_rows(state, worlds.collections)[name]

    return Reply(200, {"collection": name, "rows": tenant.change(replace_section)} | _tenant_json(tenant))


def _check_world(worlds: WorldLibrary, world: Any, *, dangling: bool) -> dict[str, Any]:
    try:
        return worlds.check(world, dangling=dangling)
    except WorldError as error:
        raise InvalidWorld(error) from None


def _requested_seed(worlds: WorldLibrary, request: dict[str, Any]) -> Seed:
    """Return the seed that a body describes: a shipped world, a generated one, or an inline one."""
    sources = [name for name in ("world", "seed", "inline") if name in request]
    if len(sources) != 1:
        raise Unprocessable("Give one of world (a name), seed (a number) and inline (a world).")
    if "world" in request:
        return _shipped_seed(worlds, request["world"])
    try:
        if "seed" in request:
            return worlds.build_inline_seed(f"seed-{request['seed']}", _generate_world(worlds, request))
        return worlds.build_inline_seed("inline", request["inline"])
    except WorldError as error:
        raise InvalidWorld(error) from None


def _generate_world(worlds: WorldLibrary, request: dict[str, Any]) -> dict[str, Any]:
    """Return a generated world; BadRequest for a count that is unknown, or lower than its collection allows."""
    from ..worlds.generate import generate_world  # noqa: PLC0415 - Faker takes a while to import

    counts, ranges = request.get("counts", {}), count_ranges(worlds.collections)
    for name, count in counts.items():
        if name not in ranges:
            detail = f"Unknown count {shorten(name)!r}; the counts are {', '.join(ranges)}."
            raise BadRequest(field=f"/counts/{name}", error_type="additionalProperties", detail=detail)
        if count < ranges[name].minimum:
            detail = f"{count} is less than the minimum of {ranges[name].minimum}."
            raise BadRequest(field=f"/counts/{name}", error_type="minimum", detail=detail)
    return generate_world(worlds.collections, request["seed"], counts)


def _shipped_seed(worlds: WorldLibrary, name: str) -> Seed:
    if name not in worlds.names:
        raise Unprocessable(describe_unknown("world", name, worlds.names))
    return worlds.load_seed(name)


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
