"""The dashboard: finds the page or the action of a request, and guards what browsers could be tricked into."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path
from secrets import token_urlsafe
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from ..control.explain.fidelity import load_fidelity_rules
from ..control.guard import ASSETS_PATH, DASHBOARD_PATH, LOGIN_PATH, NEXT_PAGE, Guard
from ..errors import ClientError, MethodNotAllowed, NoEndpoint
from ..messages import Request, Response
from ..simulations.simulation_registry import SimulationRegistry
from ..simulations.world_name import read_parameter, read_world_name
from ..store.collection import Collection
from .news import NewsFeed
from .page_rendering import create_environment
from .page_routes import NAVIGATION, ROUTES, Act
from .visit import Onward, PageView, Visit, read_number

ASSETS = Path(__file__).parent / "assets"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # without one, browsers send our forms from the origin `null`
}
PAGE_HEADERS = SAFE_HEADERS | {"Cache-Control": "no-store"}
ASSET_HEADERS = SAFE_HEADERS | {"Cache-Control": "public, max-age=31536000, immutable"}  # their addresses have a digest
EVENT_HEADERS = PAGE_HEADERS | {"X-Accel-Buffering": "no"}
PAGE_KEY = "page-key"  # the field of each form of ours
LOOK_HEADER = "mockserver-look"  # of the requests that bring an open page up to date
MAX_KEPT_PAGES = 64  # rendered since the latest look
MAX_SENTENCES = 200  # that no page has shown yet
SENTENCE = "done"  # the parameter that names one of them
PAGE = re.compile(r"/[!-~]*")  # below DASHBOARD_PATH, as the login may be asked to lead to it


class ForgedForm(ClientError):
    """A form that none of our pages has sent since the start of the server."""

    status = 403
    reason = "Forbidden"
    message = "This form is not from a page of this server, or from before its restart. Reload the page, and try again."


class Dashboard:
    """Answers everything below `/__admin/ui`, after the guard of the control plane."""

    def __init__(self, simulations: SimulationRegistry, guard: Guard, collections: Mapping[str, Collection]) -> None:
        """Take what the pages show; `collections` are those of the state, by name."""
        self._simulations, self._guard, self._collections = simulations, guard, collections
        self._page_key = token_urlsafe(16)
        self._environment = create_environment()
        self._news = NewsFeed(simulations)
        self._sentences: OrderedDict[str, tuple[str, bool]] = OrderedDict()
        self._is_prepared = False
        self._kept: dict[tuple[str, int], Response] = {}
        self._digest = blake2b(
            b"".join(path.read_bytes() for path in sorted(ASSETS.iterdir())), digest_size=6
        ).hexdigest()

    def answer(self, request: Request) -> Response:
        """Return a page, a file, a stream of events, or where an action leads; an error is a page too."""
        try:
            response = self._route(request)
        except ClientError as error:
            response = self._render(request, PageView("problem.html", {"error": error}, error.status))
            response.headers = {**error.headers, **response.headers}
        if not self._is_prepared:
            self._is_prepared = True
            Thread(target=self.prepare_pages, name="pages", daemon=True).start()
        return response

    def prepare_pages(self) -> None:
        """Compile all templates and read the rules that pages show, so that only the first page waits for its own."""
        load_fidelity_rules()
        for name in self._environment.list_templates():
            self._environment.get_template(name)

    def _route(self, request: Request) -> Response:
        if request.path.startswith(ASSETS_PATH):
            return self._send_asset(request)
        is_post = request.method == "POST"
        if is_post:
            self._check_form(request)
        if request.path == LOGIN_PATH:
            return self._log_in(request) if is_post else self._render(request, PageView("login.html", {"mistake": ""}))
        world = read_parameter(request) or read_world_name(request)
        if request.path == f"{DASHBOARD_PATH}/events":
            return self._open_events(request, world)
        if request.path == f"{DASHBOARD_PATH}/news":
            return Response(200, orjson.dumps(self._news.look(world).describe()), PAGE_HEADERS)
        look = read_number(request.headers.get(LOOK_HEADER, ""))
        if not is_post and isinstance(look, int):
            return self._refresh(request, world, look)
        return self._visit(request, world)

    def _refresh(self, request: Request, world: str | None, look: int) -> Response:
        """Return a page for those who show it already: the same for all since the latest look at the records."""
        target = f"{request.prefix}{request.path}?{request.query} {world or ''} {request.headers.get('host', '')}"
        key = target, look
        response = self._kept.get(key)
        if response is None:
            if len(self._kept) >= MAX_KEPT_PAGES:
                self._kept.clear()
            response = self._kept[key] = self._visit(request, world)
        return response

    def _visit(self, request: Request, world: str | None) -> Response:
        act, ids = find_act(request.method, request.path.removeprefix(DASHBOARD_PATH))
        query = dict(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
        form = read_form(request) if request.method == "POST" else {}
        visit = Visit(request, self._simulations, ids, query, form, world, self._page_key, self._collections)
        try:
            result = act(visit)
        except ClientError as error:
            result = PageView("problem.html", {"error": error}, error.status)
        if isinstance(result, Response):
            result.headers = {**PAGE_HEADERS, **result.headers}
            return result
        if isinstance(result, Onward):
            return Response(303, b"", PAGE_HEADERS | {"Location": self._note_sentence(result)})
        return self._render(request, result, visit)

    def _render(self, request: Request, page: PageView, visit: Visit | None = None) -> Response:
        root = request.prefix + DASHBOARD_PATH
        shown = visit or Visit(request, self._simulations, {}, {}, {}, None, self._page_key, self._collections)
        look = self._news.look(shown.world) if visit else None
        sentence, is_problem = self._sentences.pop(shown.query.get(SENTENCE, ""), ("", False))
        values: dict[str, Any] = {
            "root": root,
            "asset": lambda name: f"{request.prefix}{ASSETS_PATH}{name}?v={self._digest}",
            "visit": shown,
            "link": shown.link,
            "page_key": self._page_key,
            "look": look,
            "sentence": sentence,
            "is_problem": is_problem,
            "navigation": NAVIGATION,
            "place": find_place(request.path.removeprefix(DASHBOARD_PATH)),
        }
        text = self._environment.get_template(page.template).render(values | dict(page.values))
        return Response(page.status, text.encode(errors="replace"), PAGE_HEADERS, media_type="text/html; charset=utf-8")

    def _note_sentence(self, onward: Onward) -> str:
        """Keep what an action has done until the page that it leads to shows it; return the address of that page."""
        key = token_urlsafe(6)
        self._sentences[key] = onward.sentence, onward.is_problem
        if len(self._sentences) > MAX_SENTENCES:
            self._sentences.popitem(last=False)
        return f"{onward.address}{'&' if '?' in onward.address else '?'}{SENTENCE}={key}"

    def _open_events(self, request: Request, world: str | None) -> Response:
        """Return a stream of news; a server that cannot stream sends the first event, and the browser asks again."""
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(("GET",))
        stream = self._news.open_stream(world)
        return Response(200, stream.next_event(), EVENT_HEADERS, media_type="text/event-stream", stream=stream)

    def _send_asset(self, request: Request) -> Response:
        path = ASSETS / request.path.removeprefix(ASSETS_PATH)
        if path.parent != ASSETS or path.suffix not in MEDIA_TYPES or not path.is_file():
            raise NoEndpoint("The dashboard has no such file.")
        return Response(200, path.read_bytes(), ASSET_HEADERS, media_type=f"{MEDIA_TYPES[path.suffix]}; charset=utf-8")

    def _check_form(self, request: Request) -> None:
        """Raise ForgedForm for a form without the key that our pages have, which no other page can read."""
        if not compare_digest(read_form(request).get(PAGE_KEY, "").encode(), self._page_key.encode()):
            raise ForgedForm

    def _log_in(self, request: Request) -> Response:
        """Set the cookie if the token is right, and lead to the page that was asked for.

        The cookie ends with the browser's session, and no script can read it.
        """
        if not self._guard.is_token(read_form(request).get("token", "").strip()):
            return self._render(request, PageView("login.html", {"mistake": "This is not the token."}, 401))
        name, value = self._guard.session
        path = f"{request.prefix}{DASHBOARD_PATH}"
        secure = "; Secure" if request.client_scheme == "https" else ""
        cookie = f"{name}={value}; Path={path}; HttpOnly; SameSite=Strict{secure}"
        page = dict(parse_qsl(request.query)).get(NEXT_PAGE, "")
        address = path + (page if PAGE.fullmatch(page) else "")
        return Response(303, b"", PAGE_HEADERS | {"Location": address, "Set-Cookie": cookie})


def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form, the last value of each."""
    return dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True, errors="replace"))


def find_place(path: str) -> str:
    """Return the part of the navigation that a page belongs to."""
    first = path.strip("/").partition("/")[0] or "calls"
    return "state" if first in {"segments", "customers"} else first


def find_act(method: str, path: str) -> tuple[Act, Mapping[str, str]]:
    """Return what serves a path below the dashboard, and its variable parts, decoded; NoEndpoint, MethodNotAllowed."""
    methods: list[str] = []
    for route_method, pattern, act in COMPILED_ROUTES:
        match = pattern.fullmatch(path.strip("/"))
        if match and route_method == ("GET" if method == "HEAD" else method):
            return act, {name: unquote(part) for name, part in match.groupdict().items()}
        methods += [route_method] if match else []
    if methods:
        raise MethodNotAllowed(tuple(methods))
    raise NoEndpoint(f"The dashboard has no page {path[:100]}.")


def _compile_route(path: str) -> re.Pattern[str]:
    """Return a regex for the path of a route: `{id}` is one part, `{key+}` one or more."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
    return re.compile(re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", pattern))


COMPILED_ROUTES: list[tuple[str, re.Pattern[str], Act]] = [
    (method, _compile_route(path), act) for method, path, act in ROUTES
]
