"""Every page with axe-core: nothing serious, in light and dark, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, expect

from tests.support.dashboard import DESKTOP, PHONE, fill_with_calls, list_pages, open_dashboard
from tests.support.live_server import start_server

SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", PHONE)])
def test_no_page_has_a_serious_finding(browser: Browser, scheme: Literal["light", "dark"], size: ViewportSize) -> None:
    found: dict[str, list[str]] = {}
    with (
        start_server() as (_, ready),
        open_dashboard(browser, ready["url"], color_scheme=scheme, viewport=size, reduced_motion="reduce") as dashboard,
    ):
        fill_with_calls(dashboard)
        for path in list_pages(dashboard):
            dashboard.open(path)
            found[path] = describe_serious(Axe().run(dashboard.page).response["violations"])
    assert {path: findings for path, findings in found.items() if findings} == {}


@pytest.mark.parametrize(("motion", "name"), [("reduce", "none"), ("no-preference", "pulse")])
def test_nothing_moves_for_those_who_do_not_want_it(
    browser: Browser, motion: Literal["reduce", "no-preference"], name: str
) -> None:
    with start_server() as (_, ready), open_dashboard(browser, ready["url"], reduced_motion=motion) as dashboard:
        dashboard.open()
        expect(dashboard.page.locator("#live[data-state=live]")).to_be_visible()
        animation = "getComputedStyle(document.querySelector('.dot')).animationName"
        assert dashboard.page.evaluate(animation) == name


def test_an_inaccessible_page_is_found(browser: Browser) -> None:
    with start_server() as (_, ready), open_dashboard(browser, ready["url"]) as dashboard:
        dashboard.open("/controls")
        dashboard.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
        assert describe_serious(Axe().run(dashboard.page).response["violations"])


def describe_serious(violations: list[Mapping[str, Any]]) -> list[str]:
    """Return the serious findings with the elements that they are about."""
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:300]}"
        for violation in violations
        if violation["impact"] in SERIOUS
        for node in violation["nodes"][:3]
    ]
