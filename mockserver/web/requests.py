"""From a WSGI environment to a request: raw path, lower-case headers, a whole body within the limits (F1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..errors import BadRequest, ClientError, TooLarge
from ..exchange import Request

BODY_AT_MOST = 10 * 1024 * 1024  # bytes
URL_AT_MOST = 10 * 1024
HEADERS_AT_MOST = 60 * 1024

SAFE = "%/:@!$&'()*+,;=~?"
Environ = Mapping[str, Any]


def request(environ: Environ) -> Request:
    """Read a request; one that is beyond a limit (TooLarge), or whose body breaks off (BadRequest), says so itself."""
    method, client = environ["REQUEST_METHOD"], environ.get("REMOTE_ADDR", "")
    path, query = _encoded(_path(environ)), _encoded(environ.get("QUERY_STRING", ""))
    is_long = len(path) + len(query) > URL_AT_MOST
    headers: dict[str, str] = {}
    try:
        headers = _headers(environ)
        if is_long:
            raise TooLarge(414, f"The URL is longer than {URL_AT_MOST} bytes.")
        return Request(method, path, query, headers, _body(environ), client)
    except ClientError as problem:
        kept = (path[:URL_AT_MOST], "") if is_long else (path, query)
        return Request(method, *kept, headers, client=client, problem=problem)


def _path(environ: Environ) -> str:
    """Return the path as the client wrote it: an id may hold an encoded slash, which PATH_INFO has lost."""
    raw: str | None = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is None:
        return quote(environ.get("PATH_INFO", "").encode("latin-1"), safe=SAFE.replace("%", ""))
    path = raw.partition("?")[0]
    if not path.startswith("/") and "://" in path:  # absolute form, as proxies send it
        return "/" + path.partition("://")[2].partition("/")[2]
    return path


def _encoded(text: str) -> str:
    """Encode the bytes that a client should have encoded itself; WSGI hands them over as Latin-1."""
    return text if text.isascii() else quote(text.encode("latin-1"), safe=SAFE)


def _headers(environ: Environ) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): text for name, text in environ.items() if name.startswith("HTTP_")}
    if sum(len(name) + len(text) for name, text in headers.items()) > HEADERS_AT_MOST:
        raise TooLarge(431, f"The headers are longer than {HEADERS_AT_MOST} bytes.")
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def _body(environ: Environ) -> bytes:
    """Read the whole body; some servers hand over what has come of a broken one as if it were all."""
    announced = environ.get("CONTENT_LENGTH") or "0"
    if not (announced.isascii() and announced.isdigit()):
        raise BadRequest(field="Content-Length", kind="type", detail="is not a number", rule="F3")
    length = int(announced[:20])
    if length > BODY_AT_MOST:
        raise TooLarge(413, f"The body is longer than {BODY_AT_MOST} bytes.")
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    if len(body) < length:
        raise BadRequest(kind="truncated", detail=f"{length} bytes were announced and {len(body)} came.", rule="F3")
    return body
