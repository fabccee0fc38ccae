"""Worlds: separate simulations by name, each with its tenants, clock, faults, journal, coverage and settings."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import Any

from ..messages import Call, Handler, Reply
from ..simulations.simulation_registry import Simulation
from .context import ControlContext, UnknownName


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"listWorlds": partial(list_worlds, context), "dropWorld": partial(drop_world, context)}


def list_worlds(context: ControlContext, _: Call) -> Reply:
    """List the worlds that requests have named, and when worlds are dropped."""
    simulations = context.simulations
    facts = {
        "worlds": [_world_json(simulation) for simulation in simulations.list_named()],
        "limits": {"worlds": simulations.max_worlds, "idleMinutes": round(simulations.idle_seconds / 60)},
        "dropped": simulations.dropped_count,
    }
    return Reply(200, facts)


def drop_world(context: ControlContext, call: Call) -> Reply:
    """Drop a world with all its data; the next request that names it creates it again."""
    name = call.path["name"].lower()
    if not context.simulations.drop_simulation(name):
        raise UnknownName(f"Unknown world {name}.")
    return Reply(204)


def _world_json(simulation: Simulation) -> dict[str, Any]:
    return {
        "name": simulation.name,
        "tenants": simulation.world.tenant_names,
        "idleSeconds": round(monotonic() - simulation.used_at),
    }
