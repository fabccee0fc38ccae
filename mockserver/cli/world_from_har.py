"""The command `mockserver world from-har`: a browser's recording becomes a world file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

PROGRESS_SECONDS = 2  # until the first line of progress, and between two

# ruff: noqa: PLC0415 - see `commands`


@click.command("from-har")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tenant", help="Use the calls of this tenant; default: the tenant with most calls.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the world to this file.")
@click.option("--keep-personal", is_flag=True, help="Keep names, addresses and the like; secrets are removed anyway.")
@click.option("--report", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def world_from_har(file: Path, *, tenant: str | None, output: Path | None, keep_personal: bool, form: str) -> None:
    """Make a world of the HAR file that a browser's network tab exports.

    Nothing is sent anywhere. The report goes to standard error. Exit code 1 if no call can be used, 2 for a bad file.
    """
    from ..assembly.interfaces import CONTROL_SPEC, list_specs
    from ..contract.operations import compile_operations
    from ..contract.spec import load_spec
    from ..importing.world_import import HarError, NothingUsable, import_har
    from ..services import collections_of, import_services, imports_of, public_fields_of
    from ..settings import Settings
    from ..worlds.world_yaml import dump_world

    services = import_services()
    paths = [path for path in list_specs(Settings()) if path.name != CONTROL_SPEC]
    operations = [one for path in paths for one in compile_operations(load_spec(path, compiles_late=True))]
    print_progress = create_progress_printer(file)
    try:
        world, report = import_har(
            file,
            operations,
            collections_of(services),
            imports_of(services),
            public_fields_of(services),
            tenant=tenant,
            keeps_personal=keep_personal,
            report_progress=print_progress,
        )
        text = dump_world(world, partial(print_progress, "writing the world"))
        if output is None:
            click.echo(text.encode(), nl=False)
        else:
            output.write_text(text, encoding="utf-8")
    except NothingUsable as error:
        _fail(1, f"{file}: {error}", {"error": str(error), **error.report.to_json()} if form == "json" else None)
    except (HarError, OSError) as error:
        _fail(2, f"{file}: {error}", {"error": str(error)} if form == "json" else None)
    click.echo(json.dumps(report.to_json(), indent=2) if form == "json" else report.to_text(), err=True)
    if output is not None and form == "text":
        click.echo(f"Written to {output}; try it with: mockserver serve --fixture {output}", err=True)


def create_progress_printer(file: Path, now: Callable[[], float] = time.monotonic) -> Callable[[str, float], None]:
    """Return a function that prints the step of the import, and the share of it that is done, every two seconds."""
    printed_at = now()

    def print_progress(step: str, share: float) -> None:
        nonlocal printed_at
        if now() - printed_at >= PROGRESS_SECONDS:
            printed_at = now()
            click.echo(f"mockserver: {file.name}: {step}: {share:.0%}", err=True)

    return print_progress


def _fail(code: int, message: str, report: dict[str, object] | None) -> None:
    from ..importing.import_report import make_printable

    line = make_printable(f"mockserver: {' '.join(message.split())}")
    click.echo(line if report is None else json.dumps(report, indent=2), err=True)
    sys.exit(code)
