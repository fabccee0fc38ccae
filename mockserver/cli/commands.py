"""The command line: `main`, a function for each command, then their helpers."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

from .. import __version__
from ..settings import PREFIX, Settings, list_settings, settings_table
from .count_options import SeedCommand
from .options import add_minimum_options, add_settings_options, collect_settings
from .server_address import add_address_options, pop_address
from .variables import warn_of_unknown_variables

YOUNG_OBJECTS = 10_000  # until the garbage collector walks them; a bulk creates thousands that stay, and no cycles
STARTED_AT = time.perf_counter()
CHECKERS_OF_SPECS = {"jsonschema", "openapi_core"}  # what `make serve` leaves out
MAX_WAIT_SECONDS = 3600  # of a health check

# Commands import what they need when they run, so that none waits for the imports of another.
# ruff: noqa: PLC0415


def main() -> None:
    """Run the command line; a mistake of the user ends with one line and exit code 2."""
    try:
        commands.main(prog_name="mockserver", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as help_request:
        click.echo(help_request.format_message())
    except click.ClickException as error:
        exit_with_error(error.format_message())
    except click.Abort:
        sys.exit(130)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in CHECKERS_OF_SPECS:
            raise
        exit_with_error("this needs openapi-core, which `make serve` does not install; run `make dev`")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def commands() -> None:
    """Simulate the Emporix Customer Segment Service on this machine. Unofficial."""


@commands.command()
@add_settings_options
def serve(**options: Any) -> None:
    """Start the server; Ctrl-C or SIGTERM stops it."""
    from .log_lines import configure_log
    from .ready import format_ready_line

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = collect_settings(options)
    configure_log(settings)
    warn_of_unknown_variables(os.environ)
    app = build_or_exit(settings)
    gc.enable()  # see `__main__`
    gc.set_threshold(YOUNG_OBJECTS)
    server = _bind_server(app, settings)
    for stop_signal in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop_signal, lambda *_: server.stop())  # a callback could swallow an exception
    click.echo(format_ready_line(app, server.url, time.perf_counter() - STARTED_AT))
    sys.stdout.flush()
    server.run()


@commands.command()
@click.option("--format", "form", type=click.Choice(("text", "markdown")), default="text", show_default=True)
@add_settings_options
def routes(form: str, **options: Any) -> None:
    """List the operations of the server with their scopes."""
    from . import operations_table

    app = build_or_exit(collect_settings(options))
    click.echo(
        operations_table.operations_markdown(app.specs)
        if form == "markdown"
        else operations_table.operations_text((*app.api_operations, *app.control_operations))
    )


@commands.command()
@click.option("--format", "form", type=click.Choice(("text", "markdown")), default="text", show_default=True)
def settings(form: str) -> None:
    """List the settings of `serve` with variables and defaults."""
    if form == "markdown":
        click.echo(settings_table())
        return
    for setting in list_settings():
        click.echo(f"{setting.flag}  {setting.variable}  {setting.sentence}")


@commands.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def spec(files: tuple[Path, ...]) -> None:
    """Check OpenAPI files with openapi-core.

    Without arguments, check the shipped ones.
    """
    from ..app import spec_paths
    from ..contract.operations import compile_operations
    from ..contract.spec import SpecError, check_spec, load_spec

    for path in files or spec_paths(Settings()):
        try:
            document = load_spec(path)
            check_spec(document)
            click.echo(f"{path}: {len(list(compile_operations(document)))} operations, good")
        except SpecError as error:
            exit_with_error(error)


@commands.command(cls=SeedCommand)
@click.option(
    "--seed", "number", default=1, show_default=True, help="The same seed and version of Faker give the same bytes."
)
@click.option("--shipped", type=click.Choice(("catalogue", "default")), help="Write a shipped world instead.")
def seed(number: int, shipped: str | None, **counts: int) -> None:
    """Write a generated world to standard output."""
    from ..services import collections_of, import_services
    from ..worlds.generate import dump_world, generate_world
    from ..worlds.published import SHIPPED_WORLDS

    collections = collections_of(import_services())
    world = SHIPPED_WORLDS[shipped](collections) if shipped else generate_world(collections, number, counts)
    click.echo(dump_world(world), nl=False)


@commands.command("world-schema")
def print_world_schema() -> None:
    """Write the JSON Schema of world files to standard output."""
    from ..services import collections_of, import_services
    from ..worlds.sections import write_schema

    click.echo(write_schema(collections_of(import_services())), nl=False)


@commands.command()
@add_address_options
@click.option(
    "--wait",
    type=click.FloatRange(0, MAX_WAIT_SECONDS),
    default=0,
    help="Wait up to this many seconds for a healthy server.",
)
def healthcheck(wait: float, **options: Any) -> None:
    """Check that a server is healthy.

    Exit code 0 if it is, otherwise 1.
    """
    from . import health_check

    address = pop_address(options)
    try:
        click.echo(health_check.await_health(address, wait))
    except health_check.Unhealthy as error:
        click.echo(f"mockserver: {error}", err=True)
        sys.exit(1)


@commands.command()
@add_address_options
@click.option("--tenant", help="Count only the calls of this tenant; default: all tenants.")
@click.option("--service", help="Report only this service, such as customer-segment.")
@click.option(
    "--admin-token", default="", envvar=PREFIX + "ADMIN_TOKEN", show_envvar=True, help="The server's admin token."
)
@click.option("--format", "form", type=click.Choice(("text", "json", "html", "junit")), default="text")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
@add_minimum_options
def coverage(
    *,
    tenant: str | None,
    service: str | None,
    admin_token: str,
    form: str,
    output: Path | None,
    **options: Any,
) -> None:
    """Report which parts of the contract were exercised.

    Exit code 1 if a dimension is below its minimum.
    """
    from . import coverage_gate

    address = pop_address(options)
    try:
        fetch_report = partial(coverage_gate.fetch_report, address, admin_token, tenant=tenant, service=service)
        report = coverage_gate.parse_report(fetch_report())
        content = coverage_gate.format_report(report).encode() if form == "text" else fetch_report(format=form)
        if output:
            output.write_bytes(content)
        else:
            click.echo(content)
    except (coverage_gate.ServerUnreachable, OSError) as error:
        exit_with_error(error)
    required = {name: minimum for name, minimum in options.items() if minimum is not None}
    shortfalls = coverage_gate.find_shortfalls(report, required)
    if shortfalls:
        click.echo("\n".join(shortfalls), err=True)
        sys.exit(1)


def build_or_exit(settings: Settings) -> Any:
    """Return the simulator; if a spec or world is unusable, exit with the reason."""
    from ..app import build
    from ..contract.spec import SpecError
    from ..worlds.loading import WorldError

    try:
        return build(settings)
    except (SpecError, WorldError) as error:
        exit_with_error(error)


def exit_with_error(reason: object) -> NoReturn:
    """Print one line to standard error and exit with code 2."""
    click.echo(f"mockserver: {' '.join(str(reason).split())}", err=True)
    sys.exit(2)


def _bind_server(app: Any, settings: Settings) -> Any:
    from ..tls.authority import TlsError
    from ..web.server import Server

    try:
        return Server(
            app.entrances.answer,
            settings.host,
            settings.port,
            app.faults,
            certificates=app.certificates,
            is_tls=settings.is_tls,
            base_path=settings.base_path,
            records=app.records,
        )
    except TlsError as error:
        exit_with_error(error)
    except (OSError, OverflowError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        exit_with_error(f"cannot listen on {host}:{settings.port}: {reason}; choose another with --host and --port")
