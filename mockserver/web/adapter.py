"""The Flask application: hands every request to the pipeline and writes its reply."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Mapping
from functools import cache, cached_property
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from flask import Request as FlaskRequest
from flask_cors import CORS

from ..control.guard import DOCS, PREFIX, Guard
from ..errors import ClientError
from ..exchange import Answer, Request
from . import requests

LOG = logging.getLogger("mockserver")
LOOPBACK_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
NOT_CONTROL = rf"^(?!{PREFIX}(/|$)).*"
SHOWN_TO_PAGES = [
    "X-Mock-Hint",
    "X-Mock-Explain",
    "X-Mock-Findings",
    "Retry-After",
    "Preference-Applied",
]
WITHOUT_BODY = {*range(100, 200), 204, 304}
WIRE = "mockserver.wire"  # how the answer shall go wrong on its way, for a server that can do it
DEFECT = "This is a defect of emporix-mockserver, not of your request; its log has the details."

Environ = dict[str, Any]
Specs = Mapping[str, Mapping[str, Any]]
Respond = Callable[[Request], Answer]


class Simulator(Flask):
    """A Flask application whose routes are the contracts': the pipelines route, Werkzeug does not."""

    def __init__(self, simulate: Respond, steer: Respond, guard: Guard, specs: Specs) -> None:
        super().__init__("mockserver", static_folder=None)
        self._simulate, self._steer = simulate, steer
        self._guard = guard
        self._specs = specs

    def create_url_adapter(self, request: FlaskRequest | None) -> None:  # noqa: ARG002
        """Leave Werkzeug's routing out, with its redirects and its own error pages."""
        return

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        """Hand a page's calls to Flask, the documentation's paths to its own application, and all others to pipelines.

        Only pages need what Flask and flask-cors add; it takes as long as the answer itself (benchmarks/README.md).
        """
        path = environ.get("PATH_INFO", "")
        if path == DOCS or path.startswith(f"{DOCS}/"):
            return self._documentation(environ, start_response)
        if "HTTP_ORIGIN" in environ:
            return super().wsgi_app(environ, start_response)
        return _written(self._answered(environ), environ, start_response)

    def dispatch_request(self) -> Response:
        """Answer the current request, which comes from a page."""
        answer = self._answered(request.environ)
        response = Response(answer.content, _status_line(answer.status))
        response.headers.clear()  # Werkzeug gives even a 204 a type
        response.headers.extend(_headers(answer))
        return response

    def _answered(self, environ: Environ) -> Answer:
        """Answer a request; whatever goes wrong, in JSON."""
        try:
            answer = self._answer(requests.request(environ))
        except ClientError as error:
            answer = _refused(error)
        except Exception:
            LOG.exception("%s %s", environ["REQUEST_METHOD"], ascii(environ.get("PATH_INFO", "")[:200]))
            body = {"code": 500, "status": "Internal Server Error", "message": DEFECT}
            answer = Answer(500, orjson.dumps(body), {})
        environ[WIRE] = answer.wire
        return answer

    def _answer(self, asked: Request) -> Answer:
        if not asked.path.startswith(PREFIX):
            return self._simulate(asked)
        self._guard.check(_whole(asked))
        return self._steer(asked)

    def _documentation(self, environ: Environ, start_response: Any) -> Any:
        try:
            self._guard.check(_whole(requests.request(environ))._replace(path=DOCS))
        except ClientError as error:
            return _written(_refused(error), environ, start_response)
        return self._pages(environ, start_response)

    @cached_property
    def _pages(self) -> Flask:
        """The documentation, made when somebody wants to see it."""
        from .docs import pages  # noqa: PLC0415 - the start need not wait for it

        return pages(self._specs)


def create(
    simulate: Respond,
    steer: Respond,
    guard: Guard,
    specs: Specs,
    *,
    counts: Collection[str] = (),
    cors_origins: Collection[str] = (),
) -> Simulator:
    """Return the application; pages of loopback origins, and of those named, may call the simulated API.

    simulate, steer: what answers the simulated API, and the control plane.
    specs: the OpenAPI documents to show, by name.
    counts: the headers in which services send numbers of rows.
    """
    app = Simulator(simulate, steer, guard, specs)
    origins: list[Any] = [re.compile(rf"^{LOOPBACK_ORIGIN}$"), *map(_origin, cors_origins)]
    CORS(
        app,
        resources={NOT_CONTROL: {"origins": origins}},
        expose_headers=[*SHOWN_TO_PAGES, *counts],
        max_age=600,
        always_send=False,  # to those that are no page
    )
    return app


def _origin(text: str) -> str | re.Pattern[str]:
    """Return an origin as flask-cors takes it, which would read the brackets of an IPv6 address as a pattern."""
    return text if text == "*" else re.compile(f"^{re.escape(text)}$", re.IGNORECASE)


def _whole(asked: Request) -> Request:
    """Return a request that could be read whole; raise why it could not."""
    if asked.problem:
        raise asked.problem
    return asked


def _refused(error: ClientError) -> Answer:
    return Answer(error.status, orjson.dumps(error.body()), error.headers)


def _written(answer: Answer, environ: Environ, start_response: Any) -> list[bytes]:
    """Write an answer as WSGI wants it; HEAD has the headers only."""
    start_response(_status_line(answer.status), _headers(answer))
    is_empty = environ["REQUEST_METHOD"] == "HEAD" or answer.status in WITHOUT_BODY
    return [] if is_empty else [answer.content]


def _headers(answer: Answer) -> list[tuple[str, str]]:
    """Return the headers of an answer; one that cannot have a body has no length, one without body no type."""
    headers = list(answer.headers.items())
    if answer.status not in WITHOUT_BODY:
        headers.append(("Content-Length", str(len(answer.content))))
        if answer.content:
            headers.append(("Content-Type", answer.media_type))
    return headers


@cache
def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # ordered by a fault
        return f"{status} Unknown"
