"""The dashboard in the system's browser: opens its pages, and fails for console messages and for other hosts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests.support.browser import open_window
from tests.support.live_server import send_request

REFUSED_STATUS = "Failed to load resource: the server responded with a status of 4"  # Chromium reports each 4xx page


class Dashboard:
    """A window of the dashboard, and the API of the same server to check what its buttons do."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.server = page, server

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.server}/__admin/ui{path}")

    def press(self, name: str) -> None:
        """Press a button, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()

    @property
    def path(self) -> str:
        """The path of the page, below the dashboard."""
        path: str = self.page.evaluate("location.pathname")
        return path.removeprefix("/__admin/ui")

    def call(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> Any:
        """Send a call to the API or the control plane, and return the JSON of its response."""
        return send_request(self.server + path, method, body, headers)[1]


@contextmanager
def open_dashboard(browser: Browser, server: str, **options: Any) -> Iterator[Dashboard]:
    """Open a window; fail at its end if a page has written to the console, or has contacted another host."""
    messages: list[str] = []
    with open_window(browser, **options) as page:
        page.on("console", lambda message: messages.append(message.text))
        yield Dashboard(page, server)
    unexpected = [text for text in messages if not text.startswith(REFUSED_STATUS)]
    assert not unexpected, unexpected
