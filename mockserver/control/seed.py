"""Seed tenants with another world: a shipped one by name, a generated one, or one in the body."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..errors import BadRequest
from ..messages import Call, Handler, Reply
from ..store.tenant import Seed
from ..wording import describe_unknown, shorten
from ..worlds.counts import count_ranges
from ..worlds.loading import WorldLibrary
from ..worlds.mistakes import WorldError
from .context import ControlContext, Unprocessable, json_object, tenant_name
from .invalid_world import InvalidWorld

SOURCES = ("world", "seed", "inline")
NOT_OF_WORLDS = {"tenant", "counts"}  # the other fields of a request, which no section of a world is named after


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"seed": partial(seed_tenants, context)}


def seed_tenants(context: ControlContext, call: Call) -> Reply:
    """Seed a tenant, or all including new ones, with another world; its clients and tokens are valid at once (B10)."""
    seed = _requested_seed(context.worlds, json_object(call))
    context.scenarios.give_way(tenant_name(call))
    tenants = context.world.reseed(seed, tenant_name(call))
    return Reply(200, {"world": seed.name, "tenants": [tenant.name for tenant in tenants]})


def _requested_seed(worlds: WorldLibrary, request: dict[str, Any]) -> Seed:
    """Return the seed that a body describes: a shipped world, a generated one or an inline one; or a world itself."""
    sources = [name for name in SOURCES if name in request]
    if not sources and request.keys() - NOT_OF_WORLDS:
        sources, request = ["inline"], {"inline": {name: request[name] for name in request if name != "tenant"}}
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
