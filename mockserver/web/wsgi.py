"""Translates between WSGI and our own requests and responses, in both directions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from ..errors import INVALID_PARAMETERS, BadRequest, ClientError
from ..messages import Request, Response, reason_phrase
from .content_encodings import body_too_long
from .limits import MAX_BODY_BYTES
from .request_parser import check_limits, split_target

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

REQUEST = "mockserver.request"  # the request, if our own server has already parsed it
NETWORK_FAULT = "mockserver.network_fault"  # for a server that can break a response in transit
UNQUOTED = "%/:@!$&'()*+,;=~?"


def read_request(environ: Environ) -> Request:
    """Return the request of a WSGI environment; `problem` is set if it exceeds a limit or its body is incomplete."""
    request: Request | None = environ.get(REQUEST)
    if request is not None:
        return request
    headers = {name[5:].replace("_", "-").lower(): text for name, text in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    body, problem = b"", None
    try:
        body = _read_body(environ)
    except ClientError as error:
        problem = error
    path, query = _raw_path(environ), _encode(environ.get("QUERY_STRING", ""))
    method, client = environ["REQUEST_METHOD"], environ.get("REMOTE_ADDR", "")
    scheme = environ.get("wsgi.url_scheme", "http")
    request = Request(method, path, query, headers, body, client, problem, scheme)
    check_limits(request)
    return request


def send_response(response: Response, environ: Environ, start_response: Any) -> list[bytes]:
    """Return the body of a response, after passing its status and headers to `start_response`."""
    environ[NETWORK_FAULT] = response.network_fault
    start_response(status_line(response.status), response.fields())
    body = response.body_for(environ["REQUEST_METHOD"])
    return [body] if body else []


def status_line(status: int) -> str:
    """Return a status with its reason phrase, as WSGI takes it."""
    return f"{status} {reason_phrase(status)}"


def call_application(application: Application, request: Request) -> Response:
    """Return the response of a WSGI application to a request."""
    environ = build_environ(request) | {REQUEST: request}
    started: list[Any] = []
    parts = application(environ, lambda *status_and_headers: started.extend(status_and_headers))
    try:
        content = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    headers: dict[str, str] = {}
    for name, text in started[1]:
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return Response(int(started[0].split()[0]), content, headers, environ.get(NETWORK_FAULT))


def build_environ(request: Request) -> Environ:
    """Return the WSGI environment of a request."""
    environ: Environ = {
        "SCRIPT_NAME": request.prefix,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.client,
        "REQUEST_METHOD": request.method,
        "REQUEST_URI": f"{request.path}?{request.query}" if request.query else request.path,
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, text in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
    return environ


def _raw_path(environ: Environ) -> str:
    """Return the path as the client encoded it; in PATH_INFO, an encoded slash of an id is already decoded."""
    raw: str | None = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is None:
        return quote(environ.get("PATH_INFO", "").encode("latin-1"), safe=UNQUOTED.replace("%", ""))
    return _encode(split_target(raw)[0])


def _encode(text: str) -> str:
    """Percent-encode what the client should have encoded; WSGI passes those bytes as Latin-1."""
    return text if text.isascii() else quote(text.encode("latin-1"), safe=UNQUOTED)


def _read_body(environ: Environ) -> bytes:
    """Return the complete body, or raise ClientError; some servers pass on a truncated one as if it were complete."""
    length_text = environ.get("CONTENT_LENGTH") or "0"
    if not (length_text.isascii() and length_text.isdigit()):
        raise BadRequest(
            INVALID_PARAMETERS, field="Content-Length", error_type="type", detail="is not a number", rule="F3"
        )
    length = int(length_text[:20])
    if length > MAX_BODY_BYTES:
        raise body_too_long()
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    if len(body) < length:
        detail = f"The body has {len(body)} bytes; Content-Length says {length}."
        raise BadRequest(error_type="truncated", detail=detail, rule="F3")
    return body
