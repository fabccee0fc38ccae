"""The commands of `mockserver world`, which work on world files."""

from __future__ import annotations

import click

from .world_transfer import export_world_file, import_world_file


@click.group("world")
def world_commands() -> None:
    """Write, check and generate world files."""


@world_commands.command("schema")
def print_schema() -> None:
    """Write the JSON Schema of world files to standard output."""
    from ..services import collections_of, import_services  # noqa: PLC0415
    from ..worlds.sections import write_schema  # noqa: PLC0415

    click.echo(write_schema(collections_of(import_services())), nl=False)


world_commands.add_command(export_world_file)
world_commands.add_command(import_world_file)
