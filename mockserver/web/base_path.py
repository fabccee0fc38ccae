"""The path at which a server is mounted: removed from each request, so that everything else never sees it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..errors import NoEndpoint
from ..messages import Request, Response
from .application import Answer, answer_safely


def answer_below(base_path: str, answer: Answer) -> Answer:
    """Return a function that answers the requests below a base path; all others are a 404 that names it."""

    def answer_rest(request: Request) -> Response:
        return answer(remove_base_path(request, base_path))

    return partial(answer_safely, answer_rest) if base_path else answer


def remove_base_path(request: Request, base_path: str) -> Request:
    """Return the request as it would arrive without the base path; NoEndpoint for a path outside."""
    if not base_path or request.base_path:
        return request
    rest = request.path.removeprefix(base_path)
    if rest == request.path or rest[:1] not in {"", "/"}:
        raise NoEndpoint(f"No endpoint {request.path}; this server answers below {base_path} (--base-path).")
    return replace(request, path=rest or "/", base_path=base_path)
