"""Every page in a real browser, with hostile texts in the state: it opens, writes nothing to the console, and fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, ViewportSize

from mockserver.dashboard.page_routes import NAVIGATION
from tests.support.browser import launch_browser
from tests.support.dashboard import open_dashboard
from tests.support.hostile_texts import HOSTILE_PAGES, HOSTILE_PART, TABS, fill_with_hostile_texts
from tests.support.live_server import send_request, start_server

PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)


def test_every_page_opens_without_a_message_and_fits_on_a_phone() -> None:
    """`open_dashboard` fails for a message on the console, an uncaught error, and a request to another host."""
    with launch_browser() as browser, start_server() as (_, ready), open_dashboard(browser, ready["url"]) as dashboard:

        def send(method: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
            assert send_request(ready["url"] + path, method, body, dict(headers))[0] < 500

        fill_with_hostile_texts(send)
        dashboard.page.on("dialog", lambda dialog: raised.append(dialog.message))
        raised: list[str] = []
        wide: list[str] = []
        call = dashboard.call("/__admin/requests?limit=1")["requests"][0]["id"]
        pages = [f"{name}?compare={HOSTILE_PART}&q={HOSTILE_PART}" for name, _ in NAVIGATION]
        pages += [name for name, _ in NAVIGATION]
        for path in (*pages, *(f"calls/{call}?tab={tab}" for tab in TABS), *HOSTILE_PAGES, "login"):
            dashboard.open(f"/{path}")
            assert dashboard.page.locator("main").inner_text().strip(), path
            for size in (DESKTOP, PHONE):
                dashboard.page.set_viewport_size(size)
                if dashboard.page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                    wide.append(f"{path} at {size['width']}")
        assert not raised
        assert not wide, wide


def test_rows_with_long_keys_fit_on_a_phone(browser: Browser, server: str) -> None:
    with open_dashboard(browser, server, viewport=PHONE) as dashboard:
        for collection in ("quotes", "returns", "clientConfigurations"):
            dashboard.open(f"/state/{collection}")
            table = dashboard.page.get_by_role("region", name=collection)
            assert table.evaluate("element => element.scrollWidth - element.clientWidth") <= 0, collection
