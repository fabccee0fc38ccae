"""The documentation of the control plane and the simulated API: Swagger UI, which loads nothing from other hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from flask import Flask, Response, abort
from flask_swagger_ui import get_swaggerui_blueprint

from .. import errors
from ..control.guard import DOCS_PATH
from ..messages import JSON_MEDIA_TYPE

# The page needs its own script and styles; nothing may be loaded from other hosts, whatever a spec says.
POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


def create_docs_app(specs: Mapping[str, Mapping[str, Any]]) -> Flask:
    """Return an application for everything below /__admin/docs; `specs` are OpenAPI documents by name."""
    app = Flask("mockserver.docs", static_folder=None)
    spec_json = {name: orjson.dumps(spec) for name, spec in specs.items()}

    @app.get(f"{DOCS_PATH}/specs/<name>.json")
    def spec(name: str) -> Response:
        if name not in spec_json:
            abort(404)
        return Response(spec_json[name], mimetype=JSON_MEDIA_TYPE)

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

    app.register_blueprint(_swagger_ui(list(spec_json)))
    return app


def _error_response(error: errors.ClientError) -> Response:
    return Response(orjson.dumps(error.body()), error.status, error.headers, mimetype=JSON_MEDIA_TYPE)


def _swagger_ui(names: Sequence[str]) -> Any:
    urls = [{"url": f"{DOCS_PATH}/specs/{name}.json", "name": name} for name in names]
    config = {"app_name": "emporix-mockserver", "urls": urls, "validatorUrl": None}
    return get_swaggerui_blueprint(DOCS_PATH, urls[0]["url"], config=config)
