"""The one place where a request is made, for our own server and for WSGI: its target is split, its limits hold (F1)."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ClientError, TooLarge
from ..messages import Request
from .limits import MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_URL_BYTES


def split_target(target: str) -> tuple[str, str]:
    """Return path and query of a request target, without a fragment, and without the host that proxies send."""
    path, _, query = target.partition("#")[0].partition("?")
    if not path.startswith("/") and "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path, query


def body_too_long() -> TooLarge:
    """Return the problem of a request whose body exceeds the limit."""
    return TooLarge(413, f"The body is longer than {MAX_BODY_BYTES} bytes.")


def build_request(
    method: str,
    target: tuple[str, str],
    headers: Mapping[str, str],
    *,
    body: bytes = b"",
    client: str = "",
    problem: ClientError | None = None,
) -> Request:
    """Return a request with its `problem`, if any: what exceeds a limit in its head comes before what its body has."""
    path, query = target
    is_url_long = len(path) + len(query) > MAX_URL_BYTES
    if is_url_long:
        path, query = path[:MAX_URL_BYTES], ""
        problem = TooLarge(414, f"The URL is longer than {MAX_URL_BYTES} bytes.")
    if sum(map(len, headers)) + sum(map(len, headers.values())) > MAX_HEADER_BYTES:
        headers = {}
        problem = TooLarge(431, f"The headers are longer than {MAX_HEADER_BYTES} bytes.")
    return Request(method, path, query, headers, b"" if problem else body, client, problem)
