"""The command that reports on published files, without starting a server."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from ..settings import Settings

# Commands import what they need when they run, so that none waits for the imports of another.
# ruff: noqa: PLC0415


@click.command("services")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--service-code", type=click.Path(path_type=Path), help="Folder with Python files, as for `serve`.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def report_services(files: tuple[Path, ...], service_code: Path | None, form: str) -> None:
    """Report on published OpenAPI files: which operations are stateful, and which defects the files have.

    FILES are what `serve --service` takes: files, overlays and folders.
    """
    from .commands import build_or_exit

    reports = build_or_exit(Settings(service=tuple(map(str, files)), service_code=service_code)).reports
    if form == "json":
        click.echo(orjson.dumps([report.to_json() for report in reports], option=orjson.OPT_INDENT_2).decode())
        return
    for report in reports:
        click.echo(report.write_text())
    stateful, total = sum(len(report.stateful) for report in reports), sum(report.total for report in reports)
    built_in = sum(len(report.built_in) for report in reports)
    click.echo(f"{stateful} of {total} operations are stateful here, {built_in} are built in")
