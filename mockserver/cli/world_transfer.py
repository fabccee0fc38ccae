"""`mockserver world export` and `import`: a tenant of a running server as a world file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from ..settings import PREFIX
from .server_address import add_address_options, pop_address
from .server_trust import ServerAddress

WORLD_PATH = "/__admin/world"  # as in `control/world`, whose import takes longer than a call
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
    click.echo(_call(address, admin_token, "PUT", query, (file, content)))


def _call(
    address: ServerAddress,
    token: str,
    method: str,
    query: dict[str, str | None],
    file: tuple[Path, bytes] | None = None,
) -> bytes:
    """Return the response to a call, which sends a file if there is one; or exit with the reason, or all mistakes."""
    from . import admin_call  # noqa: PLC0415 - urllib takes a while to import

    body = (file[1], JSON if file[0].suffix == ".json" else YAML) if file else None
    try:
        return admin_call.call_control_plane(address, token, WORLD_PATH, query, method=method, body=body)
    except admin_call.CallFailed as error:
        if file and error.details.get("mistakes"):
            _exit_with_mistakes(*file, error.details)
        _exit(str(error))


def _exit_with_mistakes(file: Path, content: bytes, details: Mapping[str, Any]) -> NoReturn:
    """Print what the server says of a world, with the lines of the file."""
    from ..worlds.mistakes import Mistake, WorldError, split_place  # noqa: PLC0415 - only a bad file needs it
    from ..worlds.reading import find_lines, parse_world  # noqa: PLC0415

    found = [Mistake(one.get("field", ""), one["message"], one.get("row", "")) for one in details["mistakes"]]
    with suppress(WorldError):
        lines = find_lines(parse_world(file, content), [split_place(one.place) for one in found])
        found = [one._replace(line=lines[split_place(one.place)]) for one in found]
    click.echo(f"mockserver: {WorldError(file, found, has_more=details.get('more', False))}", err=True)
    sys.exit(2)


def _exit(reason: str) -> NoReturn:
    click.echo(f"mockserver: {' '.join(reason.split())}", err=True)
    sys.exit(2)
