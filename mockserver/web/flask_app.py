"""The Flask application: adds CORS for pages, and is the entrance for WSGI servers and test clients."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from flask import Flask
from flask import Request as FlaskRequest
from flask import Response as FlaskResponse
from flask import request as flask_request
from flask_cors import CORS

from ..control.guard import Guard, is_control
from ..messages import Request, Response
from . import wsgi
from .application import Answer, Application, answer_safely

LOOPBACK_ORIGIN = re.compile(r"^https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$")
EXPOSED_HEADERS = ["X-Mock-Hint", "X-Mock-Explain", "X-Mock-Findings", "Retry-After", "Preference-Applied"]
PREFLIGHT_SECONDS = 600  # that a browser may remember the answer to a preflight

Specs = Mapping[str, Mapping[str, Any]]


class SimulatorFlask(Flask):
    """A Flask application without routes: Werkzeug does not route, the pipelines do."""

    def __init__(self, application: Application) -> None:
        super().__init__("mockserver", static_folder=None)
        self.application = application

    def create_url_adapter(self, request: FlaskRequest | None) -> None:  # noqa: ARG002
        """Skip Werkzeug's routing, with its redirects and its own error pages."""
        return

    def answer(self, request: Request) -> Response:
        """Answer a request from our own server.

        Only pages need what Flask and flask-cors add; it takes as long as the response itself (benchmarks/README.md).
        """
        if is_from_page(request):
            return answer_safely(self._answer_page, request)
        return self.application.answer(request)

    def wsgi_app(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer a request from a WSGI server or a test client."""
        request = environ[wsgi.REQUEST] = wsgi.read_request(environ)
        if is_from_page(request):
            return super().wsgi_app(environ, start_response)
        return wsgi.send_response(self.application.answer(request), environ, start_response)

    def dispatch_request(self) -> FlaskResponse:
        """Answer the current request, which comes from a page."""
        environ = flask_request.environ
        response = self.application.answer(environ[wsgi.REQUEST])
        environ[wsgi.NETWORK_FAULT] = response.network_fault
        sent = FlaskResponse(response.content, wsgi.status_line(response.status))
        sent.headers.clear()  # Werkzeug gives even a 204 a type
        sent.headers.extend(response.fields())
        return sent

    def _answer_page(self, request: Request) -> Response:
        return wsgi.call_application(self.wsgi_app, request)


def create_flask(
    api: Answer,
    control: Answer,
    guard: Guard,
    specs: Specs,
    *,
    count_headers: Collection[str] = (),
    cors_origins: Collection[str] = (),
) -> SimulatorFlask:
    """Return the application; pages of loopback origins, and of those given, may call the simulated API.

    specs: the OpenAPI documents that the documentation shows, by name.
    count_headers: the headers in which services send the number of rows.
    """
    app = SimulatorFlask(Application(api, control, _documentation(specs), guard))
    CORS(
        app,
        origins=[LOOPBACK_ORIGIN, *map(_origin, cors_origins)],
        expose_headers=[*EXPOSED_HEADERS, *count_headers],
        max_age=PREFLIGHT_SECONDS,
        always_send=False,  # only to pages
    )
    return app


def is_from_page(request: Request) -> bool:
    """Whether a page calls the simulated API; the control plane answers no pages but its own, without CORS."""
    return "origin" in request.headers and not is_control(request.path)


def _documentation(specs: Specs) -> Answer:
    """Return what answers for the documentation; its application is made with the first request, not at the start."""

    @cache
    def pages() -> Flask:
        from .docs import pages  # noqa: PLC0415 - see above

        return pages(specs)

    return lambda request: wsgi.call_application(pages(), request)


def _origin(text: str) -> str | re.Pattern[str]:
    """Return an origin as flask-cors takes it, which would read the brackets of an IPv6 address as a pattern."""
    return text if text == "*" else re.compile(f"^{re.escape(text)}$", re.IGNORECASE)
