"""`mockserver world export` and `import`: a tenant of a running server as a world file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from ..settings import PREFIX
from .server_address import add_address_options, pop_address
from .server_trust import ServerAddress

JSON, YAML = "application/json", "application/yaml"


def _add_transfer_options(command: Any) -> Any:
    options: tuple[Callable[[Any], Any], ...] = (
        click.option("--tenant", help="The tenant; the server's default tenant if left out."),
        click.option(
            "--admin-token",
            default="",
            envvar=PREFIX + "ADMIN_TOKEN",
            show_envvar=True,
            help="The server's admin token.",
        ),
        add_address_options,
    )
    for option in options:
        command = option(command)
    return command


@click.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@_add_transfer_options
def export_world_file(file: Path | None, tenant: str | None, admin_token: str, **options: Any) -> None:
    """Write a tenant of a running server as a world file: JSON if FILE ends in .json, or else YAML.

    Without FILE, write YAML to standard output.
    """
    form = "json" if file and file.suffix == ".json" else "yaml"
    content = _call(pop_address(options), admin_token, "GET", {"tenant": tenant, "format": form})
    if file is None:
        click.echo(content, nl=False)
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        _exit(f"{file}: {error.strerror or error}")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Allow references to rows that do not exist.")
@_add_transfer_options
def import_world_file(file: Path, tenant: str | None, admin_token: str, *, force: bool, **options: Any) -> None:
    """Make a world file that of a tenant of a running server: its state now, and where later resets return to."""
    address = pop_address(options)
    try:
        content = file.read_bytes()
    except OSError as error:
        _exit(f"{file}: {error.strerror or error}")
    query = {"tenant": tenant, "force": "true" if force else None}
    click.echo(_call(address, admin_token, "PUT", query, (content, JSON if file.suffix == ".json" else YAML)))


def _call(
    address: ServerAddress, token: str, method: str, query: dict[str, str | None], body: tuple[bytes, str] | None = None
) -> bytes:
    from . import admin_call  # noqa: PLC0415 - urllib takes a while to import

    try:
        return admin_call.call_world(address, token, method, query, body)
    except admin_call.CallFailed as error:
        _exit(str(error))


def _exit(reason: str) -> NoReturn:
    click.echo(f"mockserver: {' '.join(reason.split())}", err=True)
    sys.exit(2)
