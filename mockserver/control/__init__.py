"""The control plane: what tests and scripts use to control and inspect the simulator, below `/__admin`.

Each module or folder is named as its path below `/__admin`.
"""

from __future__ import annotations

from ..messages import Handler, Service
from . import (
    certs,
    clock,
    faults,
    findings,
    health,
    reload,
    reset,
    scenarios,
    seed,
    settings,
    snapshots,
    tenants,
    tokens,
    undo,
    world,
    worlds,
)
from .changes import handlers as changes
from .context import ControlContext
from .coverage import handlers as coverage
from .explain import handlers as explain
from .mappings import handlers as mappings
from .requests import handlers as requests
from .state import handlers as state

MODULES = (
    *(health, certs, state, changes, world, seed, reload, reset, undo, snapshots, tenants, worlds, settings),
    *(clock, tokens, requests, coverage, faults, mappings, scenarios, explain, findings),
)


def build_control_service(context: ControlContext) -> Service:
    """Return the control plane with its handlers."""
    handlers: dict[str, Handler] = {}
    for module in MODULES:
        handlers |= module.handlers(context)
    return Service("control.yaml", handlers)
