"""The system's browser for tests, which never contacts other hosts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.system_browser import MISSING, find_browser

REQUIRED = os.environ.get("MOCKSERVER_BROWSER_TESTS") == "required"
FOREIGN = "shop.example"  # the browser resolves this name to a loopback address, and no others
RULES = f"MAP {FOREIGN} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """Start the browser; skip the test if it is missing, unless the environment requires it."""
    path = find_browser()
    if path is None:
        pytest.fail(MISSING) if REQUIRED else pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[f"--host-resolver-rules={RULES}"])
        yield browser
        browser.close()


@contextmanager
def open_window(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a new window with options of Playwright's; fail if it contacts other hosts or has an uncaught error."""
    hosts: set[str | None] = set()
    errors: list[Any] = []
    with browser.new_context(**options) as context:
        context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        context.on("weberror", lambda error: errors.append(error.error))
        yield context.new_page()
    assert hosts <= {"127.0.0.1", FOREIGN, None}
    assert errors == []
