"""openapi-core as the judge of whole requests and replies: slow and independent, against the compiled validation."""

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

from ..errors import PARAMETER_PROBLEM, BadRequest
from ..messages import Reply, Request, TextBody
from .bodies import JSON, media_type
from .document import Document, Node
from .operations import METHODS, Operation
from .validation import shortened


class ByTemplate(APICallPathFinder):
    """Finds an operation by its template: our router has found it already, and servers play no part here."""

    def find(self, method: str, name: str) -> PathOperationServer:
        """Return the operation of this template."""
        path = self.spec / "paths" / name
        return PathOperationServer(path, path / method, None, TemplateResult(name, {}), None)


@dataclass(slots=True)
class SeenRequest:
    """A request in the shape that openapi-core reads."""

    path: str
    method: str
    parameters: RequestParameters
    content_type: str
    body: bytes | None
    host_url: str = ""

    @property
    def path_pattern(self) -> str:
        """The template that the path was routed to."""
        return self.path


@dataclass(slots=True)
class SeenReply:
    """A reply in the shape that openapi-core reads."""

    status_code: int
    headers: Headers
    data: bytes | None
    content_type: str = JSON


class Reference:
    """One openapi-core for each spec."""

    def __init__(self, documents: Iterable[Document]) -> None:
        config = Config(path_finder_cls=ByTemplate)
        self._specs: dict[str, OpenAPI] = {}
        for document in documents:
            spec = OpenAPI.from_dict(_without_security(document.root), config=config)
            self._specs |= dict.fromkeys(document.root["paths"], spec)

    def request(self, operation: Operation, request: Request, ids: Mapping[str, str]) -> dict[int, BadRequest]:
        """Raise BadRequest if the request is wrong as a whole; return what is wrong with elements of a bulk (E1)."""
        if operation.body is None or operation.body.element is None:
            self._check(operation, request, ids, request.body)
            return {}
        self._check(operation, request, ids, b"[]")
        problems = {}
        for at, element in enumerate(orjson.loads(request.body)):
            try:
                self._check(operation, request, ids, orjson.dumps([element]))
            except BadRequest as problem:
                problems[at] = problem
        return problems

    def reply(self, operation: Operation, request: Request, ids: Mapping[str, str], reply: Reply) -> str | None:
        """Return what is wrong with a reply, or None."""
        seen = _seen_reply(reply)
        try:
            self._spec(operation).validate_response(_seen(operation, request, ids, request.body), seen)
        except OpenAPIError as error:
            return _reason(error)
        return None

    def _spec(self, operation: Operation) -> OpenAPI:
        return self._specs[operation.path]

    def _check(self, operation: Operation, request: Request, ids: Mapping[str, str], body: bytes) -> None:
        try:
            self._spec(operation).validate_request(_seen(operation, request, ids, body))
        except OpenAPIError as error:
            raise BadRequest(PARAMETER_PROBLEM, kind="openapi-core", detail=_reason(error)) from None


def _without_security(root: Node) -> dict[str, Any]:
    """Leave the tokens to `access`: openapi-core does not check oauth2, and warns about it at each call."""
    paths = {
        path: {name: part | {"security": []} if name in METHODS else part for name, part in item.items()}
        for path, item in root["paths"].items()
    }
    return {**root, "paths": paths, "security": []}


def _seen(operation: Operation, request: Request, ids: Mapping[str, str], body: bytes) -> SeenRequest:
    """Leave out of the request what nobody declares: openapi-core takes a body for granted where one is possible."""
    query = ImmutableMultiDict(parse_qsl(request.query, keep_blank_values=True))
    parameters = RequestParameters(query=query, header=Headers(dict(request.headers)), path=dict(ids))
    kind = media_type(request.headers.get("content-type"))
    return SeenRequest(operation.path, operation.method.lower(), parameters, kind, body.strip() or None)


def _seen_reply(reply: Reply) -> SeenReply:
    headers = Headers(dict(reply.headers))
    if isinstance(reply.body, TextBody):
        return SeenReply(reply.status, headers, reply.body.content.encode(), reply.body.media_type)
    return SeenReply(reply.status, headers, None if reply.body is None else orjson.dumps(reply.body))


def _reason(error: Exception) -> str:
    """Return the innermost cause: the outer ones say only that something is wrong."""
    cause: Any = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    listed = getattr(cause, "schema_errors", ())
    return shortened(listed[0].message if listed else str(cause).partition("\n")[0])
