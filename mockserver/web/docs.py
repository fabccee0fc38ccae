"""The documentation of the control plane and the simulated API: Swagger UI, which loads nothing from other hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import flask_swagger_ui
import orjson
from flask import Flask, Response, abort, send_from_directory
from flask import request as flask_request

from .. import errors
from ..control.guard import DOCS_PATH
from ..messages import JSON_MEDIA_TYPE
from . import wsgi
from .docs_page import render_docs_page
from .own_url import read_own_url
from .served_specs import localize_spec

FIRST_SPEC = "customer-segment"  # the one on which the page opens
CONTROL_SPEC_NAME = "control"  # the last one; it has a token of its own
SCRIPTS = Path(flask_swagger_ui.__file__).parent / "dist"

# The page needs its own script and styles; nothing may be loaded from other hosts, whatever a spec says.
POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


def create_docs_app(
    specs: Mapping[str, Mapping[str, Any]],
    list_tokens: Callable[[], Sequence[str]] = tuple,
    example_ids: Callable[[str], Mapping[str, str]] = lambda _: {},
) -> Flask:
    """Return an application for everything below /__admin/docs.

    specs: OpenAPI documents by name. list_tokens: returns the tokens to call as.
    example_ids: returns what the examples of a spec name instead of ids of the default world.
    """
    app = Flask("mockserver.docs", static_folder=None)
    names = sorted(specs, key=lambda name: (name != FIRST_SPEC, name == CONTROL_SPEC_NAME))
    urls = [{"url": f"specs/{name}.json", "name": name} for name in names]

    @app.get(DOCS_PATH)
    def add_slash() -> Response:
        return Response(status=308, headers={"Location": f"{DOCS_PATH.rpartition('/')[2]}/"})

    @app.get(f"{DOCS_PATH}/")
    def page() -> str:
        return render_docs_page(urls, list_tokens())

    @app.get(f"{DOCS_PATH}/specs/<name>.json")
    def spec(name: str) -> Response:
        if name not in specs:
            abort(404)
        url = read_own_url(flask_request.environ[wsgi.REQUEST])
        localized = localize_spec(
            specs[name], url, takes_token=name != CONTROL_SPEC_NAME, tokens=list_tokens(), ids=example_ids(name)
        )
        return Response(orjson.dumps(localized), mimetype=JSON_MEDIA_TYPE)

    @app.get(f"{DOCS_PATH}/<path:name>")
    def script(name: str) -> Response:
        return send_from_directory(SCRIPTS, name)

    @app.after_request
    def add_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.errorhandler(404)
    def answer_not_found(_: Any) -> Response:
        return _error_response(errors.NoEndpoint("The documentation has no such page."))

    @app.errorhandler(405)
    def answer_wrong_method(error: Any) -> Response:
        return _error_response(errors.MethodNotAllowed(tuple(sorted(error.valid_methods or ()))))

    return app


def _error_response(error: errors.ClientError) -> Response:
    return Response(orjson.dumps(error.body()), error.status, error.headers, mimetype=JSON_MEDIA_TYPE)
