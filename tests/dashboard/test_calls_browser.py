"""The pages of calls in a real browser: live list, search, tabs, buttons and keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.dashboard import Dashboard, open_dashboard
from tests.support.live_server import start_server
from tests.support.samples import GOLDEN, HAMMER

SEGMENTS = "/customer-segment/acme/segments"
ITEM = f"{SEGMENTS}/{GOLDEN}/items/PRODUCT/{HAMMER}"
PRETEND_HIDDEN = """(isHidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
ASK_UNTIL_NEW = """async () => {
  while (failures - seenFailures < 3) await ask();
}"""


@pytest.fixture
def dashboard(browser: Browser, server: str) -> Iterator[Dashboard]:
    with open_dashboard(browser, server) as dashboard:
        dashboard.call("/__admin/reset", "POST")
        dashboard.call("/__admin/requests", "DELETE")
        dashboard.call("/__admin/faults", "DELETE")
        yield dashboard


def test_without_calls_the_page_says_how_to_send_one(dashboard: Dashboard) -> None:
    dashboard.open()
    expect(dashboard.page.get_by_text("No calls yet.")).to_be_visible()
    command = dashboard.page.get_by_label("A call to copy").inner_text()
    assert command == f"curl -H 'Authorization: Bearer admin-token' {dashboard.server}{SEGMENTS}"


def test_calls_appear_while_the_page_is_open(dashboard: Dashboard) -> None:
    dashboard.open()
    dashboard.call(SEGMENTS, **{"X-Mock-Test": "checkout"})
    row = dashboard.page.locator("[data-row]")
    expect(row).to_have_count(1)
    for text in ("200", "GET", SEGMENTS, "admin-token", "acme", "checkout"):
        expect(row).to_contain_text(text)
    dashboard.call(f"{SEGMENTS}/none")
    expect(row).to_have_count(2)
    expect(row.first).to_contain_text("404")


def test_the_title_and_the_icon_count_failures_of_a_hidden_page(dashboard: Dashboard) -> None:
    dashboard.open()
    dashboard.page.evaluate(PRETEND_HIDDEN, True)
    for _ in range(3):
        dashboard.call(f"{SEGMENTS}/none")
    dashboard.page.evaluate(ASK_UNTIL_NEW)
    expect(dashboard.page).to_have_title("(3) Calls · mockserver")
    icon = dashboard.page.locator("link[rel=icon]")
    assert (icon.get_attribute("href") or "").startswith("data:image/svg+xml,")
    dashboard.page.evaluate(PRETEND_HIDDEN, False)
    expect(dashboard.page).to_have_title("Calls · mockserver")
    expect(dashboard.page.locator("[data-row]")).to_have_count(3)


def test_a_paused_page_stays_as_it_is(dashboard: Dashboard) -> None:
    dashboard.open()
    expect(dashboard.page.get_by_role("button", name="Live")).to_be_visible()
    dashboard.page.get_by_role("button", name="Live").click()
    dashboard.call(SEGMENTS)
    dashboard.page.evaluate("ask()")
    expect(dashboard.page.locator("[data-row]")).to_have_count(0)
    dashboard.page.get_by_role("button", name="Paused").click()
    expect(dashboard.page.locator("[data-row]")).to_have_count(1)


def test_the_search_finds_calls_and_explains_its_mistakes(dashboard: Dashboard) -> None:
    for path in (SEGMENTS, f"{SEGMENTS}/none", "/ai-service/acme/jobs"):
        dashboard.call(path)
    dashboard.open()
    search = dashboard.page.get_by_role("searchbox")
    for text, count in (("status:4xx", 2), ("is:unanswered", 1), ("op:retrieve-segment persona:admin", 2)):
        search.fill(text)
        dashboard.press("Search")
        expect(search).to_have_value(text)
        expect(dashboard.page.locator("[data-row]")).to_have_count(count)
    search.fill("stauts:4xx")
    dashboard.press("Search")
    expect(dashboard.page.get_by_role("alert")).to_contain_text("did you mean status:?")
    search.fill("nothing-like-this")
    dashboard.press("Search")
    expect(dashboard.page.get_by_text("No call matches.")).to_be_visible()


def test_the_keyboard_is_enough(dashboard: Dashboard) -> None:
    for number in range(3):
        dashboard.call(f"{SEGMENTS}/call{number}")
    dashboard.open()
    keyboard = dashboard.page.keyboard
    keyboard.press("/")
    expect(dashboard.page.get_by_role("searchbox")).to_be_focused()
    keyboard.type("segments")
    keyboard.press("Escape")
    for _ in range(2):
        keyboard.press("j")
    keyboard.press("k")
    keyboard.press("j")
    expect(dashboard.page.locator(".selected")).to_contain_text("call1")
    keyboard.press("Enter")
    expect(dashboard.page.get_by_role("heading", level=1)).to_contain_text("call1")
    keyboard.press("j")
    expect(dashboard.page.get_by_role("heading", level=1)).to_contain_text("call0")
    keyboard.press("k")
    expect(dashboard.page.get_by_role("heading", level=1)).to_contain_text("call1")
    keyboard.press("?")
    expect(dashboard.page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    keyboard.press("Escape")
    expect(dashboard.page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    keyboard.press("Escape")
    expect(dashboard.page.locator("[data-row]")).to_have_count(3)


def test_a_call_shows_its_parts_on_tabs(dashboard: Dashboard) -> None:
    dashboard.call(f"{SEGMENTS}/{GOLDEN}?pagesize=1", **{"X-Shop": "blue"})
    dashboard.call(f"{SEGMENTS}/none")
    dashboard.call(ITEM, "DELETE")
    dashboard.open()
    page = dashboard.page
    page.get_by_role("link", name=f"{SEGMENTS}/{GOLDEN}?pagesize=1").click()
    tabs = page.get_by_role("navigation", name="Parts of the call")
    expect(page.get_by_role("region", name="Request")).to_contain_text("Bearer (redacted)")
    tabs.get_by_role("link", name="Response").click()
    expect(page.get_by_role("region", name="Response")).to_contain_text(GOLDEN)
    tabs.get_by_role("link", name="Findings").click()
    expect(page.get_by_role("region", name="Findings")).to_contain_text("pagesize")
    tabs.get_by_role("link", name="State before and after").click()
    expect(page.get_by_text("This call changed nothing.")).to_be_visible()
    tabs.get_by_role("link", name="As curl, fetch, Python").click()
    expect(page.get_by_label("curl", exact=True)).to_contain_text("Authorization: Bearer admin-token")
    expect(page.get_by_label("fetch", exact=True)).to_contain_text("await fetch(")
    expect(page.get_by_label("Python", exact=True)).to_contain_text("urlopen(request)")
    page.get_by_role("link", name="Newer").click()
    tabs.get_by_role("link", name="Why").click()
    expect(page.get_by_role("region", name="Why")).to_contain_text("curl")
    page.get_by_role("link", name="Newer").click()
    tabs.get_by_role("link", name="State before and after").click()
    expect(page.get_by_role("region", name="State before and after")).to_contain_text("was removed from segment")


def test_a_call_fails_next_time_is_replayed_and_undone(dashboard: Dashboard) -> None:
    dashboard.call(ITEM, "DELETE")
    dashboard.open()
    dashboard.page.get_by_role("link", name=ITEM).click()
    dashboard.page.get_by_label("Make this fail next time with").select_option("503")
    dashboard.press("Fail once")
    expect(dashboard.page.get_by_role("status")).to_contain_text("will be a 503")
    (fault,) = dashboard.call("/__admin/faults")["faults"]
    assert (fault["times"], fault["response"]["status"], fault["path"]["itemId"]) == (1, 503, HAMMER)
    dashboard.press("Replay")
    expect(dashboard.page.get_by_role("status")).to_contain_text("a 503")
    expect(dashboard.page.get_by_role("heading", level=1)).to_contain_text("503")
    statuses = [entry["response"]["status"] for entry in dashboard.call("/__admin/requests")["requests"]]
    assert statuses == [503, 204]
    dashboard.open("?q=status:204")
    dashboard.page.get_by_role("link", name=ITEM).click()
    dashboard.press("Jump to the state before this call")
    expect(dashboard.page.get_by_role("status")).to_contain_text("1 change is undone; acme is as before this call.")
    assert "code" not in dashboard.call(ITEM)


def test_what_is_impossible_is_said(dashboard: Dashboard) -> None:
    dashboard.call("/__admin/faults", "POST", {"tenant": "acme", "response": {"fixedDelayMilliseconds": 1}})
    dashboard.call("/ai-service/acme/jobs")
    dashboard.open()
    dashboard.page.get_by_role("link", name="/ai-service/acme/jobs").click()
    assert dashboard.page.get_by_role("button", name="Fail once").count() == 0
    dashboard.press("Replay")
    expect(dashboard.page.get_by_role("alert")).to_contain_text("A fault may hold this call")
    dashboard.open("/calls/none")
    expect(dashboard.page.get_by_role("alert")).to_contain_text("no longer in the journal")


def test_a_page_of_a_world_shows_only_its_calls(dashboard: Dashboard) -> None:
    dashboard.call(SEGMENTS)
    dashboard.call(f"{SEGMENTS}/blue", **{"X-Mock-World": "blue"})
    dashboard.open("?world=blue")
    expect(dashboard.page.locator("[data-row]")).to_have_count(1)
    expect(dashboard.page.get_by_label("World")).to_have_value("blue")
    dashboard.page.get_by_role("link", name=f"{SEGMENTS}/blue").click()
    dashboard.press("Replay")
    expect(dashboard.page.get_by_role("status")).to_contain_text("Sent again")
    assert "world=blue" in dashboard.page.url
    dashboard.call("/__admin/worlds/blue", "DELETE")


def test_without_a_world_the_page_shows_the_calls_of_all(dashboard: Dashboard) -> None:
    dashboard.open()
    dashboard.call(SEGMENTS)
    dashboard.call(f"{SEGMENTS}/none", **{"X-Mock-World": "green"})
    row = dashboard.page.locator("[data-row]")
    expect(row).to_have_count(2)
    expect(row.first).to_contain_text("green")
    dashboard.page.get_by_role("searchbox").fill("world:green")
    dashboard.press("Search")
    expect(row).to_have_count(1)
    row.get_by_role("link").click()
    assert "world=green" in dashboard.page.url
    expect(dashboard.page.get_by_role("heading", level=1)).to_contain_text("404")
    dashboard.call("/__admin/worlds/green", "DELETE")


def test_older_calls_are_on_further_pages(dashboard: Dashboard) -> None:
    for number in range(53):
        dashboard.call(f"{SEGMENTS}/call{number}")
    dashboard.open()
    expect(dashboard.page.locator("[data-row]")).to_have_count(50)
    dashboard.page.get_by_role("link", name="Older calls").click()
    expect(dashboard.page.locator("[data-row]")).to_have_count(3)
    dashboard.page.get_by_role("link", name="Latest calls").click()
    expect(dashboard.page.locator("[data-row]")).to_have_count(50)


def test_the_page_logs_in_once(browser: Browser) -> None:
    with start_server("--admin-token", "hush") as (_, ready), open_dashboard(browser, ready["url"]) as dashboard:
        dashboard.open("/controls")
        assert dashboard.path.startswith("/login")
        dashboard.page.get_by_label("Token").fill("wrong")
        dashboard.press("Log in")
        expect(dashboard.page.get_by_role("alert")).to_have_text("This is not the token.")
        dashboard.page.get_by_label("Token").fill("hush")
        dashboard.press("Log in")
        expect(dashboard.page.get_by_role("heading", name="Controls", level=1)).to_be_visible()
        assert dashboard.path == "/controls"
        dashboard.open("/calls")
        expect(dashboard.page.get_by_text("No calls yet.")).to_be_visible()
        expect(dashboard.page.get_by_role("button", name="Live")).to_be_visible()
        assert dashboard.page.evaluate("document.cookie") == ""
