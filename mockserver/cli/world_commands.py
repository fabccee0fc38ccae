"""The commands of `mockserver world`, which work on world files."""

from __future__ import annotations

import click

from .world_from_har import world_from_har


@click.group("world")
def world_commands() -> None:
    """Write, check and generate world files."""


world_commands.add_command(world_from_har)
