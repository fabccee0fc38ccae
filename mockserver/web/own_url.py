"""The URL under which a client reached the server, for pages and specs that name it."""

from __future__ import annotations

import re

from ..messages import Request

HOST = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)  # matches the whole header
DEFAULT_HOST = "localhost:8080"  # for a client that sends no usable one
FORWARDED_SCHEME = "x-forwarded-proto"  # set by proxies that end TLS


def read_own_url(request: Request) -> str:
    """Return scheme, host and port as the client wrote them, such as `http://localhost:8080`, without a final slash."""
    host = request.headers.get("host", "")
    scheme = "https" if request.headers.get(FORWARDED_SCHEME, "").lower() == "https" else "http"
    return f"{scheme}://{host if HOST.fullmatch(host) else DEFAULT_HOST}"
