"""Simulators that keep their state in a file, and what such files have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.store.world import World
from mockserver.worlds.exporting import export_world
from mockserver.worlds.row_lines import parse_text
from mockserver.worlds.state_keeper import StateKeeper
from tests.support.clock import ManualClock
from tests.support.samples import WORLDS


@contextmanager
def serve_with(path: Path, **options: Any) -> Iterator[App]:
    """Return a simulator that keeps its state in a file, as the command does, and stop it at the end."""
    app = build(Settings(**options), ManualClock())
    keeper = StateKeeper(path, app.world, app.worlds)
    keeper.start()
    try:
        yield app
    finally:
        assert keeper.stop()


def describe_tenants(world: World) -> dict[str, Any]:
    """Return all that a restart keeps of each tenant."""
    return {
        tenant.name: (
            repr(export_world(tenant.state, WORLDS.collections)),
            repr(export_world(tenant.seed.state, WORLDS.collections)),
            {token: (holder.scopes, holder.tenant, holder.expires_at) for token, holder in tenant.seed.tokens.items()},
            dict(tenant.seed.clients),
            dict(tenant.seed.switches),
            tenant.seed.name,
            tenant.capture()[3:],
        )
        for tenant in world.tenants(None)
    }


def read_file(path: Path) -> Any:
    """Return what a state file has."""
    return parse_text(path.read_text())
