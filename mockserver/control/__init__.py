"""The control plane: what tests and scripts steer the simulator with, under `/__admin`."""

from __future__ import annotations

from ..messages import Handler, Service
from . import clock, coverage, faults, findings, health, snapshots, state, tenants, tokens
from .context import ControlContext
from .explain import handlers as explain
from .requests import handlers as requests

MODULES = (health, state, snapshots, tenants, clock, tokens, requests, coverage, faults, explain, findings)


def build_control_service(context: ControlContext) -> Service:
    """Return the control plane with its handlers."""
    handlers: dict[str, Handler] = {}
    for module in MODULES:
        handlers |= module.handlers(context)
    return Service("control.yaml", handlers)
