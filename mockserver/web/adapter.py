"""The Flask application: hands every request to the pipeline and writes its reply."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection
from typing import Any

import orjson
from flask import Flask, Request, Response, request
from flask_cors import CORS

from .. import control
from ..control import guard
from ..errors import ClientError
from ..exchange import Reply
from ..exchange import Request as Asked
from . import requests

LOG = logging.getLogger("mockserver")
LOOPBACK_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
NOT_CONTROL = rf"^(?!{control.PREFIX}(/|$)).*"
DEFECT = "This is a defect of emporix-mockserver, not of your request; its log has the details."

Answer = Callable[[Asked], Reply]


class Simulator(Flask):
    """A Flask application whose routes are the contract's: the pipeline routes, Werkzeug does not."""

    def __init__(self, answer: Answer, allowed_hosts: Collection[str] = ()) -> None:
        super().__init__("mockserver", static_folder=None)
        self._answer = answer
        self._allowed_hosts = allowed_hosts

    def create_url_adapter(self, request: Request | None) -> None:  # noqa: ARG002
        """Leave Werkzeug's routing out, with its redirects and its own error pages."""
        return

    def dispatch_request(self) -> Response:
        """Answer the current request; whatever goes wrong, in JSON."""
        try:
            asked = requests.request(request.environ)
            if asked.path.startswith(control.PREFIX):
                guard.check(asked.headers, self._allowed_hosts)
            reply = self._answer(asked)
        except ClientError as error:
            reply = Reply(error.status, error.body(), error.headers)
        except Exception:
            LOG.exception("%s %s", request.method, ascii(request.path[:200]))
            reply = Reply(500, {"code": 500, "status": "Internal Server Error", "message": DEFECT})
        return _response(reply)


def create(answer: Answer, cors_origins: Collection[str] = (), allowed_hosts: Collection[str] = ()) -> Simulator:
    """Return the application; pages of loopback origins, and of those named, may call the simulated API."""
    app = Simulator(answer, allowed_hosts)
    origins: list[Any] = [re.compile(rf"^{LOOPBACK_ORIGIN}$"), *cors_origins]
    CORS(app, resources={NOT_CONTROL: {"origins": origins}}, expose_headers=["X-Total-Count"], max_age=600)
    return app


def _response(reply: Reply) -> Response:
    """Write a reply; one without body has no Content-Type either."""
    response = Response(
        b"" if reply.body is None else orjson.dumps(reply.body), reply.status, mimetype="application/json"
    )
    if reply.body is None:
        del response.headers["Content-Type"]
    response.headers.extend(reply.headers)
    return response
