"""Checks of values that `serve` and the commands that look for a server both take."""

from __future__ import annotations

import math
import re
from typing import Any

import click

NOT_IN_BASE_PATH = re.compile(r"[^\w.~/-]", re.ASCII)


class SecondsRange(click.FloatRange):
    """A range of seconds; NaN, which no comparison excludes, is an error."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number of seconds."""
        seconds = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value} is not a number of seconds.", param, ctx)
        return seconds


def check_host(host: str) -> None:
    """UsageError for an address in brackets, which belong to URLs."""
    if host.startswith("[") and host.endswith("]"):
        raise click.UsageError(f"--host takes an address without brackets: {host[1:-1]}")


def check_base_path(path: str) -> None:
    """UsageError that names what is wrong with a path to answer below; "" means no path."""
    if not path:
        return
    from ..messages import is_base_path  # noqa: PLC0415 - only few servers have one

    if not is_base_path(path):
        raise click.UsageError(f"--base-path must be a path such as /mock: {_find_problem(path)}")


def _find_problem(path: str) -> str:
    if not path.startswith("/"):
        return f"{path[:100]!a} does not start with a slash"
    if path.endswith("/"):
        return f"{path[:100]!a} ends with a slash"
    character = NOT_IN_BASE_PATH.search(path)
    if character:
        return f"{path[:100]!a} has {character[0]!a}; it may have letters, digits and . _ ~ - between slashes"
    return f"{path[:100]!a} has an empty part, . or .."
