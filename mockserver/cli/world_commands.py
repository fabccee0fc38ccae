"""The commands of `mockserver world`: they write, check and generate world files."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .count_options import SeedCommand
from .variables import find_unknown_variables
from .world_from_har import world_from_har
from .world_transfer import export_world_file, import_world_file

# Commands import what they need when they run, so that none waits for the imports of another.
# ruff: noqa: PLC0415

SEED_OPTION = click.option(
    "--seed", "number", default=1, show_default=True, help="The same seed and version of Faker give the same bytes."
)
SERVICE_OPTION = click.option(
    "--service", multiple=True, help="Published file whose collections the world has too, as for `serve`; repeatable."
)
SHIPPED_OPTION = click.option(
    "--shipped", type=click.Choice(("catalogue", "default")), help="Write a shipped world instead."
)


@click.group("world")
def world_commands() -> None:
    """Write, check and generate world files."""


world_commands.add_command(world_from_har)
world_commands.add_command(export_world_file)
world_commands.add_command(import_world_file)


@world_commands.command("init")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--small", is_flag=True, help="Write a world of 14 lines instead of one that shows each section.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def write_start(file: Path | None, *, small: bool, force: bool) -> None:
    """Write a world to start your own from, with comments, to FILE or to standard output."""
    from ..resources import data_folder

    name = "small" if small else "full"
    content = (data_folder("fixtures") / "start" / f"{name}.yaml").read_bytes()
    if file is None:
        click.echo(content, nl=False)
        return
    try:
        with file.open("wb" if force else "xb") as target:
            target.write(content)
    except FileExistsError:
        raise click.UsageError(f"{file} exists; overwrite it with --force, or choose another name") from None
    except OSError as error:
        raise click.UsageError(f"{file}: {error.strerror or error}") from None
    click.echo(
        f"Wrote {file}. Check it with `mockserver world check {file}`, serve it with --fixture {file}.", err=True
    )


@world_commands.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@SERVICE_OPTION
def check_files(files: tuple[Path, ...], service: tuple[str, ...]) -> None:
    """Check world files, and list all mistakes, and warnings such as for misspelt scopes.

    Exit code 0 if all are valid, otherwise 1.
    """
    from ..worlds.mistakes import WorldError
    from ..worlds.summary import summarize_world

    worlds, has_mistakes = _create_library(service), False
    for path in files:
        try:
            click.echo(f"{path} is valid: {summarize_world(worlds.load(path), worlds.collections)}.")
        except WorldError as error:
            has_mistakes = True
            click.echo(str(error), err=True)
    sys.exit(int(has_mistakes))


@world_commands.command("generate", cls=SeedCommand)
@SEED_OPTION
@SHIPPED_OPTION
def generate(number: int, shipped: str | None, **counts: int) -> None:
    """Write a generated world to standard output."""
    write_generated_world(number, shipped, counts)


@world_commands.command("schema")
@SERVICE_OPTION
def print_schema(service: tuple[str, ...]) -> None:
    """Write the JSON Schema of world files to standard output, for editors."""
    from ..worlds.sections import write_schema

    click.echo(write_schema(_create_library(service).service_collections), nl=False)


def write_generated_world(number: int, shipped: str | None, counts: dict[str, int]) -> None:
    """Write a shipped world, or one generated from a seed and counts, to standard output."""
    find_unknown_variables(os.environ)
    from ..services import collections_of, import_services
    from ..worlds.generate import generate_world
    from ..worlds.published import SHIPPED_WORLDS
    from ..worlds.world_yaml import dump_world

    collections = collections_of(import_services())
    world = SHIPPED_WORLDS[shipped](collections) if shipped else generate_world(collections, number, counts)
    click.echo(dump_world(world), nl=False)


def _create_library(published: tuple[str, ...]) -> Any:
    """Return the library of worlds that has the shipped services, and those of published files.

    It prints warnings to standard error.
    """
    from ..assembly.interfaces import CONTROL_SPEC, list_specs
    from ..contract.spec import load_spec
    from ..resources import data_folder
    from ..services import collections_of, import_services
    from ..settings import Settings
    from ..worlds.loading import WorldLibrary

    if published:
        from .commands import build_or_exit

        return replace(build_or_exit(Settings(service=published)).worlds, warn=_print_warning)
    specs = (load_spec(path, compiles_late=True) for path in list_specs(Settings()) if path.name != CONTROL_SPEC)
    return WorldLibrary(
        data_folder("fixtures"),
        collections_of(import_services()),
        frozenset(scope for spec in specs for scope in spec.scopes),
        _print_warning,
    )


def _print_warning(doubt: str) -> None:
    click.echo(f"warning: {doubt}", err=True)
