"""A simulator in this process: on a free port, or as a WSGI application without a port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from ..settings import Setting, Settings, Switches, list_settings
from .mock import Mock

if TYPE_CHECKING:
    from ..app import App
    from ..web.flask_app import SimulatorFlask

STOP_SECONDS = 30
TRUE_TEXTS = {"1", "true", "yes", "on"}


@contextmanager
def running(**settings: Any) -> Iterator[Mock]:
    """Run a simulator while the block runs.

    settings: those of `mockserver serve`, with underscores: `fixture="empty"`, `delete_missing="404"`. A free port is
    chosen unless one is given. ValueError for an unknown setting or a wrong value.
    """
    app = _build_app({"port": 0, "host": "127.0.0.1", **settings})
    server = app.create_server(app.settings.host, app.settings.port)
    thread = Thread(target=server.run, name="mockserver", daemon=True)
    thread.start()
    try:
        with Mock(server.url, tenant=app.settings.tenant, admin_token=app.guard.token) as mock:
            yield mock
    finally:
        server.stop()
        thread.join(STOP_SECONDS)


def create_wsgi_app(**settings: Any) -> SimulatorFlask:
    """Return the simulator as a WSGI application, which has Flask's test client too; settings as for `running`."""
    return _build_app(settings).flask


def parse_settings(lines: Iterable[str]) -> dict[str, Any]:
    """Return settings from lines such as `fixture = shop.yaml`; ValueError for an invalid one."""
    known = {setting.name: setting for setting in list_settings()}
    settings: dict[str, Any] = {}
    for line in lines:
        name, separator, text = (part.strip() for part in line.partition("="))
        if not separator or name not in known:
            raise ValueError(f"{line!r} is not a setting with a value; the settings are {', '.join(known)}")
        settings[name] = _convert_text(known[name], text)
    return settings


def _convert_text(setting: Setting, text: str) -> Any:
    """Return the value of a setting; ValueError if the text is not a valid one."""
    container = get_origin(setting.hint)
    if container is Literal:
        return text
    if container is tuple:
        return tuple(filter(None, (part.strip() for part in text.split(","))))
    return text.lower() in TRUE_TEXTS if setting.value_type is bool else setting.value_type(text)


def _build_app(given: Mapping[str, Any]) -> App:
    from ..app import build  # noqa: PLC0415 - see the plugin

    known = {setting.name: setting for setting in list_settings()}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"unknown setting {name!r}; the settings are {', '.join(known)}")
        if get_origin(known[name].hint) is Literal and value not in get_args(known[name].hint):
            raise ValueError(f"{name} is {' or '.join(map(repr, get_args(known[name].hint)))}, not {value!r}")
    switch_names = {option.name for option in fields(Switches)}
    switches = Switches(**{name: value for name, value in given.items() if name in switch_names})
    return build(Settings(**{name: given[name] for name in given.keys() - switch_names}, behaviour=switches))
