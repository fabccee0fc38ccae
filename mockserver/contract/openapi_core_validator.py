"""openapi-core as a second validator of requests and replies: slow, and independent of the compiled validation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.datatypes import TemplateResult
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.finders import APICallPathFinder
from werkzeug.datastructures import Headers, ImmutableMultiDict

from ..errors import INVALID_PARAMETERS, BadRequest
from ..messages import JSON_MEDIA_TYPE, YAML_MEDIA_TYPES, Reply, Request, TextBody
from ..wording import shorten
from .bodies import parse_media_type, parse_yaml
from .operations import HTTP_METHODS, Operation
from .spec import Spec, SpecNode

DESERIALIZERS: Any = {"application/merge-patch+json": orjson.loads, **dict.fromkeys(YAML_MEDIA_TYPES, parse_yaml)}


class TemplatePathFinder(APICallPathFinder):
    """Finds an operation by its path template, which our router has found before; ignores `servers`."""

    def find(self, method: str, name: str) -> PathOperationServer:
        """Return the operation of this template."""
        path = self.spec / "paths" / name
        return PathOperationServer(path, path / method, None, TemplateResult(name, {}), None)


@dataclass(slots=True)
class OpenApiCoreRequest:
    """A request as openapi-core reads it."""

    path: str
    method: str
    parameters: RequestParameters
    content_type: str
    body: bytes | None
    host_url: str = ""

    @property
    def path_pattern(self) -> str:
        """The path template of the operation."""
        return self.path


@dataclass(slots=True)
class OpenApiCoreResponse:
    """A reply as openapi-core reads it."""

    status_code: int
    headers: Headers
    data: bytes | None
    content_type: str = JSON_MEDIA_TYPE


class OpenApiCoreValidator:
    """Validates against several specs, each with its own openapi-core; has no opinion on tolerant ones."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        config = Config(path_finder_cls=TemplatePathFinder, extra_media_type_deserializers=DESERIALIZERS)
        self._openapi_by_service: dict[str, OpenAPI] = {}
        for spec in specs:
            if not spec.is_tolerant:
                openapi = OpenAPI.from_dict(_strip_security(spec.root), config=config)
                self._openapi_by_service[spec.path.stem] = openapi

    def validate_request(self, operation: Operation, request: Request, ids: Mapping[str, str]) -> dict[int, BadRequest]:
        """Return the errors of a bulk's elements, by position (E1); raise BadRequest for any other error."""
        if operation.service not in self._openapi_by_service:
            return {}
        if operation.body_plan is None or operation.body_plan.element_validator is None:
            self._check_request(operation, request, ids, request.body)
            return {}
        self._check_request(operation, request, ids, b"[]")
        element_errors = {}
        for position, element in enumerate(orjson.loads(request.body)):
            try:
                self._check_request(operation, request, ids, orjson.dumps([element]))
            except BadRequest as error:
                element_errors[position] = error
        return element_errors

    def validate_reply(
        self, operation: Operation, request: Request, ids: Mapping[str, str], reply: Reply
    ) -> str | None:
        """Return how a reply violates the contract; None if it does not."""
        if operation.service not in self._openapi_by_service:
            return None
        adapted_request = _adapt_request(operation, request, ids, request.body)
        try:
            self._openapi_for(operation).validate_response(adapted_request, _adapt_reply(reply))
        except OpenAPIError as error:
            return _innermost_reason(error)
        return None

    def _openapi_for(self, operation: Operation) -> OpenAPI:
        return self._openapi_by_service[operation.service]

    def _check_request(self, operation: Operation, request: Request, ids: Mapping[str, str], body: bytes) -> None:
        try:
            self._openapi_for(operation).validate_request(_adapt_request(operation, request, ids, body))
        except OpenAPIError as error:
            raise BadRequest(INVALID_PARAMETERS, error_type="openapi-core", detail=_innermost_reason(error)) from None


def _strip_security(root: SpecNode) -> dict[str, Any]:
    """Return the spec without security: openapi-core does not check OAuth 2, and warns about it at each call."""
    paths = {
        path: {name: part | {"security": []} if name in HTTP_METHODS else part for name, part in item.items()}
        for path, item in root["paths"].items()
    }
    return {**root, "paths": paths, "security": []}


def _adapt_request(operation: Operation, request: Request, ids: Mapping[str, str], body: bytes) -> OpenApiCoreRequest:
    """Return the request for openapi-core; a blank body becomes None, since openapi-core would validate it."""
    aliases = operation.parameters["query"].aliases
    pairs = [(aliases.get(name, name), value) for name, value in parse_qsl(request.query, keep_blank_values=True)]
    headers = Headers(dict(operation.parameters["header"].resolve_aliases(request.headers)))
    parameters = RequestParameters(query=ImmutableMultiDict(pairs), header=headers, path=dict(ids))
    media_type = parse_media_type(request.headers.get("content-type"))
    return OpenApiCoreRequest(operation.path, operation.method.lower(), parameters, media_type, body or None)


def _adapt_reply(reply: Reply) -> OpenApiCoreResponse:
    headers = Headers(dict(reply.headers))
    if isinstance(reply.body, TextBody):
        return OpenApiCoreResponse(reply.status, headers, reply.body.content.encode(), reply.body.media_type)
    return OpenApiCoreResponse(reply.status, headers, None if reply.body is None else orjson.dumps(reply.body))


def _innermost_reason(error: Exception) -> str:
    """Return the message of the innermost cause: the outer errors say only that something is wrong."""
    cause: Any = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    schema_errors = getattr(cause, "schema_errors", ())
    return shorten(schema_errors[0].message if schema_errors else str(cause).partition("\n")[0])
