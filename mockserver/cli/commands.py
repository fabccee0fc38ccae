"""The command line: every flag is an environment variable too, and an unknown one of those is an error."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import partial
from pathlib import Path
from types import NoneType
from typing import Any, Literal, NoReturn, get_args, get_origin
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import click

from .. import __version__
from ..access import TENANT_NAME
from ..records.coverage import COVERAGE_DIMENSIONS
from ..settings import PREFIX, Setting, Settings, Switches, list_settings, settings_table
from .count_options import SeedCommand, to_kebab_case

ORIGIN_PATTERN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#*\s]+", re.IGNORECASE)  # to be matched whole
STARTED_AT = time.perf_counter()

OPTION_TYPES: dict[Any, Any] = {Path: click.Path(path_type=Path, exists=True, file_okay=False)}
OPTION_RANGES: dict[str, Any] = {"port": click.IntRange(0, 65535), "max_page_size": click.IntRange(min=1)}


def _make_option(setting: Setting) -> Callable[[Any], Any]:
    """Return the option for one setting."""
    name, default = setting.name, setting.default
    option_type, container = _click_type(setting.hint)
    flag = setting.flag
    common: dict[str, Any] = {"envvar": setting.variable, "show_envvar": True, "help": setting.sentence}
    if option_type is bool:
        return click.option(flag, name, is_flag=True, **common)
    return click.option(
        flag,
        name,
        type=OPTION_RANGES.get(name, option_type),
        default=default,
        multiple=container is tuple,
        show_default=not isinstance(default, tuple | None),
        **common,
    )


def _click_type(hint: Any) -> tuple[Any, Any]:
    """Return what click calls a type: choices for a Literal, else the class; and tuple for what may come again."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return click.Choice(arguments), origin
    if origin is tuple:
        return arguments[0], tuple
    plain = next((each for each in arguments if each is not NoneType), hint)
    return OPTION_TYPES.get(plain, plain), origin


def add_settings_options(command: Any) -> Any:
    """Give a command an option for every setting."""
    for setting in reversed(list_settings()):
        command = _make_option(setting)(command)
    return command


def collect_settings(options: dict[str, Any]) -> Settings:
    """Collect the settings from the values of the options."""
    _check_variables(os.environ)
    if not TENANT_NAME.fullmatch(options["tenant"]):
        exit_with_error("--tenant must be 3 to 16 lower-case letters or digits and begin with a letter (F5)")
    if not all(map(ORIGIN_PATTERN.fullmatch, options["cors_origin"])):
        exit_with_error(
            "--cors-origin must be what browsers send: http://shop.example:3000, without a path or a slash at the end"
        )
    names = {each.name for each in fields(Switches)}
    behaviour = Switches(**{name: value for name, value in options.items() if name in names})
    return Settings(behaviour=behaviour, **{name: value for name, value in options.items() if name not in names})


def _check_variables(environment: Iterable[str]) -> None:
    """Refuse a variable of ours that nothing reads: a misspelt setting would be passed over in silence."""
    known = {setting.variable for setting in list_settings()}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            exit_with_error(f"unknown environment variable {name}; `mockserver serve --help` lists the valid ones")


def exit_with_error(reason: object) -> NoReturn:
    """End with one line on standard error and exit code 2."""
    click.echo(f"mockserver: {' '.join(str(reason).split())}", err=True)
    sys.exit(2)


def main() -> None:
    """Run the command line; a mistake in it ends with one line, not with a page of usage."""
    try:
        commands.main(prog_name="mockserver", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message())
    except click.ClickException as error:
        exit_with_error(error.format_message())
    except click.Abort:
        sys.exit(130)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def commands() -> None:
    """Simulate the Emporix Customer Segment Service on this machine. Unofficial."""


@commands.command()
@add_settings_options
def serve(**options: Any) -> None:
    """Start the server and answer until Ctrl-C or SIGTERM."""
    from .ready import format_ready_line  # noqa: PLC0415 - other commands need not wait for the server's imports

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = collect_settings(options)
    app = build_or_exit(settings)
    server = _bind_server(app, settings)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: server.stop())  # an exception could end up in a callback that swallows it
    click.echo(format_ready_line(app, server.url, time.perf_counter() - STARTED_AT))
    sys.stdout.flush()
    server.run()


@commands.command()
@click.option("--format", "form", type=click.Choice(("text", "markdown")), default="text", show_default=True)
@add_settings_options
def routes(form: str, **options: Any) -> None:
    """List the operations that the server would answer, with the scopes that they need."""
    from . import operations_table  # noqa: PLC0415

    app = build_or_exit(collect_settings(options))
    click.echo(
        operations_table.operations_markdown(app.documents)
        if form == "markdown"
        else operations_table.operations_text((*app.api_operations, *app.control_operations))
    )


@commands.command()
@click.option("--format", "form", type=click.Choice(("text", "markdown")), default="text", show_default=True)
def settings(form: str) -> None:
    """List the settings of `serve`, with their environment variables and defaults."""
    if form == "markdown":
        click.echo(settings_table())
        return
    for setting in list_settings():
        click.echo(f"{setting.flag}  {setting.variable}  {setting.sentence}")


