"""The entrances of the application: our own server's, and Flask's, which is imported when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..control.guard import Guard
from ..errors import NoEndpoint
from ..messages import Request, Response
from . import wsgi
from .application import LOOPBACK_ONLY, Answer, Application, CorsRules, answer_by_origin
from .base_path import answer_below
from .welcome import Welcome

if TYPE_CHECKING:  # it took a tenth of the start to import, and most clients never need it
    from flask import Flask

    from .flask_app import SimulatorFlask

Specs = Mapping[str, Mapping[str, Any]]


class Entrances:
    """Our own server enters through `answer`, WSGI servers and test clients through `flask`.

    answer: answers a request from our own server. Only web pages need what Flask and flask-cors add, which takes as
        long as the response itself (benchmarks/README.md); all other requests bypass Flask.
    """

    def __init__(
        self,
        api: Answer,
        control: Answer,
        guard: Guard,
        specs: Specs,
        *,
        services: Sequence[str] = (),
        tenant: str = "acme",
        list_tokens: Callable[[], Sequence[str]] = tuple,
        example_ids: Callable[[str], Mapping[str, str]] = lambda _: {},
        count_headers: Collection[str] = (),
        cors: CorsRules = LOOPBACK_ONLY,
        base_path: str = "",
        create_dashboard: Callable[[], Answer] = lambda: _answer_without_dashboard,
    ) -> None:
        """Take the pipelines.

        specs: the OpenAPI documents that the documentation shows, by name.
        services, tenant, list_tokens: see `Welcome`. example_ids: see `create_docs_app`.
        count_headers, cors: see `create_flask`.
        base_path: what all paths must begin with.
        create_dashboard: returns what answers below /__admin/ui; called when it is first needed.
        """
        welcome = Welcome(services, tenant, list_tokens, guard.access, guard.is_own_host)
        self._application = Application(
            api, control, self._answer_documentation, self._answer_dashboard, guard, welcome
        )
        self._specs, self._count_headers, self._cors = specs, count_headers, cors
        self._list_tokens, self._example_ids, self._base_path = list_tokens, example_ids, base_path
        self._lock = Lock()  # two threads may need an application for the first time at once
        self._flask: SimulatorFlask | None = None
        self._docs: Flask | None = None
        self._create_dashboard = create_dashboard
        self._dashboard: Answer | None = None
        self.answer = answer_below(
            base_path, answer_by_origin(pages=self._answer_page, others=self._application.answer)
        )

    @property
    def flask(self) -> SimulatorFlask:
        """The Flask application, created when it is first needed."""
        with self._lock:
            if self._flask is None:
                from .flask_app import create_flask  # noqa: PLC0415 - see above

                self._flask = create_flask(
                    self._application, count_headers=self._count_headers, cors=self._cors, base_path=self._base_path
                )
            return self._flask

    def _answer_page(self, request: Request) -> Response:
        return wsgi.call_application(self.flask.wsgi_app, request)

    def _answer_documentation(self, request: Request) -> Response:
        return wsgi.call_application(self._documentation(), request)

    def _answer_dashboard(self, request: Request) -> Response:
        with self._lock:
            if self._dashboard is None:
                self._dashboard = self._create_dashboard()
        return self._dashboard(request)

    def _documentation(self) -> Flask:
        with self._lock:
            if self._docs is None:
                from .docs import create_docs_app  # noqa: PLC0415 - see above

                self._docs = create_docs_app(self._specs, self._list_tokens, self._example_ids)
            return self._docs


def _answer_without_dashboard(request: Request) -> Response:
    raise NoEndpoint(f"No endpoint {request.path}.")
