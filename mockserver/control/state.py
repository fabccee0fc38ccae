"""The state of a tenant: show it, replace it, seed it, reset it, undo changes."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import Any

from ..errors import BadRequest
from ..messages import Call, Handler, Reply
from ..state import State
from ..store.collections import Collection
from ..world import Seed, Tenant
from ..worlds import exporting
from ..worlds.counts import Counts
from ..worlds.loading import WorldError, WorldLibrary
from .plane import Plane, Unprocessable, body, camel_case, named
from .snapshots import snapshot


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "showState": partial(show_state, plane),
        "listCollection": partial(list_collection, plane),
        "replaceCollection": partial(replace_collection, plane),
        "emptyCollection": partial(empty_collection, plane),
        "seed": partial(seed, plane),
        "reset": partial(reset, plane),
        "undo": partial(undo, plane),
    }


def show_state(plane: Plane, call: Call) -> Reply:
    """Return the number of rows of each collection."""
    tenant = plane.tenant(call)
    counts = exporting.count_rows(tenant.state, plane.worlds.collections)
    return Reply(200, _tenant_json(tenant) | {"counts": counts})


def list_collection(plane: Plane, call: Call) -> Reply:
    """Return the rows of a collection, as a world file has them."""
    return Reply(200, exporting.export_rows(plane.tenant(call).state, _collection(plane, call)))


def replace_collection(plane: Plane, call: Call) -> Reply:
    """Put these rows in place of those of a collection."""
    return _replace_rows(plane, call, call.body)


def empty_collection(plane: Plane, call: Call) -> Reply:
    """Empty a collection."""
    return _replace_rows(plane, call, [])


def seed(plane: Plane, call: Call) -> Reply:
    """Start a tenant, or all and those to come, from another world, to which a later reset goes back."""
    new = _requested_seed(plane.worlds, body(call))
    if named(call) is None:
        plane.world.seed = new
    for token, principal in new.tokens.items():
        if token not in plane.world.tokens.names:
            plane.world.tokens.issue(token, principal)
    tenants = plane.world.named(named(call))
    for tenant in tenants:
        tenant.sow(new)
    return Reply(200, {"world": new.name, "tenants": [tenant.name for tenant in tenants]})


def reset(plane: Plane, call: Call) -> Reply:
    """Reset one tenant, or all, to its world, to nothing or to a snapshot, with all else that tests change."""
    to: str = body(call).get("to") or call.query.get("to", "world")
    tenants = plane.world.named(named(call))
    targets = [(tenant, _target(tenant, to)) for tenant in tenants]  # all of them, before any is reset
    plane.faults.give_up(named(call))
    plane.world.straighten(named(call))
    for tenant, target in targets:
        tenant.reset(target)
    current_seed = tenants[0].seed if named(call) else plane.world.seed
    names = [tenant.name for tenant in tenants]
    return Reply(200, {"world": current_seed.name, "to": to, "tenants": names, "reset": RESET})


def undo(plane: Plane, call: Call) -> Reply:
    """Undo the last changes of a tenant's state."""
    tenant = plane.tenant(call)
    undone = tenant.undo(body(call).get("steps", 1))
    return Reply(200, {"undone": undone} | _tenant_json(tenant))


COUNTS = {camel_case(each.name): each.name for each in fields(Counts)}
RESET = ["state", "clock", "settings", "revokedTokens", "faults"]


def _tenant_json(tenant: Tenant) -> dict[str, Any]:
    return {"tenant": tenant.name, "world": tenant.seed.name, "version": tenant.version}


def _collection(plane: Plane, call: Call) -> Collection:
    name: str = call.path["collection"]
    collection = plane.worlds.collections.get(name)
    if collection is None:
        known = ", ".join(plane.worlds.collections)
        raise Unprocessable(f"Unknown collection {name[:100]!r}; the collections are {known}.")
    return collection


def _replace_rows(plane: Plane, call: Call, rows: list[Any]) -> Reply:
    collection, tenant, force = _collection(plane, call), plane.tenant(call), call.query.get("force", False)
    worlds = plane.worlds

    def rule(state: State) -> tuple[State, int]:
        world = exporting.export_world(state, worlds.collections) | {collection.name: rows}
        return worlds.build_state(_check(worlds, world, dangling=force)), len(rows)

    return Reply(200, {"collection": collection.name, "rows": tenant.change(rule)} | _tenant_json(tenant))


def _check(worlds: WorldLibrary, world: Any, *, dangling: bool) -> dict[str, Any]:
    try:
        return worlds.check(world, dangling=dangling)
    except WorldError as error:
        raise _bad_world(error) from None


def _bad_world(error: WorldError) -> BadRequest:
    return BadRequest(field=error.place, kind="world", detail=error.reason)


def _requested_seed(worlds: WorldLibrary, request: dict[str, Any]) -> Seed:
    """Return the seed that a body names: a shipped world, a generated one, or an inline one."""
    sources = [name for name in ("world", "seed", "inline") if name in request]
    if len(sources) != 1:
        raise Unprocessable("Give one of world (a name), seed (a number) and inline (a world).")
    if "world" in request:
        return _shipped_seed(worlds, request["world"])
    try:
        if "seed" in request:
            return worlds.inline_seed(f"seed-{request['seed']}", _generate(request))
        return worlds.inline_seed("inline", request["inline"])
    except WorldError as error:
        raise _bad_world(error) from None


def _generate(request: dict[str, Any]) -> dict[str, Any]:
    from ..worlds.generate import generate  # noqa: PLC0415 - Faker takes a while to import

    counts = {COUNTS[name]: count for name, count in request.get("counts", {}).items()}
    return generate(request["seed"], Counts(**counts))


def _shipped_seed(worlds: WorldLibrary, name: str) -> Seed:
    if name not in worlds.names:
        raise Unprocessable(f"Unknown world {name[:100]!r}; the worlds are {', '.join(worlds.names)}.")
    return worlds.load_seed(name)


def _target(tenant: Tenant, to: str) -> State | None:
    """Return the state to reset to, None for the tenant's own world."""
    if to == "world":
        return None
    if to == "empty":
        return State(default_language=tenant.state.default_language, languages=tenant.state.languages)
    kind, _, name = to.partition(":")
    if kind != "snapshot":
        raise Unprocessable("`to` is world, empty or snapshot:NAME.")
    return snapshot(tenant, name)
