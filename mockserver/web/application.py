"""The application: returns the response to a request, whichever server received it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

from ..control.guard import (
    CONTROL_PREFIX,
    AdminTokenRequired,
    ForeignPageError,
    Guard,
    find_login_address,
    is_dashboard,
    is_documentation,
)
from ..errors import ClientError, error_body
from ..messages import Request, Response, reason_phrase
from ..records.first_log import FirstLog
from .welcome import WELCOME_PATHS, Welcome, lead_back

LOG = logging.getLogger("mockserver")
DEFECT = "This is a defect of emporix-mockserver, not of your request; its log has the details."
MAX_LOGGED_REFUSALS = 100
MAX_LOGGED_PATH_LENGTH = 200  # characters
NOT_IN_HEADER = re.compile(r"[\r\n]|[^\x00-\xff]")

Answer = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class CorsRules:
    """Which web pages may call the simulated API, in addition to those of loopback origins.

    origins: their origins; `*` is any.
    has_credentials: whether pages of the named origins may send credentials, such as cookies; never those of `*`.
    """

    origins: tuple[str, ...] = ()
    has_credentials: bool = False


LOOPBACK_ONLY = CorsRules()


@dataclass(frozen=True, slots=True)
class Application:
    """Answers requests.

    api, control: the pipelines of the simulated API and of the control plane.
    documentation, dashboard: serve the pages below /__admin/docs and /__admin/ui.
    welcome: answers `GET /`.
    refusals: logs which pages the control plane refused.
    """

    api: Answer
    control: Answer
    documentation: Answer
    dashboard: Answer
    guard: Guard
    welcome: Welcome
    refusals: FirstLog = field(default_factory=lambda: FirstLog(MAX_LOGGED_REFUSALS))

    def answer(self, request: Request) -> Response:
        """Return the response to a request; a failure becomes an error response in JSON."""
        return answer_safely(self._route, request)

    def _route(self, request: Request) -> Response:
        if not is_control(request.path):
            welcome = self.welcome.answer(request) if request.path in WELCOME_PATHS else None
            return welcome or self.api(request)
        from ..control.requests.wiremock import translate_error  # noqa: PLC0415 - only calls of the control plane need it

        response = answer_safely(self._route_control, request)
        return translate_error(response, request.headers.get("user-agent", ""))

    def _route_control(self, request: Request) -> Response:
        if request.problem:
            raise request.problem
        try:
            self.guard.check_request(request)
        except ForeignPageError as error:
            refused = f"refused {request.method} {ascii(request.path[:MAX_LOGGED_PATH_LENGTH])[1:-1]}"
            self.refusals.warn_once(error.message, f"{refused}: {error.message}")
            raise
        except AdminTokenRequired:
            if not is_dashboard(request.path):
                raise
            return Response(303, b"", {"Location": find_login_address(request), "Cache-Control": "no-store"})
        if is_documentation(request.path):
            return self.documentation(request)
        if is_dashboard(request.path):
            return self.dashboard(request)
        return lead_back(request, self.control(request))


def answer_by_origin(pages: Answer, others: Answer) -> Answer:
    """Return a function that answers requests from web pages with `pages`, and all others with `others`."""

    def answer(request: Request) -> Response:
        if "origin" in request.headers and is_from_page(request):
            return answer_safely(pages, request)
        return others(request)

    return answer


def is_from_page(request: Request) -> bool:
    """Whether a web page calls the simulated API. The control plane answers only its own pages, without CORS."""
    return "origin" in request.headers and not is_control(request.path)


def answer_safely(answer: Answer, request: Request) -> Response:
    """Return what `answer` returns; an exception becomes an error response, and a defect is logged."""
    try:
        response = answer(request)
        if response.headers:
            _check_headers(response.headers)
    except ClientError as error:
        return Response(error.status, orjson.dumps(error.body()), error.headers)
    except Exception:
        LOG.exception("%s %s", request.method, ascii(request.path[:200]))
        return error_response(500, DEFECT)
    return response


def error_response(status: int, message: str) -> Response:
    """Return an error in the general shape."""
    return Response(status, orjson.dumps(error_body(status, reason_phrase(status), message)), {})


def _check_headers(headers: Mapping[str, str]) -> None:
    """Raise ValueError for a line break, which would start another header, or a character outside Latin-1."""
    if NOT_IN_HEADER.search("".join([*headers, *headers.values()])):
        raise ValueError(f"a response header has a line break or a character outside Latin-1: {dict(headers)!a}")


def is_control(path: str) -> bool:
    """Whether a path, as the client encoded it, belongs to the control plane.

    Prefixes are compared without decoding, so /%5F_admin does not.
    """
    return path.startswith(CONTROL_PREFIX) and path[len(CONTROL_PREFIX) : len(CONTROL_PREFIX) + 1] in {"", "/"}
