"""The page at `/`: where a person or a program is, and where to go from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from .. import __version__
from ..control.guard import CONTROL_PREFIX, DASHBOARD_PATH, DOCS_PATH, HEALTH_PATH
from ..errors import NoEndpoint
from ..messages import Request, Response
from .own_url import read_own_url

READING_METHODS = ("GET", "HEAD")
ROOT = "/"
WELCOME_PATHS = {ROOT, "/favicon.ico", "/robots.txt", "/.well-known/appspecific/com.chrome.devtools.json"}
HTML_MEDIA_TYPE = "text/html"
NOT_CACHED = {"Cache-Control": "no-store"}  # the content depends on Accept
PAGE_HEADERS = NOT_CACHED | {
    "Content-Security-Policy": "default-src 'none'; img-src data:; form-action 'self'; frame-ancestors 'none'"
}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{name}</title><link rel="icon" href="data:,"></head>
<body>
<h1>{name} {version}</h1>
<p>{description} This is {url}.</p>
<p>Simulated services: {services}.</p>
<p>Tenant: {tenant}, or any other name of 3 to 16 lower-case letters and digits.</p>
<p>{tokens}</p>
<ul>{links}</ul>
{reset}
</body>
</html>
"""
NAME = "emporix-mockserver"
DESCRIPTION = "An unofficial simulator of the API of a commerce platform. It is ready."
LINK_TEXTS = {
    "dashboard": "Dashboard: calls as they arrive, state, and controls",
    "documentation": "Documentation of the API and the control plane, to try out",
    "state": "State of the tenant",
    "requests": "Latest requests",
    "control": "Version, world and services",
    "health": "Health",
}
CONTROL_LINKS = {
    "dashboard": DASHBOARD_PATH,
    "documentation": f"{DOCS_PATH}/",
    "state": f"{CONTROL_PREFIX}/state",
    "requests": f"{CONTROL_PREFIX}/requests?limit=20",
    "control": f"{CONTROL_PREFIX}/version",
}
RESET_PATH = f"{CONTROL_PREFIX}/reset"
RESET_BUTTON = '<form method="post" action="{path}"><button>Reset everything</button></form>'
AFTER_RESET = "reset=done"  # the query of the page after its button
CONFIRMATION = "<p><strong>Everything is reset.</strong></p>"
ELSEWHERE = (
    "<p>The control plane does not answer under this name, only under those of this machine (--allowed-host).</p>"
)
FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"
REQUIREMENT = "<p>The control plane needs the token in the ready line.</p>"

Access = Literal["open", "token", "closed", "elsewhere"]
USABLE = {"open", "token"}


def lead_back(request: Request, response: Response) -> Response:
    """Return the way back to the page if its button has reset everything; else the response as it is."""
    headers = request.headers
    is_form = headers.get("content-type", "").startswith(FORM_MEDIA_TYPE) and HTML_MEDIA_TYPE in headers.get(
        "accept", ""
    )
    if request.method != "POST" or request.path != RESET_PATH or not is_form or response.status != 200:
        return response
    return Response(303, b"", NOT_CACHED | {"Location": f"{request.prefix}/?{AFTER_RESET}"})


@dataclass(frozen=True, slots=True)
class Welcome:
    """Answers `GET /`, and what browsers request on their own; neither is a call of the simulated API.

    services: the names of the simulated services.
    tenant: the default tenant.
    list_tokens: returns the tokens that the worlds name; none if no token is needed.
    control: whether documentation and control plane can be used: by all, only with the server's token, or not at all.
    is_own_host: whether they answer under a host name; the vendor's, in a tunnel, is none of theirs.
    """

    services: Sequence[str]
    tenant: str
    list_tokens: Callable[[], Sequence[str]]
    control: Literal["open", "token", "closed"]
    is_own_host: Callable[[str], bool] = lambda _: True

    def answer(self, request: Request) -> Response | None:
        """Return the page at `/`: HTML for browsers, JSON for programs; NoEndpoint for the other WELCOME_PATHS.

        None for a method that writes, and for a request with a problem.
        """
        if request.method not in READING_METHODS or request.problem:
            return None
        if request.path != ROOT:
            raise NoEndpoint(f"No endpoint {request.path}.")
        access = self._find_access(request)
        paths = (CONTROL_LINKS if access in USABLE else {}) | {"health": HEALTH_PATH}
        url, links = read_own_url(request), {name: request.prefix + path for name, path in paths.items()}
        if HTML_MEDIA_TYPE in request.headers.get("accept", ""):
            page = self._render_page(request, url, links, access)
            return Response(200, page, PAGE_HEADERS, media_type=f"{HTML_MEDIA_TYPE}; charset=utf-8")
        facts = {
            "name": NAME,
            "version": __version__,
            "description": DESCRIPTION,
            "url": url,
            "services": self.services,
            "tenant": self.tenant,
            "tokens": self.list_tokens(),
            "links": links,
            **({"reset": f"POST {url}{RESET_PATH}"} if access in USABLE else {}),
        }
        return Response(200, orjson.dumps(facts), NOT_CACHED)

    def _find_access(self, request: Request) -> Access:
        if self.control != "closed" and not self.is_own_host(request.headers.get("host", "")):
            return "elsewhere"
        return self.control

    def _render_page(self, request: Request, url: str, links: Mapping[str, str], access: Access) -> bytes:
        from html import escape  # noqa: PLC0415 - its table of entities takes a while to import

        items = [
            f'<li><a href="{links[name]}">{escape(text)}</a></li>' for name, text in LINK_TEXTS.items() if name in links
        ]
        tokens = escape(", ".join(self.list_tokens()))
        button = RESET_BUTTON.format(path=request.prefix + RESET_PATH)
        confirmation = CONFIRMATION if request.query == AFTER_RESET else ""
        return PAGE.format(
            name=NAME,
            version=__version__,
            description=DESCRIPTION,
            url=escape(url),
            services=escape(", ".join(self.services)),
            tenant=escape(self.tenant),
            tokens=f"Tokens, for the header Authorization: Bearer TOKEN: {tokens}."
            if tokens
            else "No token is needed.",
            links="".join(items),
            reset={"open": confirmation + button, "token": REQUIREMENT, "closed": "", "elsewhere": ELSEWHERE}[access],
        ).encode()
