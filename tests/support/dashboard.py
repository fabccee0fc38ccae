"""The dashboard in the system's browser: opens its pages, and fails for console messages and for other hosts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from mockserver.dashboard.call_pages import TABS
from mockserver.dashboard.page_routes import NAVIGATION
from tests.support.browser import open_window
from tests.support.live_server import send_request
from tests.support.samples import GOLDEN, HAMMER

PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)
SEGMENTS = "/customer-segment/acme/segments"
JOHN = "98029737"
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


def fill_with_calls(dashboard: Dashboard) -> None:
    """Send calls and make changes of all kinds, so that no page is empty."""
    gold, reader, manager = f"{SEGMENTS}/{GOLDEN}", "Bearer read-token", "Bearer manage-token"
    item = f"{gold}/items/PRODUCT/{HAMMER}"
    for name in ("test_checkout", "test_catalogue"):
        test = {"X-Mock-Test": name}
        dashboard.call(gold, Authorization=reader, **test)
        dashboard.call(f"{gold}/items?pagesize=5", Authorization=reader, **test)
        dashboard.call(f"{SEGMENTS}/items/category-trees", Authorization="Bearer customer-token", **test)
        dashboard.call(item, "PUT", {}, Authorization=manager, **test)
    dashboard.call("/ai-service/acme/jobs")
    dashboard.call("/customer-segment/acme/segmentz")
    dashboard.call(f"{SEGMENTS}/none", Authorization=reader, **{"X-Mock-World": "blue"})
    dashboard.call(item, "DELETE", Authorization=reader)
    dashboard.call("/__admin/snapshots/before?tenant=acme", "PUT")
    fault = {"tenant": "acme", "operation": "GET-customer-segment-retrieve-segment", "times": 2}
    dashboard.call("/__admin/faults", "POST", {**fault, "response": {"status": 503}})
    dashboard.call(gold, Authorization=reader)
    outdated = {"name": {"en": "Gold"}, "siteCode": "main", "metadata": {"version": 0}}
    dashboard.call(f"{SEGMENTS}/new", "PUT", {"name": {"en": "New"}, "siteCode": "main"}, Authorization=manager)
    dashboard.call(gold, "PATCH", [{"op": "replace", "path": "/siteCode", "value": "export"}], Authorization=manager)
    dashboard.call(gold, "PATCH", [{"op": "replace", "path": "/siteCode", "value": "main"}], Authorization=manager)
    dashboard.call(gold, "PUT", outdated, Authorization=manager)


def list_pages(dashboard: Dashboard) -> list[str]:
    """Return the address of each kind of page, below the dashboard."""
    ids = [call["id"] for call in dashboard.call("/__admin/requests?limit=20")["requests"]]
    return [
        "/calls",
        "/calls?q=stauts:4xx",
        "/calls?q=nothing-like-this",
        *(f"/calls/{id_}?tab={tab}" for id_ in ids[:2] for tab in TABS),
        *(f"/{name}" for name, _ in NAVIGATION[1:]),
        "/controls?compare=before",
        *(f"/state/{collection}" for collection in ("segments", "products", "itemAssignments", "couponRedemptions")),
        "/state/products?q=nothing-like-this",
        "/state/products/new",
        f"/state/products/rows/{HAMMER}",
        f"/segments/{GOLDEN}",
        f"/customers/{JOHN}",
        "/coverage?service=customer-segment",
        "/calls/none",
        "/login",
    ]
