"""The control plane: what tests and scripts steer the simulator with, under `/__admin`."""

from __future__ import annotations

from ..messages import Handler, Service
from . import clock, coverage, explain, faults, findings, requests, server, snapshots, state, tenants, tokens
from .plane import Plane

PARTS = (server, state, snapshots, tenants, clock, tokens, requests, coverage, faults, explain, findings)


def service(plane: Plane) -> Service:
    """Return the control plane with its handlers."""
    handlers: dict[str, Handler] = {}
    for part in PARTS:
        handlers |= part.handlers(plane)
    return Service("control.yaml", handlers)
