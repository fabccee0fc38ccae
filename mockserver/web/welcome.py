"""The page at `/`: where a person or a program is, and where to go from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from .. import __version__
from ..control.guard import CONTROL_PREFIX, DOCS_PATH, HEALTH_PATH
from ..errors import NoEndpoint
from ..messages import Request, Response

READING_METHODS = ("GET", "HEAD")
ROOT = "/"
WELCOME_PATHS = {ROOT, "/favicon.ico", "/robots.txt", "/.well-known/appspecific/com.chrome.devtools.json"}
HTML_MEDIA_TYPE = "text/html"
NOT_CACHED = {"Cache-Control": "no-store"}  # the content depends on Accept
PAGE_HEADERS = NOT_CACHED | {"Content-Security-Policy": "default-src 'none'; img-src data:"}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{name}</title><link rel="icon" href="data:,"></head>
<body>
<h1>{name} {version}</h1>
<p>{description}</p>
<p>Simulated services: {services}.</p>
<ul>{links}</ul>
</body>
</html>
"""
NAME = "emporix-mockserver"
DESCRIPTION = "An unofficial simulator of the API of a commerce platform. It is ready."
LINK_TEXTS = {"documentation": "Documentation of the API and the control plane", "health": "Health"}


@dataclass(frozen=True, slots=True)
class Welcome:
    """Answers `GET /`, and what browsers request on their own; neither is a call of the simulated API.

    services: the names of the simulated services.
    has_control: whether the documentation and the control plane can be used.
    """

    services: Sequence[str]
    has_control: bool

    def answer(self, request: Request) -> Response | None:
        """Return the page at `/`: HTML for browsers, JSON for programs; NoEndpoint for the other WELCOME_PATHS.

        None for a method that writes, and for a request with a problem.
        """
        if request.method not in READING_METHODS or request.problem:
            return None
        if request.path != ROOT:
            raise NoEndpoint(f"No endpoint {request.path}.")
        links = {"documentation": f"{DOCS_PATH}/", "control": f"{CONTROL_PREFIX}/version"} if self.has_control else {}
        links["health"] = HEALTH_PATH
        if HTML_MEDIA_TYPE in request.headers.get("accept", ""):
            return Response(200, self._render_page(links), PAGE_HEADERS, media_type=f"{HTML_MEDIA_TYPE}; charset=utf-8")
        facts = {"name": NAME, "version": __version__, "description": DESCRIPTION, "services": self.services}
        return Response(200, orjson.dumps(facts | {"links": links}), NOT_CACHED)

    def _render_page(self, links: dict[str, str]) -> bytes:
        from html import escape  # noqa: PLC0415 - its table of entities takes a while to import

        items = [
            f'<li><a href="{links[name]}">{escape(text)}</a></li>' for name, text in LINK_TEXTS.items() if name in links
        ]
        services = escape(", ".join(self.services))
        return PAGE.format(
            name=NAME, version=__version__, description=DESCRIPTION, services=services, links="".join(items)
        ).encode()
