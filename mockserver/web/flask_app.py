"""The Flask application: adds CORS for web pages, and is the entrance for WSGI servers and test clients."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from flask import Flask
from flask import Request as FlaskRequest
from flask import Response as FlaskResponse
from flask import request as flask_request
from flask_cors import CORS

from . import wsgi
from .application import Application, is_from_page

LOOPBACK_ORIGIN = re.compile(r"^https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$")
EXPOSED_HEADERS = ["X-Mock-Hint", "X-Mock-Explain", "X-Mock-Findings", "Retry-After", "Preference-Applied"]
PREFLIGHT_SECONDS = 600  # how long a browser may cache the response to a preflight


class SimulatorFlask(Flask):
    """A Flask application without routes: the pipelines route, not Werkzeug."""

    def __init__(self, application: Application) -> None:
        super().__init__("mockserver", static_folder=None)
        self._application = application

    def create_url_adapter(self, request: FlaskRequest | None) -> None:  # noqa: ARG002
        """Skip Werkzeug's routing, with its redirects and HTML error pages."""
        return

    def wsgi_app(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer a request from a WSGI server or a test client."""
        request = environ[wsgi.REQUEST] = wsgi.read_request(environ)
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
    application: Application, *, count_headers: Collection[str] = (), cors_origins: Collection[str] = ()
) -> SimulatorFlask:
    """Return the Flask application around ours.

    count_headers: the response headers with the number of rows, which pages may read.
    cors_origins: origins of web pages that may call the simulated API, in addition to loopback.
    """
    app = SimulatorFlask(application)
    CORS(
        app,
        origins=[LOOPBACK_ORIGIN, *map(_origin_pattern, cors_origins)],
        expose_headers=[*EXPOSED_HEADERS, *count_headers],
        max_age=PREFLIGHT_SECONDS,
        always_send=False,  # only to web pages
    )
    return app


def _origin_pattern(text: str) -> str | re.Pattern[str]:
    """Return an origin for flask-cors, escaped, since it would read the brackets of an IPv6 address as a regex."""
    return text if text == "*" else re.compile(f"^{re.escape(text)}$", re.IGNORECASE)
