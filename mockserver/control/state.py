"""The state of a tenant: show it, replace it, seed it, take it back."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import BadRequest
from ..messages import Call, Handler, Reply
from ..state import State
from ..world import Seed, Tenant
from ..worlds import building, exporting, reading
from ..worlds.counts import Counts
from ..worlds.exporting import SECTIONS
from ..worlds.reading import WorldError
from .plane import Plane, Unprocessable, body, camel_case, named
from .snapshots import snapshot


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "showState": partial(show, plane),
        "listCollection": partial(listed, plane),
        "replaceCollection": partial(replaced, plane),
        "emptyCollection": partial(emptied, plane),
        "seed": partial(seed, plane),
        "reset": partial(reset, plane),
        "undo": partial(undo, plane),
    }


def show(plane: Plane, call: Call) -> Reply:
    """Tell how much there is of everything."""
    tenant = plane.tenant(call)
    return Reply(200, _told(tenant) | {"counts": exporting.counts(tenant.state)})


def listed(plane: Plane, call: Call) -> Reply:
    """Show the rows of a collection, as a world file has them."""
    return Reply(200, exporting.rows(plane.tenant(call).state, _section(call)))


def replaced(plane: Plane, call: Call) -> Reply:
    """Put these rows in place of those of a collection."""
    return _filled(plane, call, call.body)


def emptied(plane: Plane, call: Call) -> Reply:
    """Empty a collection."""
    return _filled(plane, call, [])


def seed(plane: Plane, call: Call) -> Reply:
    """Start a tenant, or all and those to come, from another world; that is what a later reset goes back to."""
    sown = _seed(plane, body(call))
    if named(call) is None:
        plane.world.seed = sown
    for token, principal in sown.tokens.items():
        if token not in plane.world.tokens.names:
            plane.world.tokens.issue(token, principal)
    tenants = plane.world.named(named(call))
    for tenant in tenants:
        tenant.sow(sown)
    return Reply(200, {"world": sown.name, "tenants": [tenant.name for tenant in tenants]})


def reset(plane: Plane, call: Call) -> Reply:
    """Take one tenant, or all, back: to its world, to nothing, or to a snapshot; and undo what else tests bend."""
    to: str = body(call).get("to") or call.query.get("to", "world")
    tenants = plane.world.named(named(call))
    targets = [(tenant, _target(tenant, to)) for tenant in tenants]  # all of them, before any is reset
    plane.faults.give_up(named(call))
    plane.world.straighten(named(call))
    for tenant, target in targets:
        tenant.reset(target)
    seed = tenants[0].seed if named(call) else plane.world.seed
    names = [tenant.name for tenant in tenants]
    return Reply(200, {"world": seed.name, "to": to, "tenants": names, "reset": RESET})


def undo(plane: Plane, call: Call) -> Reply:
    """Take back the last changes of a tenant's state."""
    tenant = plane.tenant(call)
    undone = tenant.undo(body(call).get("steps", 1))
    return Reply(200, {"undone": undone} | _told(tenant))


COUNTS = {camel_case(each.name): each.name for each in fields(Counts)}
RESET = ["state", "clock", "settings", "revokedTokens", "faults"]


def _told(tenant: Tenant) -> dict[str, Any]:
    return {"tenant": tenant.name, "world": tenant.seed.name, "version": tenant.version}


def _section(call: Call) -> str:
    section: str = call.path["collection"]
    if section not in SECTIONS:
        raise Unprocessable(f"There is no collection {section[:100]!r}; there are {', '.join(SECTIONS)}.")
    return section


def _filled(plane: Plane, call: Call, rows: list[Any]) -> Reply:
    section, tenant, force = _section(call), plane.tenant(call), call.query.get("force", False)

    def rule(state: State) -> tuple[State, int]:
        world = exporting.world(state) | {section: rows}
        return building.state(_checked(world, dangling=force)), len(rows)

    return Reply(200, {"collection": section, "rows": tenant.change(rule)} | _told(tenant))


def _checked(world: Any, *, dangling: bool = False) -> dict[str, Any]:
    try:
        return reading.checked(world, dangling=dangling)
    except WorldError as error:
        raise BadRequest(field=error.place, kind="world", detail=error.reason) from None


def _seed(plane: Plane, asked: dict[str, Any]) -> Seed:
    """Return the seed that a body asks for: a named world, a generated one, or one that stands in it."""
    given = [name for name in ("world", "seed", "inline") if name in asked]
    if len(given) != 1:
        raise Unprocessable("Give one of world (a name), seed (a number) and inline (a world).")
    if "world" in asked:
        return _shipped(asked["world"], plane.worlds)
    access = reading.read(plane.worlds / "access.yaml")
    if "seed" in asked:
        from ..worlds.generate import generate  # noqa: PLC0415 - Faker takes a while to import

        counts = Counts(**{COUNTS[name]: count for name, count in asked.get("counts", {}).items()})
        return building.sown(f"seed-{asked['seed']}", access | _checked(generate(asked["seed"], counts)))
    return building.sown("inline", access | _checked(asked["inline"]))


def _shipped(name: str, folder: Path) -> Seed:
    if name not in reading.shipped(folder):
        raise Unprocessable(f"There is no world {name[:100]!r}; there are {', '.join(reading.shipped(folder))}.")
    return building.seed(name, folder)


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
