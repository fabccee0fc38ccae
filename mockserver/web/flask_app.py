"""The Flask application: adds CORS for web pages, and is the entrance for WSGI servers and test clients."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from flask import Flask
from flask import Request as FlaskRequest
from flask import Response as FlaskResponse
from flask import request as flask_request
from flask_cors import CORS

from ..control.guard import LOOPBACK_NAME
from ..errors import NoEndpoint
from ..records.first_log import FirstLog
from ..simulations.world_name import WORLD_HEADER
from . import wsgi
from .application import Application, CorsRules, error_response, is_from_page
from .base_path import remove_base_path

LOOPBACK_ORIGIN = re.compile(rf"^https?://{LOOPBACK_NAME}(:\d+)?$", re.IGNORECASE)
ANY_ORIGIN = "*"
EXPOSED_HEADERS = ["X-Mock-Hint", "X-Mock-Explain", "X-Mock-Findings", "Retry-After", "Preference-Applied"]
MAX_LOGGED_ORIGINS = 100
MAX_ORIGIN_LENGTH = 100  # characters
PREFLIGHT_SECONDS = 600  # how long a browser may cache the response to a preflight


class SimulatorFlask(Flask):
    """A Flask application without routes: the pipelines route, not Werkzeug."""

    def __init__(self, application: Application, base_path: str = "") -> None:
        super().__init__("mockserver", static_folder=None)
        self._application, self._base_path = application, base_path

    def create_url_adapter(self, request: FlaskRequest | None) -> None:  # noqa: ARG002
        """Skip Werkzeug's routing, with its redirects and HTML error pages."""
        return

    def wsgi_app(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer a request from a WSGI server or a test client."""
        request = wsgi.read_request(environ)
        try:
            request = environ[wsgi.REQUEST] = remove_base_path(request, self._base_path)
        except NoEndpoint as error:
            return wsgi.send_response(error_response(error.status, error.message), environ, start_response)
        if is_from_page(request):
            return super().wsgi_app(environ, start_response)
        return wsgi.send_response(self._application.answer(request), environ, start_response)

    def dispatch_request(self) -> FlaskResponse:
        """Answer the current request, which comes from a web page."""
        environ = flask_request.environ
        response = self._application.answer(environ[wsgi.REQUEST])
        environ[wsgi.NETWORK_FAULT] = response.network_fault
        flask_response = FlaskResponse(response.content, wsgi.status_line(response.status))
        flask_response.headers.clear()  # Werkzeug adds a Content-Type even to a 204
        flask_response.headers.extend(response.fields())
        return flask_response


def create_flask(
    application: Application, *, count_headers: Collection[str], cors: CorsRules, base_path: str = ""
) -> SimulatorFlask:
    """Return the Flask application around ours.

    count_headers: the response headers with the number of rows, which pages may read.
    cors: which web pages may call the simulated API, in addition to those of loopback origins.
    base_path: what all paths must begin with.
    """
    app = SimulatorFlask(application, base_path)
    app.after_request(_warn_of_refused_pages())  # the last one to be added is the first to run
    app.after_request(_add_world_to_vary)
    CORS(
        app,
        origins=[LOOPBACK_ORIGIN, *map(_origin_pattern, cors.origins)],
        expose_headers=[*EXPOSED_HEADERS, *count_headers],
        max_age=PREFLIGHT_SECONDS,
        always_send=False,  # only to web pages
    )
    if cors.has_credentials:
        app.after_request(_allow_credentials({origin.lower() for origin in cors.origins} - {ANY_ORIGIN}))
    return app


def _warn_of_refused_pages() -> Callable[[FlaskResponse], FlaskResponse]:
    """Return a function that logs each origin whose pages may not read the responses, with the option for it."""
    log = FirstLog(MAX_LOGGED_ORIGINS)

    def warn(response: FlaskResponse) -> FlaskResponse:
        sent_origin = flask_request.headers.get("Origin", "")
        is_own = sent_origin.partition("://")[2] == flask_request.headers.get("Host")  # such as the documentation
        if not is_own and "Access-Control-Allow-Origin" not in response.headers:
            origin = ascii(sent_origin[:MAX_ORIGIN_LENGTH])[1:-1]
            log.warn_once(
                origin,
                f"pages of the origin {origin} cannot read the responses; allow them with --cors-origin {origin}",
            )
        return response

    return warn


def _add_world_to_vary(response: FlaskResponse) -> FlaskResponse:
    """Say that a browser must not reuse a response for another world."""
    names = {name.strip() for line in response.headers.getlist("Vary") for name in line.split(",")}
    response.headers["Vary"] = ", ".join(sorted(names | {WORLD_HEADER}))
    return response


def _allow_credentials(origins: Collection[str]) -> Callable[[FlaskResponse], FlaskResponse]:
    """Return a function that allows credentials in the responses to pages of these origins."""

    def add_header(response: FlaskResponse) -> FlaskResponse:
        if flask_request.headers.get("Origin", "").lower() in origins:
            response.headers["Access-Control-Allow-Credentials"] = "true"
        return response

    return add_header


def _origin_pattern(text: str) -> str | re.Pattern[str]:
    """Return an origin for flask-cors, escaped, since it would read the brackets of an IPv6 address as a regex."""
    return text if text == ANY_ORIGIN else re.compile(f"^{re.escape(text)}$", re.IGNORECASE)
