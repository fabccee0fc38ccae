"""How the commands find a running server: by its URL, or by the host and the port that `serve` was given."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from ..settings import PREFIX, Settings
from .variables import URL_VARIABLE, find_unknown_variables

IPV4_LOOPBACK = "127.0.0.1"  # not localhost, because some containers cannot resolve it
LOOPBACK_BY_HOST = dict.fromkeys(("0.0.0.0", "::", "localhost"), IPV4_LOOPBACK)  # noqa: S104 - compared, not bound
DEFAULTS = Settings()
OPTIONS = ("url", "host", "port")


def add_address_options(command: Any) -> Any:
    """Add the options that name the server to a command, which passes their values to `pop_server_url`."""
    options = (
        click.option(
            "--url", envvar=URL_VARIABLE, show_envvar=True, help="URL of the server; wins over host and port."
        ),
        click.option(
            "--host",
            default=DEFAULTS.host,
            envvar=PREFIX + "HOST",
            show_envvar=True,
            show_default=True,
            help="Its host.",
        ),
        click.option(
            "--port",
            type=click.IntRange(1, 65535),
            default=DEFAULTS.port,
            envvar=PREFIX + "PORT",
            show_envvar=True,
            show_default=True,
            help="Its port.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def pop_server_url(options: dict[str, Any]) -> str:
    """Return the URL of the server, without a final slash, and remove the options that name it.

    Options win over variables, and the URL over host and port. UsageError if the URL or a variable is invalid.
    """
    find_unknown_variables(os.environ)
    url, host, port = (options.pop(name) for name in OPTIONS)
    if not url or (_is_from_variable("url") and not (_is_from_variable("host") and _is_from_variable("port"))):
        return _compose_url(host, port)
    return _check_url(url)


def _is_from_variable(name: str) -> bool:
    """Whether an option was not on the command line."""
    return click.get_current_context().get_parameter_source(name) is not ParameterSource.COMMANDLINE


def _compose_url(host: str, port: int) -> str:
    reachable_host = LOOPBACK_BY_HOST.get(host, host)
    return f"http://{f'[{reachable_host}]' if ':' in reachable_host else reachable_host}:{port}"


def _check_url(url: str) -> str:
    """Return a URL without its final slash; UsageError unless it is one of HTTP, with a host and a valid port."""
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise click.UsageError(f"--url and {URL_VARIABLE} take a URL such as http://127.0.0.1:8080, not {url[:100]!a}")
    return url.rstrip("/")