@commands.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def spec(files: tuple[Path, ...]) -> None:
    """Check OpenAPI files, the shipped ones if none is named, with openapi-core."""
    from ..app import spec_paths  # noqa: PLC0415
    from ..contract.operations import compile_operations  # noqa: PLC0415
    from ..contract.spec import (  # noqa: PLC0415
        SpecError,
        check_spec,
        load_spec,
    )

    for path in files or spec_paths(Settings()):
        try:
            document = load_spec(path)
            check_spec(document)
            click.echo(f"{path}: {len(list(compile_operations(document)))} operations, good")
        except SpecError as error:
            exit_with_error(error)


@commands.command(cls=SeedCommand)
@click.option("--seed", "number", default=1, show_default=True, help="Same seed, same bytes.")
@click.option("--shipped", type=click.Choice(("catalogue", "default")), help="Write this world as it is shipped.")
def seed(number: int, shipped: str | None, **counts: int) -> None:
    """Write a generated world to standard output."""
    from ..services import collections_of, import_services  # noqa: PLC0415
    from ..worlds.generate import dump_world, generate_world  # noqa: PLC0415 - Faker takes a while to import
    from ..worlds.published import SHIPPED_WORLDS  # noqa: PLC0415

    collections = collections_of(import_services())
    world = SHIPPED_WORLDS[shipped](collections) if shipped else generate_world(collections, number, counts)
    click.echo(dump_world(world), nl=False)


@commands.command("world-schema")
def print_world_schema() -> None:
    """Write the JSON Schema of world files to standard output."""
    from ..services import collections_of, import_services  # noqa: PLC0415
    from ..worlds.sections import write_schema  # noqa: PLC0415

    click.echo(write_schema(collections_of(import_services())), nl=False)


@commands.command()
@click.option("--host", default="127.0.0.1", envvar=PREFIX + "HOST", show_default=True)
@click.option("--port", default=8080, envvar=PREFIX + "PORT", show_default=True)
def healthcheck(host: str, port: int) -> None:
    """Ask a running server whether it answers; exit code 0 if it does, 1 if not."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared, not bound
    try:
        with build_opener(ProxyHandler({})).open(f"http://{reachable}:{port}/__admin/health", timeout=5) as reply:
            click.echo(reply.read().decode())
    except (URLError, OSError) as error:
        click.echo(f"mockserver: no healthy server at {reachable}:{port}: {error}", err=True)
        sys.exit(1)


def add_minimum_options(command: Any) -> Any:
    """Give a command an option for the minimum of each dimension of coverage."""
    for name, words in reversed(COVERAGE_DIMENSIONS.items()):
        text = f"Fail if less of the {words} is covered, in percent."
        command = click.option(f"--min-{to_kebab_case(name)}", name, type=click.IntRange(0, 100), help=text)(command)
    return command


@commands.command()
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Where the server is.")
@click.option("--tenant", help="Only calls of this tenant; all if not given.")
@click.option("--service", help="Only this service, such as customer-segment.")
@click.option("--admin-token", default="", envvar=PREFIX + "ADMIN_TOKEN", show_envvar=True, help="As `serve` has it.")
@click.option("--format", "form", type=click.Choice(("text", "json", "html", "junit")), default="text")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report into this file.")
@add_minimum_options
def coverage(
    *,
    url: str,
    tenant: str | None,
    service: str | None,
    admin_token: str,
    form: str,
    output: Path | None,
    **minimums: int | None,
) -> None:
    """Report which parts of the contract have been exercised; exit code 1 if below a minimum."""
    from . import coverage_gate  # noqa: PLC0415

    try:
        fetch_report = partial(coverage_gate.fetch_report, url, admin_token, tenant=tenant, service=service)
        report = coverage_gate.parse_report(fetch_report())
        content = coverage_gate.format_report(report).encode() if form == "text" else fetch_report(format=form)
        if output:
            output.write_bytes(content)
        else:
            click.echo(content)
    except (coverage_gate.ServerUnreachable, OSError) as error:
        exit_with_error(error)
    shortfalls = coverage_gate.find_shortfalls(
        report, {name: each for name, each in minimums.items() if each is not None}
    )
    if shortfalls:
        click.echo("\n".join(shortfalls), err=True)
        sys.exit(1)


def build_or_exit(settings: Settings) -> Any:
    """Wire the simulator, or end with the one line that says what cannot be used."""
    from ..app import build  # noqa: PLC0415
    from ..contract.spec import SpecError  # noqa: PLC0415
    from ..worlds.loading import WorldError  # noqa: PLC0415

    try:
        return build(settings)
    except (SpecError, WorldError) as error:
        exit_with_error(error)


def _bind_server(app: Any, settings: Settings) -> Any:
    from ..web.server import Server  # noqa: PLC0415

    try:
        return Server(app.flask, settings.host, settings.port, app.faults)
    except (OSError, OverflowError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        exit_with_error(
            f"cannot listen on {settings.host}:{settings.port}: {reason}; choose another with --host and --port"
        )
