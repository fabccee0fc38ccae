"""The example storefront in a real browser, and what pages of other origins may do (F4)."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.browser import FOREIGN, open_window
from tests.support.doc_scripts import run_page
from tests.support.live_server import send_request, start_server
from tests.support.paths import ROOT
from tests.support.samples import GOLDEN, HAMMER, THIRD_COMPANY

EXAMPLE = ROOT / "examples" / "storefront"
README = (EXAMPLE / "README.md").read_text()
SERVE, PAGES = map(shlex.split, re.findall(r"^(?:\.venv/bin/|python3 ).*", README, re.M))

TREES = "GET-customer-segment-retrieve-category-trees"
REFRESH = "GET-customer-refresh-authtoken"
CHECKOUT = "POST-checkout-trigger-checkout"
TENANTS = (f"browser{number}" for number in count(1))

FETCH = """async ([url, options]) => {
  try {
    const reply = await fetch(url, options);
    return { status: reply.status, headers: Object.fromEntries(reply.headers), body: await reply.text() };
  } catch (error) {
    return error.name;
  }
}"""


@contextmanager
def pages(folder: Path) -> Iterator[str]:
    """Serve files as the example's README says, on a free port; yield the port."""
    python, *words, _ = PAGES
    assert python == "python3"
    command = [sys.executable, "-u", *(word.replace("5173", "0") for word in words), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            (port,) = re.findall(r" port (\d+) ", process.stdout.readline())
            yield port
        finally:
            process.kill()


@pytest.fixture(scope="module")
def shop(browser: Browser) -> Iterator[str]:
    """The URL of the example."""
    with pages(EXAMPLE) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def bare(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The port of an empty page."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "index.html").write_text("<!doctype html><title>bare</title><link rel=icon href=data:,>")
    with pages(folder) as port:
        yield port


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_window(browser) as page:
        yield page


@pytest.fixture
def tenant() -> str:
    return next(TENANTS)


class Shop:
    """The example, as a person uses it."""

    def __init__(self, page: Page, shop: str, server: str, tenant: str) -> None:
        self.page = page
        self.trees = page.get_by_role("navigation", name="Categories")
        self.problem = page.get_by_role("alert")
        page.goto(f"{shop}?{urlencode({'server': server, 'tenant': tenant})}")

    def log_in(self, email: str = "john.doe@email.com", password: str = "secret1") -> None:
        self.page.get_by_label("Customer", exact=True).fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()

    def choose(self, label: str, choice: str) -> None:
        self.page.get_by_label(label).select_option(label=choice)

    @property
    def products(self) -> Locator:
        return self.page.get_by_role("region", name="Products").get_by_role("heading", level=3)

    @property
    def orders(self) -> Locator:
        return self.page.get_by_role("region", name="Orders").get_by_role("listitem")

    def order(self) -> None:
        self.page.get_by_role("button", name="Order").click()

    def says(self, words: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()


@pytest.fixture
def storefront(page: Page, shop: str, server: str, tenant: str) -> Shop:
    return Shop(page, shop, server, tenant)


def test_the_readme_of_the_example_serves_what_is_tested_here() -> None:
    assert SERVE == [".venv/bin/mockserver", "serve"]
    assert PAGES[-1] == str(EXAMPLE.relative_to(ROOT))


def test_a_customer_sees_the_categories_and_products_of_the_segments(storefront: Shop) -> None:
    storefront.log_in()
    expect(storefront.page.get_by_role("heading", name="John Doe")).to_be_focused()
    expect(storefront.trees.get_by_role("listitem").filter(has_text="Sledgehammers")).to_have_count(3)
    expect(storefront.products).to_have_text(["Hammer", "Screwdriver"])
    storefront.says("2 products.")


def test_a_legal_entity_limits_what_is_visible(storefront: Shop) -> None:
    storefront.log_in()
    storefront.choose("Legal entity", "ThirdCompany")
    expect(storefront.page.get_by_label("Legal entity")).to_have_value(THIRD_COMPANY)
    storefront.says("No products for you here.")
    expect(storefront.trees).to_contain_text("Sledgehammers")
    storefront.choose("Legal entity", "SomeCompany")
    expect(storefront.products).to_have_text(["Hammer", "Screwdriver"])
    storefront.page.get_by_role("button", name="Log out").click()
    expect(storefront.page.get_by_label("Customer", exact=True)).to_be_focused()


def test_categories_and_products_are_shown_in_the_chosen_language(storefront: Shop) -> None:
    storefront.log_in("customer1@example.com")
    expect(storefront.page.get_by_label("Language")).to_have_value("de")
    for language, category, product in [
        ("English", "Screwdriver 17", "Screwdriver Pro 182"),
        ("العربية", "مفك 17", "Screwdriver Pro 182"),
        ("Deutsch", "Schraubendreher 17", "Schraubendreher Pro 182"),
    ]:
        storefront.choose("Language", language)
        expect(storefront.trees.get_by_text(category, exact=True)).to_be_visible()
        expect(storefront.products.filter(has_text=product)).to_be_visible()


def test_a_403_says_which_scope_was_missing(storefront: Shop) -> None:
    storefront.log_in("jack.smith@email.com")
    storefront.page.get_by_role("button", name="Ask anyway").click()
    storefront.says("403: The access to the requested resource has been forbidden by the server.")
    storefront.says("Hint: needs one of the scopes customersegment.segment_manage.")
    expect(storefront.problem).to_be_empty()


def test_a_wrong_password_is_reported(storefront: Shop, tenant: str) -> None:
    storefront.log_in(password="secret2")
    expect(storefront.problem).to_contain_text(f"“{tenant}” has no customer with this e-mail and password.")
    storefront.log_in()
    expect(storefront.products).to_have_count(2)
    expect(storefront.problem).to_be_empty()


def test_an_unreachable_server_is_reported(page: Page, shop: str, tenant: str) -> None:
    storefront = Shop(page, shop, "http://127.0.0.1:1", tenant)
    storefront.log_in()
    expect(storefront.problem).to_contain_text("No answer from http://127.0.0.1:1. Start the server with")


def test_the_faults_of_the_readme_do_no_harm(storefront: Shop, server: str, tenant: str, tmp_path: Path) -> None:
    documented, received = run_page(README, server, tmp_path)  # injects a 401, and a 504 after the order is made
    assert received == documented
    fill_cart(storefront)
    expect(storefront.problem).to_be_empty()
    assert list_statuses(server, tenant, TREES) == [401, 200]
    assert list_statuses(server, tenant, REFRESH) == [200]
    storefront.order()
    expect(storefront.problem).to_contain_text("The server answered 504")
    expect(storefront.orders).to_have_count(1)
    storefront.order()
    storefront.says("Thank you. Your order is EON1003.")
    expect(storefront.orders).to_have_count(2)
    storefront.says("Your cart is empty.")
    assert list_statuses(server, tenant, CHECKOUT) == [504, 409]


def fill_cart(storefront: Shop) -> None:
    storefront.log_in()
    storefront.page.get_by_role("button", name="Add Hammer to the cart").click()
    storefront.says("Total €12.95, with €2.07 of tax")


def test_a_customer_buys_products_of_the_segments(storefront: Shop, server: str, tenant: str) -> None:
    fill_cart(storefront)
    storefront.page.get_by_label("How many: Hammer").fill("3")
    storefront.page.get_by_label("How many: Hammer").press("Enter")
    storefront.says("Total €38.85")
    storefront.page.get_by_label("Coupon").fill("GOLD20")
    storefront.page.get_by_role("button", name="Redeem").click()
    storefront.says("GOLD20 saves €7.77.")
    storefront.says("Total €31.08")
    storefront.order()
    storefront.says("Thank you. Your order is EON1003.")
    expect(storefront.orders).to_have_text([re.compile("EON1003.*3 Hammer"), re.compile("EON1001.*1 Hammer")])
    storefront.says("Your cart is empty.")
    _, stock = send_request(f"{server}/availability/{tenant}/availability/{HAMMER}/main")
    assert stock["stockLevel"] == 47
    _, unmatched = send_request(f"{server}/__admin/requests/unmatched?tenant={tenant}")
    assert unmatched["requests"] == []


def test_a_product_is_taken_out_of_the_cart(storefront: Shop) -> None:
    fill_cart(storefront)
    storefront.page.get_by_label("How many: Hammer").fill("0")
    storefront.page.get_by_label("How many: Hammer").press("Enter")
    storefront.says("Your cart is empty.")
    expect(storefront.page.get_by_role("button", name="Order")).to_be_disabled()


def test_a_coupon_of_a_segment_is_refused_outside_of_it(storefront: Shop) -> None:
    storefront.log_in()
    storefront.choose("Legal entity", "ThirdCompany")  # for which John is not in Golden Segment
    storefront.page.get_by_label("Coupon").fill("GOLD20")
    storefront.page.get_by_role("button", name="Redeem").click()
    expect(storefront.problem).to_contain_text("The server answered 400")
    storefront.says("Your cart is empty.")


def test_a_checkout_that_fails_leaves_the_cart_and_can_be_repeated(storefront: Shop, server: str, tenant: str) -> None:
    fault = {"tenant": tenant, "operation": CHECKOUT, "times": 1, "response": {"status": 503}}
    assert send_request(f"{server}/__admin/faults", "POST", fault)[0] == 201
    fill_cart(storefront)
    storefront.order()
    expect(storefront.problem).to_contain_text("The server answered 503")
    storefront.says("Total €12.95")
    storefront.order()
    storefront.says("Thank you. Your order is EON1003.")
    expect(storefront.problem).to_be_empty()
    expect(storefront.orders).to_have_count(2)


def test_an_expired_session_requires_a_new_login(storefront: Shop, server: str, tenant: str) -> None:
    storefront.log_in()
    expect(storefront.orders).to_have_count(1)  # the last that is loaded
    send_request(f"{server}/__admin/clock/advance?tenant={tenant}", "POST", {"seconds": 31 * 24 * 3600})
    storefront.choose("Language", "Deutsch")
    expect(storefront.problem).to_have_text("Your session has expired. Please log in again.")
    storefront.log_in()
    expect(storefront.products).to_have_count(2)


def test_actions_that_wait_for_an_expired_session_are_skipped(storefront: Shop, server: str, tenant: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    storefront.page.route("**/order-v2/**", hold)
    with storefront.page.expect_request("**/order-v2/**"):
        storefront.log_in()
    storefront.choose("Language", "Deutsch")
    send_request(f"{server}/__admin/clock/advance?tenant={tenant}", "POST", {"seconds": 31 * 24 * 3600})
    held[0].continue_()
    expect(storefront.problem).to_have_text("Your session has expired. Please log in again.")
    expect(storefront.page.locator("body")).not_to_have_attribute("aria-busy", "true")
    expect(storefront.problem).to_have_text("Your session has expired. Please log in again.")


def list_statuses(server: str, tenant: str, operation: str) -> list[int]:
    """Return the statuses of all calls of an operation, oldest first."""
    _, journal = send_request(f"{server}/__admin/requests?tenant={tenant}")
    entries = [entry for entry in journal["requests"] if entry["mock"].get("operationId") == operation]
    return [entry["response"]["status"] for entry in reversed(entries)]


class Script:
    """A page's script that calls the server."""

    def __init__(self, page: Page, page_url: str, server: str, tenant: str) -> None:
        self.page, self.server, self.tenant = page, server, tenant
        page.goto(page_url)

    def fetches(self, path: str, token: str | None = "admin-token", **options: Any) -> Any:
        """Return what the script can read of the response, or the name of the error."""
        headers = ({"Authorization": f"Bearer {token}"} if token else {}) | options.pop("headers", {})
        return self.page.evaluate(FETCH, [self.server + path, {"headers": headers, **options}])

    def segments(self, path: str, token: str = "admin-token", **options: Any) -> Any:
        return self.fetches(f"/customer-segment/{self.tenant}/segments{path}", token, **options)


@pytest.fixture
def script(page: Page, bare: str, server: str, tenant: str) -> Script:
    return Script(page, f"http://127.0.0.1:{bare}", server, tenant)


def test_f4_a_page_sends_the_headers_of_a_storefront_and_reads_the_count(script: Script) -> None:
    headers = {"Content-Language": "de", "session-id": "s", "saas-token": "t", "Emporix-Tenant": "acme"}
    with script.page.expect_response("**/items") as seen:
        reply = script.segments(f"/{GOLDEN}/items", headers={**headers, "X-Total-Count": "true"})
    assert (reply["status"], reply["headers"]["x-total-count"]) == (200, "2")
    raw = seen.value.all_headers()
    assert raw["access-control-allow-origin"] == script.page.evaluate("location.origin")
    assert "access-control-allow-credentials" not in raw


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", f"/{GOLDEN}/items/PRODUCT/{HAMMER}", "{}", 204),
        ("PATCH", f"/{GOLDEN}", '[{"op": "replace", "path": "/siteCode", "value": "main"}]', 204),
        ("DELETE", f"/{GOLDEN}/items/PRODUCT/{HAMMER}", None, 204),
    ],
)
def test_f4_a_page_writes(script: Script, method: str, path: str, body: str | None, status: int) -> None:
    written: dict[str, Any] = {
        "method": method,
        "headers": {"Content-Type": "application/json"},
        **({"body": body} if body else {}),
    }
    assert script.segments(path, **written)["status"] == status


def test_f4_a_page_reads_why_it_was_refused(script: Script) -> None:
    reply = script.segments("/match", "read-token", method="POST")
    assert reply["status"] == 403
    assert '"message":"The access to the requested resource has been forbidden' in reply["body"]
    assert "customersegment.segment_manage" in reply["headers"]["x-mock-hint"]
    assert script.fetches(f"/__admin/explain/{reply['headers']['x-mock-explain']}") == "TypeError"


def test_f4_a_page_reads_that_it_has_misspelt_a_path(script: Script) -> None:
    reply = script.fetches(f"/customer-segment/{script.tenant}/segmentz")
    assert reply["status"] == 404
    assert "Did you mean GET /customer-segment/{tenant}/segments?" in reply["body"]


def test_f4_pages_cannot_send_credentials(script: Script) -> None:
    assert script.segments("/items", credentials="include") == "TypeError"


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_the_control_plane_is_closed_to_pages(script: Script, mode: str) -> None:
    assert script.segments(f"/{GOLDEN}/items/PRODUCT/{HAMMER}", method="DELETE")["status"] == 204
    path = f"/__admin/reset?tenant={script.tenant}"
    script.fetches(path, None, method="POST", mode=mode)
    assert script.segments(f"/{GOLDEN}/items/PRODUCT/{HAMMER}")["status"] == 404


@pytest.mark.parametrize("token", ["admin-token", None], ids=["with a preflight", "without"])
def test_pages_cannot_read_the_control_plane(script: Script, token: str | None) -> None:
    assert script.fetches("/__admin/health", token) == "TypeError"


def test_f4_pages_of_another_origin_may_call_only_if_it_is_allowed(
    page: Page, bare: str, server: str, tenant: str
) -> None:
    origin = f"http://{FOREIGN}:{bare}"
    assert Script(page, origin, server, tenant).segments("/items") == "TypeError"
    with start_server("--cors-origin", origin) as (_, ready):
        allowed = Script(page, origin, ready["url"], tenant)
        assert allowed.segments("/items")["status"] == 200
        assert allowed.fetches("/__admin/health") == "TypeError"
