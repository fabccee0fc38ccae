"""Options of the commands: one for each setting, and one for each dimension of coverage."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click

from ..settings import Setting, Settings, Switches, list_settings
from ..wording import COVERAGE_DIMENSIONS
from .count_options import to_kebab_case
from .value_checks import check_base_path, check_host
from .variables import find_unknown_variables

ANY_ORIGIN = "*"
ORIGIN_PATTERN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#*\s]+", re.IGNORECASE)  # matches the whole value
HEADER_PATTERN = re.compile(r"[\w!#$%&'+.^`|~-]+\*?", re.ASCII)  # matches the whole value
FILE = click.Path(path_type=Path)  # whoever reads it says what is wrong with it
STATE_SUFFIXES = (".yaml", ".yml", ".json")  # as in `worlds/state_keeper`, which takes longer to import
SETTING_TYPES: dict[str, Any] = {
    "port": click.IntRange(0, 65535),
    "max_page_size": click.IntRange(min=1),
    "spec": click.Path(path_type=Path, exists=True, file_okay=False),
    "state": FILE,
    "max_worlds": click.IntRange(min=1),
    "max_tenants": click.IntRange(min=1),
    "idle_minutes": click.IntRange(min=1),
    "service_code": FILE,
    "tls_cert": FILE,
    "tls_key": FILE,
    "tls_folder": FILE,
}


def add_settings_options(command: Any) -> Any:
    """Add an option for every setting to a command."""
    for setting in reversed(list_settings()):
        command = _setting_option(setting)(command)
    return command


def collect_settings(options: dict[str, Any]) -> Settings:
    """Return the settings from the values of the options; UsageError if a value or a variable is invalid."""
    from ..access import TENANT_NAME  # noqa: PLC0415 - only `serve` has settings

    find_unknown_variables(os.environ)
    if not TENANT_NAME.fullmatch(options["tenant"]):
        raise click.UsageError("--tenant must be 3 to 16 lower-case letters or digits, starting with a letter (F5)")
    if not all(map(ORIGIN_PATTERN.fullmatch, options["cors_origin"])):
        raise click.UsageError(
            "--cors-origin must be an origin as browsers send it: http://shop.example:3000, without path or final slash"
        )
    if not all(map(HEADER_PATTERN.fullmatch, options["known_header"])):
        raise click.UsageError("--known-header must be the name of a header, such as X-Shop, or a beginning: X-Shop-*")
    if options["state"] is not None and options["state"].suffix not in STATE_SUFFIXES:
        raise click.UsageError(f"--state must be a file that ends in {', '.join(STATE_SUFFIXES)}")
    if options["cors_credentials"] and not set(options["cors_origin"]) - {ANY_ORIGIN}:
        raise click.UsageError("--cors-credentials needs the origins of pages in --cors-origin; browsers refuse `*`")
    if (options["tls_cert"] is None) != (options["tls_key"] is None):
        raise click.UsageError("--tls-cert and --tls-key belong together; give both, or only --tls")
    check_host(options["host"])
    check_base_path(options["base_path"])
    switch_names = {switch.name for switch in fields(Switches)}
    switches = Switches(**{name: value for name, value in options.items() if name in switch_names})
    return Settings(behaviour=switches, **{name: value for name, value in options.items() if name not in switch_names})


def add_minimum_options(command: Any) -> Any:
    """Add an option for the minimum of each dimension of coverage to a command."""
    for name, label in reversed(COVERAGE_DIMENSIONS.items()):
        text = f"Fail if less of the {label} is covered, in percent."
        command = click.option(f"--min-{to_kebab_case(name)}", name, type=click.IntRange(0, 100), help=text)(command)
    return command


def _setting_option(setting: Setting) -> Callable[[Any], Any]:
    option_type, is_repeatable = _click_type(setting)
    common: dict[str, Any] = {"envvar": setting.variable, "show_envvar": True, "help": setting.sentence}
    if option_type is bool:
        return click.option(setting.flag, setting.name, is_flag=True, **common)
    return click.option(
        setting.flag,
        setting.name,
        type=option_type,
        default=setting.default,
        multiple=is_repeatable,
        show_default=not isinstance(setting.default, tuple | None),
        **common,
    )


def _click_type(setting: Setting) -> tuple[Any, bool]:
    """Return click's type for the values of a setting, and whether there can be several values."""
    container, arguments = get_origin(setting.hint), get_args(setting.hint)
    if container is Literal:
        return click.Choice(arguments), False
    if container is tuple:
        return arguments[0], True
    return SETTING_TYPES.get(setting.name, setting.value_type), False
