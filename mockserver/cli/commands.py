"""The command line: `main`, a function for each command, then their helpers."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any, NoReturn

import click

from .. import __version__
from ..settings import PREFIX, Settings, list_settings, settings_table
from .count_options import SeedCommand
from .options import add_minimum_options, add_settings_options, collect_settings
from .server_address import add_address_options, pop_address
from .value_checks import SecondsRange
from .variables import find_unknown_variables, warn_of_unknown_variables
from .world_commands import SEED_OPTION, SHIPPED_OPTION, print_schema, world_commands, write_generated_world

YOUNG_OBJECTS = 10_000  # until the garbage collector walks them; a bulk creates thousands that stay, and no cycles
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
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
    from .state_option import keep_state

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = collect_settings(options)
    configure_log(settings)
    warn_of_unknown_variables(os.environ)
    app = build_or_exit(settings)
    if settings.watch and app.world_file is None:
        exit_with_error(f"--watch needs a world file of your own, such as --fixture world.yaml, not {settings.fixture}")
    with keep_state(app):
        gc.enable()  # see `__main__`
        gc.set_threshold(YOUNG_OBJECTS)
        server = _bind_server(app, settings)
        for stop_signal in STOP_SIGNALS:
            signal.signal(stop_signal, lambda *_: server.stop())  # a callback could swallow an exception
        click.echo(format_ready_line(app, server.url, time.perf_counter() - STARTED_AT))
        sys.stdout.flush()
        if settings.open:
            Thread(target=_open_dashboard, args=(server.url,), name="open", daemon=True).start()
        if settings.watch:
            Thread(target=app.world_file.watch, args=(Event(),), name="watch", daemon=True).start()
        server.run()
        for stop_signal in STOP_SIGNALS:
            signal.signal(stop_signal, signal.SIG_IGN)  # the state is written, whatever else is pressed meanwhile


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
    find_unknown_variables(os.environ)
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
    from ..assembly.interfaces import list_specs
    from ..contract.operations import compile_operations
    from ..contract.spec import SpecError, check_spec, load_spec

    for path in files or list_specs(Settings()):
        try:
            document = load_spec(path)
            check_spec(document)
            click.echo(f"{path}: {len(list(compile_operations(document)))} operations, good")
        except SpecError as error:
            exit_with_error(error)


@commands.command(cls=SeedCommand)
@SEED_OPTION
@SHIPPED_OPTION
def seed(number: int, shipped: str | None, **counts: int) -> None:
    """Write a generated world: the older name of `world generate`."""
    write_generated_world(number, shipped, counts)


@commands.command("scenario-schema")
def print_scenario_schema() -> None:
    """Write the JSON Schema of scenario files to standard output."""
    from ..app import build
    from ..scenarios.scenario_schema import write_scenario_schema

    click.echo(write_scenario_schema(build(Settings()).scenarios.library.schema), nl=False)


@commands.command()
@add_address_options
@click.option(
    "--wait",
    type=SecondsRange(0, MAX_WAIT_SECONDS),
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
@click.option("--format", "form", type=click.Choice(("text", "json", "html", "junit", "markdown")), default="text")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also append the report in Markdown to this file, such as $GITHUB_STEP_SUMMARY.",
)
@add_minimum_options
def coverage(
    *,
    tenant: str | None,
    service: str | None,
    admin_token: str,
    form: str,
    output: Path | None,
    summary: Path | None,
    **options: Any,
) -> None:
    """Report which parts of the contract were exercised.

    Exit code 1 if a dimension is below its minimum.
    """
    from . import coverage_gate
    from .admin_call import CallFailed

    address = pop_address(options)
    minimums = {name: minimum for name, minimum in options.items() if minimum is not None}
    try:
        fetch_report = partial(coverage_gate.fetch_report, address, admin_token, tenant=tenant, service=service)
        report = coverage_gate.parse_report(fetch_report())
        write_report = partial(coverage_gate.write_report, report, minimums=minimums, service=service, tenant=tenant)
        content = fetch_report(format=form) if form in {"json", "html"} else write_report(form=form)
        if output:
            output.write_bytes(content)
        else:
            click.echo(content)
        if summary:
            with summary.open("ab") as file:
                file.write(write_report(form="markdown"))
    except (CallFailed, OSError) as error:
        exit_with_error(error)
    shortfalls = coverage_gate.find_shortfalls(report, minimums)
    if shortfalls:
        click.echo("\n".join(shortfalls), err=True)
        sys.exit(1)


commands.add_command(world_commands)
commands.add_command(print_schema, "world-schema")  # an older name


def build_or_exit(settings: Settings) -> Any:
    """Return the simulator; if a spec, world or scenario is unusable, exit with the reason, or with all mistakes."""
    from ..app import build
    from ..contract.spec import SpecError
    from ..scenarios.scenario_mistakes import ScenarioError
    from ..worlds.mistakes import WorldError

    try:
        return build(settings)
    except SpecError as error:
        exit_with_error(error)
    except (WorldError, ScenarioError) as error:
        click.echo(f"mockserver: {error}", err=True)
        sys.exit(2)


def exit_with_error(reason: object) -> NoReturn:
    """Print a reason to standard error, nearly always one line, and exit with code 2."""
    lines = [" ".join(line.split()) for line in str(reason).splitlines()]
    click.echo("mockserver: " + "\n".join(line for line in lines if line), err=True)
    sys.exit(2)


def _bind_server(app: Any, settings: Settings) -> Any:
    from ..tls.authority import TlsError

    try:
        return app.create_server(settings.host, settings.port)
    except TlsError as error:
        exit_with_error(error)
    except (OSError, OverflowError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        exit_with_error(f"cannot listen on {host}:{settings.port}: {reason}; choose another with --host and --port")


def _open_dashboard(url: str) -> None:
    """Open the dashboard in the browser of this machine; without one, nothing happens."""
    import webbrowser

    from ..control.guard import DASHBOARD_PATH

    webbrowser.open(url + DASHBOARD_PATH)
