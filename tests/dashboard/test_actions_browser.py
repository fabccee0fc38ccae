"""Each action of the pages of state, controls, coverage and API in a real browser, and its effect on the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.support.dashboard import JOHN, SEGMENTS, Dashboard, open_dashboard
from tests.support.samples import GOLDEN, HAMMER

SEGMENT = f"{SEGMENTS}/{GOLDEN}"
ITEM = f"{SEGMENT}/items/PRODUCT/{HAMMER}"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture
def dashboard(browser: Browser, server: str) -> Iterator[Dashboard]:
    with open_dashboard(browser, server, permissions=CLIPBOARD) as dashboard:
        dashboard.call("/__admin/reset", "POST")
        for path in ("requests", "faults", "scenarios"):
            dashboard.call(f"/__admin/{path}", "DELETE")
        yield dashboard


def card(dashboard: Dashboard, name: str) -> Locator:
    return dashboard.page.get_by_role("region", name=name, exact=True).first


def press_in(dashboard: Dashboard, place: Locator, name: str) -> None:
    with dashboard.page.expect_navigation():
        place.get_by_role("button", name=name, exact=True).first.click()


def expect_sentence(dashboard: Dashboard, text: str) -> None:
    expect(dashboard.page.get_by_role("status")).to_contain_text(text)


def state_of(dashboard: Dashboard, path: str) -> Any:
    return dashboard.call(f"/__admin/state/{path}")


def test_a_reset_and_its_undo(dashboard: Dashboard) -> None:
    dashboard.call(ITEM, "DELETE")
    dashboard.open("/controls")
    dashboard.press("Undo the last change")
    expect_sentence(dashboard, "The last change is undone.")
    assert state_of(dashboard, f"itemAssignments/{GOLDEN}/PRODUCT/{HAMMER}")["itemId"] == HAMMER
    dashboard.call(ITEM, "DELETE")
    dashboard.press("Reset acme")
    expect_sentence(dashboard, "acme is reset; undo brings it back.")
    assert state_of(dashboard, f"itemAssignments/{GOLDEN}/PRODUCT/{HAMMER}")["itemId"] == HAMMER
    dashboard.press("Empty it")
    assert state_of(dashboard, "segments") == []
    dashboard.press("Undo the last change")
    assert len(state_of(dashboard, "segments")) > 10


def test_another_tenant_is_controlled(dashboard: Dashboard) -> None:
    dashboard.call("/customer-segment/shop1/segments")
    dashboard.open("/controls")
    with dashboard.page.expect_navigation():
        dashboard.page.locator("main .heading select[name=tenant]").select_option("shop1")
    dashboard.press("Empty it")
    assert dashboard.call("/__admin/state/segments?tenant=shop1") == []
    assert len(state_of(dashboard, "segments")) > 10


def test_snapshots_are_saved_compared_restored_and_deleted(dashboard: Dashboard) -> None:
    dashboard.open("/controls")
    dashboard.page.get_by_label("Name").fill("two words")
    press_in(dashboard, card(dashboard, "Snapshots"), "Save")
    assert dashboard.call("/__admin/snapshots")["snapshots"] == ["two words"]
    dashboard.call(ITEM, "DELETE")
    card(dashboard, "Snapshots").get_by_role("link", name="Compare").click()
    expect(card(dashboard, "Snapshots")).to_contain_text(f"{GOLDEN}/PRODUCT/{HAMMER}")
    press_in(dashboard, card(dashboard, "Snapshots"), "Restore")
    expect_sentence(dashboard, "acme is as in the snapshot two words.")
    assert state_of(dashboard, f"itemAssignments/{GOLDEN}/PRODUCT/{HAMMER}")["itemId"] == HAMMER
    press_in(dashboard, card(dashboard, "Snapshots"), "Delete")
    assert dashboard.call("/__admin/snapshots")["snapshots"] == []


def test_the_clock_is_frozen_advanced_and_let_run(dashboard: Dashboard) -> None:
    validity = {"validity": {"to": "2030-01-01T00:00:00.000Z"}}
    dashboard.call(f"/__admin/state/segments/{GOLDEN}", "PATCH", validity)
    dashboard.open("/controls")
    clock = card(dashboard, "Clock")
    clock.get_by_label("Time to freeze at").fill("2029-12-31T23:00:00Z")
    press_in(dashboard, clock, "Freeze")
    assert dashboard.call("/__admin/clock?tenant=acme")["now"] == "2029-12-31T23:00:00.000Z"
    expect(clock).to_contain_text("Next")
    press_in(dashboard, clock, "hour")
    assert dashboard.call("/__admin/clock?tenant=acme")["now"] == "2030-01-01T00:00:00.000Z"
    expect(clock).to_contain_text(f"The validity of segment Golden Segment ({GOLDEN}) ends.")
    clock.get_by_label("Time to advance to").fill("2030-02-01T00:00:00Z")
    press_in(dashboard, clock, "Advance to")
    expect(clock).to_contain_text("Nothing happened by it")
    press_in(dashboard, clock, "Let it run")
    assert dashboard.call("/__admin/clock?tenant=acme")["mode"] == "real"


def test_a_token_is_minted_and_copied(dashboard: Dashboard) -> None:
    dashboard.open("/controls")
    personas = card(dashboard, "Personas")
    personas.get_by_label("Token").fill("mine")
    personas.get_by_label("Scopes", exact=True).fill("customersegment.segment_read")
    press_in(dashboard, personas, "Mint")
    assert isinstance(dashboard.call(SEGMENTS, Authorization="Bearer mine"), list)
    personas.get_by_role("row", name="mine").get_by_role("button", name="Copy").click()
    expect(personas.get_by_role("button", name="Copied")).to_be_visible()
    assert dashboard.page.evaluate("navigator.clipboard.readText()") == "mine"
    dashboard.call("/__admin/tokens/mine", "DELETE")


def test_faults_are_created_hit_and_removed(dashboard: Dashboard) -> None:
    dashboard.open("/controls")
    faults = card(dashboard, "Faults")
    faults.get_by_text("New fault").click()
    faults.get_by_label("Operation").select_option("GET-customer-segment-retrieve-segment")
    faults.get_by_label("Status").fill("503")
    faults.get_by_label("How often").fill("2")
    press_in(dashboard, faults, "Create fault")
    assert dashboard.call(SEGMENT)["code"] == 503
    dashboard.page.reload()
    expect(faults.get_by_role("row").nth(1)).to_contain_text("1 of 2")
    press_in(dashboard, faults, "Remove")
    assert dashboard.call("/__admin/faults")["faults"] == []
    for id_ in ("one", "two"):
        dashboard.call("/__admin/faults", "POST", {"id": id_, "tenant": "acme", "response": {"status": 503}})
    dashboard.page.reload()
    press_in(dashboard, faults, "Remove all faults")
    assert dashboard.call("/__admin/faults")["faults"] == []


def test_a_refused_form_says_why(dashboard: Dashboard) -> None:
    dashboard.open("/controls")
    card(dashboard, "Clock").get_by_label("Time to freeze at").fill("soon")
    press_in(dashboard, card(dashboard, "Clock"), "Freeze")
    expect(dashboard.page.get_by_role("alert")).to_contain_text("soon")
    dashboard.page.get_by_role("link", name="Back to Controls").click()
    assert dashboard.path == "/controls"


def test_a_scenario_starts_and_ends(dashboard: Dashboard) -> None:
    dashboard.open("/controls")
    row = card(dashboard, "Scenarios").get_by_role("row", name="The catalogue is empty")
    press_in(dashboard, row, "Start")
    assert state_of(dashboard, "products") == []
    expect(card(dashboard, "Scenarios").get_by_text("playing")).to_be_visible()
    press_in(dashboard, card(dashboard, "Scenarios"), "End")
    assert all(scenario["tenants"] == [] for scenario in dashboard.call("/__admin/scenarios")["scenarios"])


def test_a_switch_is_set(dashboard: Dashboard) -> None:
    dashboard.open("/controls")
    dashboard.page.get_by_label("delete_missing", exact=True).select_option("404")
    dashboard.press("Set delete_missing")
    expect_sentence(dashboard, "delete_missing is 404 for acme.")
    assert dashboard.call("/__admin/settings?tenant=acme")["delete_missing"] == "404"


def test_a_row_is_created_changed_and_removed(dashboard: Dashboard) -> None:
    dashboard.open("/state")
    page = dashboard.page
    page.get_by_role("link", name="products", exact=True).click()
    page.get_by_role("link", name="New product").click()
    page.get_by_label("id (needed)").fill("mug")
    page.get_by_label("code").fill("MUG")
    page.get_by_label("name", exact=True).fill("Mug")
    dashboard.press("Save")
    expect_sentence(dashboard, "Product mug is saved.")
    assert state_of(dashboard, "products/mug")["name"] == {"en": "Mug"}
    page.get_by_text("fields without a value").click()
    page.get_by_label("published").select_option("false")
    dashboard.press("Save")
    assert state_of(dashboard, "products/mug")["published"] is False
    page.get_by_text("fields without a value").click()
    page.get_by_label("categories").fill('["none"]')
    dashboard.press("Save")
    expect(page.locator("#about-categories")).to_contain_text("is not among the categories")
    page.get_by_label("categories").fill("")
    dashboard.press("Save")
    expect_sentence(dashboard, "Product mug is saved.")
    page.get_by_role("link", name="Edit as JSON").click()
    page.get_by_label("as JSON").fill('{"id": "mug", "code": "MUG", "name": {"en": "Cup"}}')
    dashboard.press("Save")
    assert state_of(dashboard, "products/mug")["name"] == {"en": "Cup"}
    dashboard.press("Remove")
    expect_sentence(dashboard, "Product mug is removed.")
    assert "mug" not in {row["id"] for row in state_of(dashboard, "products")}


def test_a_conflict_is_shown_and_can_be_overruled(dashboard: Dashboard) -> None:
    dashboard.open(f"/state/products/rows/{HAMMER}")
    page = dashboard.page
    page.get_by_label("code", exact=True).fill("MINE")
    dashboard.call(f"/__admin/state/products/{HAMMER}", "PATCH", {"code": "THEIRS"})
    dashboard.press("Save")
    expect(page.get_by_role("alert")).to_contain_text("Conflict")
    expect(page.get_by_role("row", name="code")).to_contain_text("THEIRS")
    assert state_of(dashboard, f"products/{HAMMER}")["code"] == "THEIRS"
    dashboard.press("Save anyway")
    assert state_of(dashboard, f"products/{HAMMER}")["code"] == "MINE"


def test_rows_are_searched_and_opened_by_keyboard(dashboard: Dashboard) -> None:
    dashboard.open("/state/products")
    keyboard = dashboard.page.keyboard
    keyboard.press("/")
    keyboard.type("Hammer")
    keyboard.press("Enter")
    expect(dashboard.page.locator("[data-row]").first).to_contain_text("Hammer")
    keyboard.press("j")
    keyboard.press("Enter")
    expect(dashboard.page.get_by_role("heading", level=1)).to_have_text(HAMMER)
    keyboard.press("Escape")
    expect(dashboard.page.get_by_role("heading", level=1)).to_have_text("products")


def test_a_customer_is_seen_for_a_legal_entity_a_site_and_a_kind_of_items(dashboard: Dashboard) -> None:
    dashboard.open(f"/customers/{JOHN}")
    page = dashboard.page
    gold = page.get_by_role("row", name="Golden Segment").first
    expect(gold).to_contain_text("yes")
    with page.expect_navigation():
        page.get_by_label("on the site").select_option("export")
    expect(gold).to_contain_text("its site is main")
    with page.expect_navigation():
        page.get_by_label("on the site").select_option("")
    with page.expect_navigation():
        page.get_by_label("See as this customer").select_option(index=2)
    expect(gold).to_contain_text("but not for the legal entity")
    with page.expect_navigation():
        page.get_by_label("Kind of items").select_option("categories")
    expect(page.get_by_role("region", name="Categories", exact=True)).to_be_visible()
    assert "entity=" in page.url
    page.get_by_role("button", name="Copy token").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    token = page.evaluate("navigator.clipboard.readText()")
    assert dashboard.call(SEGMENTS, Authorization=f"Bearer {token}")


def test_a_page_of_the_state_shows_changes_at_once(dashboard: Dashboard) -> None:
    dashboard.open(f"/segments/{GOLDEN}")
    items = dashboard.page.get_by_role("region", name="Items").last
    expect(items).to_contain_text(HAMMER)
    dashboard.call(ITEM, "DELETE")
    expect(items).not_to_contain_text(HAMMER)


def test_the_coverage_names_tests_and_is_downloaded(dashboard: Dashboard) -> None:
    dashboard.call(SEGMENT, **{"X-Mock-Test": "test_gold"})
    dashboard.open("/coverage")
    page = dashboard.page
    with page.expect_navigation():
        page.get_by_label("Service").select_option("customer-segment")
    row = page.locator('[data-row="GET-customer-segment-retrieve-segment"]')
    row.locator("summary").first.click()
    expect(row).to_contain_text("test_gold")
    for name, suffix in (("html", "html"), ("markdown", "md"), ("junit", "xml"), ("json", "json")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name, exact=True).click()
        assert waiting.value.suggested_filename == f"coverage.{suffix}"


def test_unanswered_calls_appear_and_lead_to_the_call(dashboard: Dashboard) -> None:
    dashboard.open("/unanswered")
    expect(dashboard.page.get_by_text("Every call had an answer.")).to_be_visible()
    dashboard.call("/customer-segment/acme/segmentz")
    row = dashboard.page.locator("[data-row]")
    expect(row).to_contain_text("/customer-segment/{tenant}/segments")
    row.get_by_role("link").click()
    expect(dashboard.page.get_by_role("heading", level=1)).to_contain_text("404")


def test_one_click_opens_the_documentation_as_a_persona(dashboard: Dashboard) -> None:
    dashboard.open("/api")
    dashboard.page.get_by_role("link", name="customer-token").click()
    callers = dashboard.page.get_by_role("navigation", name="Callers")
    button = callers.get_by_role("button", name="customer-token", exact=True)
    expect(button).to_have_attribute("aria-pressed", "true")
