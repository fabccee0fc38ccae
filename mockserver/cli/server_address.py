"""How the commands find a running server: by its URL, or by the options and variables that `serve` was given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from ..settings import PREFIX, Settings
from .server_trust import ServerAddress
from .value_checks import check_base_path, check_host
from .variables import CA_VARIABLE, URL_VARIABLE, find_unknown_variables

IPV4_LOOPBACK = "127.0.0.1"  # not localhost, because some containers cannot resolve it
LOOPBACK_BY_HOST = dict.fromkeys(("0.0.0.0", "::", "localhost"), IPV4_LOOPBACK)  # noqa: S104 - compared, not bound
DEFAULTS = Settings()
OPTIONS = ("url", "host", "port", "tls", "base_path", "tls_cert", "tls_folder", "ca")
FILE = click.Path(path_type=Path)
FURTHER_OPTIONS: dict[str, tuple[Any, str]] = {
    "tls": (bool, "It speaks HTTPS."),
    "tls_cert": (FILE, "It shows this certificate."),
    "tls_folder": (FILE, "Folder of its certificate authority."),
    "base_path": (str, "It answers below this path."),
}


def add_address_options(command: Any) -> Any:
    """Add the options that name the server to a command, which passes their values to `pop_address`."""
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
    command = click.option(
        "--ca",
        type=FILE,
        envvar=CA_VARIABLE,
        show_envvar=True,
        help="File with the authority of its certificate (PEM).",
    )(command)
    for name, (option_type, text) in reversed(FURTHER_OPTIONS.items()):
        further: dict[str, Any] = {"is_flag": True} if option_type is bool else {"type": option_type}
        flag = f"--{name.replace('_', '-')}"
        command = click.option(flag, name, envvar=PREFIX + name.upper(), show_envvar=True, help=text, **further)(
            command
        )
    for option in reversed(options):
        command = option(command)
    return command


def pop_address(options: dict[str, Any]) -> ServerAddress:
    """Return where the server is and which certificates to trust, and remove the options that say so.

    Options win over variables, and the URL over the parts of one. UsageError if the URL or a variable is invalid.
    """
    find_unknown_variables(os.environ)
    url, host, port, is_tls, base_path, certificate, folder, ca = (options.pop(name) for name in OPTIONS)
    if not url or (_is_from_variable("url") and not (_is_from_variable("host") and _is_from_variable("port"))):
        check_host(host)
        check_base_path(base_path or "")
        is_tls = is_tls or certificate is not None
        url = f"http{'s' * is_tls}://{_compose_host(host)}:{port}{base_path or ''}"
    return ServerAddress(_check_url(url), ca, folder, certificate)


def _is_from_variable(name: str) -> bool:
    """Whether an option was not on the command line."""
    return click.get_current_context().get_parameter_source(name) is not ParameterSource.COMMANDLINE


def _compose_host(host: str) -> str:
    reachable_host = LOOPBACK_BY_HOST.get(host, host)
    return f"[{reachable_host}]" if ":" in reachable_host else reachable_host


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
