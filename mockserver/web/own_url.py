"""The URL under which a client reached the server, for pages and specs that name it."""

from __future__ import annotations

import re

from ..messages import Request

HOST = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)  # matches the whole header
DEFAULT_HOST = "localhost:8080"  # for a client that sends no usable one


def read_own_url(request: Request) -> str:
    """Return the URL of `/` as the client wrote it, such as `http://localhost:8080/mock`, without the final slash."""
    host = request.headers.get("host", "")
    return f"{request.client_scheme}://{host if HOST.fullmatch(host) else DEFAULT_HOST}{request.prefix}"
