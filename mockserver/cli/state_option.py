"""What `serve --state FILE` does: continue the tenants of the file, and keep it up to date until the server stops."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ..app import App


@contextmanager
def keep_state(app: App) -> Iterator[None]:
    """Keep the tenants in the file of the settings, if there is one; exit if it cannot be used."""
    if app.settings.state is None:
        yield
        return
    from ..worlds.durable_file import FileUnusable  # noqa: PLC0415 - most servers keep no state
    from ..worlds.state_file import StateFileError  # noqa: PLC0415
    from ..worlds.state_keeper import StateKeeper  # noqa: PLC0415

    plays_scenario = app.scenarios.general is not None
    if plays_scenario:  # which begins with the rows of the file
        app.scenarios.forget_tenant(app.world.default_tenant)
        app.world.drop_tenant(app.world.default_tenant)
    try:
        keeper = StateKeeper(app.settings.state, app.world, app.worlds)
    except (FileUnusable, StateFileError) as error:
        exit_without_state(f"--state {error}", 2)
    if plays_scenario:
        app.world.tenant(app.world.default_tenant)
    gc.freeze()  # like the world that the server starts with
    keeper.start()
    try:
        yield
    finally:
        is_saved = keeper.stop()
    if not is_saved:
        exit_without_state(f"the last changes are not in {app.settings.state}", 1)


def exit_without_state(reason: str, code: int) -> None:
    """Print one line to standard error and exit."""
    click.echo(f"mockserver: {' '.join(reason.split())}", err=True)
    sys.exit(code)
