"""The documentation in a real browser: where it opens, whom it calls as, and "Try it out"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import open_window
from tests.support.live_server import send_request, start_server
from tests.support.samples import GOLDEN
from tests.support.specs import SPECS
from tests.support.status_cases import find_token

LOGIN = {"email": "john.doe@email.com", "password": "secret1"}
STATUS = ".live-responses-table .response-col_status"
MAX_WAIT_MS = 60_000  # the machine may be busy
METHODS = {"get", "put", "post", "delete", "patch"}
Preparation = Callable[[str], dict[str, str]]


def log_in(server: str) -> dict[str, str]:
    return {"refreshToken": send_request(f"{server}/customer/acme/login", "POST", LOGIN)[1]["refresh_token"]}


def visit(server: str) -> dict[str, str]:
    url = f"{server}/customerlogin/auth/anonymous/login?tenant=acme&client_id=storefront"
    return {"refresh_token": send_request(url)[1]["refresh_token"]}


def take_snapshot(server: str) -> dict[str, str]:
    assert send_request(f"{server}/__admin/snapshots/before", "PUT")[0] == 200
    return {}


def add_fault(server: str) -> dict[str, str]:
    rule = {"operation": "GET-customer-segment-retrieve-segments", "response": {"status": 503}}
    status, fault = send_request(f"{server}/__admin/faults", "POST", rule)
    assert status == 201, fault
    return {"id": fault["id"]}


def add_stub(server: str) -> dict[str, str]:
    stub = {"request": {"method": "GET", "urlPathPattern": ".*/segments"}, "response": {"status": 503}}
    status, created = send_request(f"{server}/__admin/mappings", "POST", stub)
    assert status == 201, created
    return {"id": created["id"]}


def add_example_stub(server: str) -> dict[str, str]:
    body = SPECS["control"]["components"]["requestBodies"]["Stub"]
    assert send_request(f"{server}/__admin/mappings", "POST", body["content"]["application/json"]["example"])[0] == 201
    return {}


def fail_call(server: str) -> dict[str, str]:
    assert send_request(f"{server}/customer-segment/acme/segments/none")[0] == 404
    return {"id": send_request(f"{server}/__admin/requests?limit=1")[1]["requests"][0]["id"]}


def enter_world(server: str) -> dict[str, str]:
    assert send_request(f"{server}/__admin/state?world=checkout")[0] == 200
    return {}


def write_and_list(server: str) -> dict[str, str]:
    """Send what the examples of expectations name."""
    segments = f"{server}/customer-segment/acme/segments"
    assert send_request(f"{segments}/{GOLDEN}/items/PRODUCT/12468504", "PUT", {})[0] == 204
    assert send_request(segments)[0] == 200
    return {}


def forget_password(server: str) -> dict[str, str]:
    example = {"token": "beExUmshJC5gnuXk", "customerId": "98029737", "expiresAt": "2099-01-01T00:00:00.000Z"}
    assert send_request(f"{server}/__admin/state/passwordResets?tenant=acme", "PUT", [example])[0] == 200
    return {}


def remove_stock(server: str) -> dict[str, str]:
    """Remove the stock that the example adds."""
    assert send_request(f"{server}/availability/acme/availability/12468504/main", "DELETE")[0] == 204
    return {}


# What a person does before these operations can work, and the values that the person then copies from the replies.
PREPARATIONS: dict[str, Preparation] = {
    "GET-customer-refresh-authtoken": log_in,
    "GET-oauth-refresh-anonymous-access-token": visit,
    "POST-customer-reset-password": forget_password,
    "POST-availability-add-product": remove_stock,
    "restoreSnapshot": take_snapshot,
    "diffSnapshots": take_snapshot,
    "deleteSnapshot": take_snapshot,
    "dropWorld": enter_world,
    "waitForRequests": write_and_list,
    "orderedRequests": write_and_list,
    "showFault": add_fault,
    "removeFault": add_fault,
    "removeEqualStubs": add_example_stub,
    "showStub": add_stub,
    "replaceStub": add_stub,
    "removeStub": add_stub,
    "showRequest": fail_call,
    "removeRequest": fail_call,
    "explain": fail_call,
}
ALWAYS_REFUSED = {
    "saveStubs": "422",  # WireMock's clients send it; stubs live in memory
    "POST-approval-create-approval": "404",  # needs a cart of one's own, and a group
}


def test_the_prepared_operations_exist() -> None:
    assert PREPARATIONS.keys() <= {id_ for spec in SPECS.values() for id_ in list_operations(spec)}


@pytest.fixture
def server() -> Iterator[str]:
    with start_server() as (_, ready):
        yield ready["url"]


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """The documentation as it opens."""
    with open_window(browser) as page:
        page.goto(f"{server}/__admin/docs/")
        expect(page.locator(".opblock").first).to_be_visible(timeout=MAX_WAIT_MS)
        yield page


def choose_spec(page: Page, name: str) -> None:
    page.locator("#select").select_option(label=name)
    expect(page.locator(".info .title")).to_contain_text(SPECS[name]["info"]["title"], timeout=MAX_WAIT_MS)


def call_as(page: Page, token: str | None) -> None:
    button = page.get_by_role("navigation", name="Callers").get_by_role("button", name=token or "no token", exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def try_out(page: Page, id_: str, fields: dict[str, str] | None = None) -> Locator:
    """Execute an operation as a person would: open it, fill in fields, press the button. Return its response."""
    block = page.locator(f'[id^="operations-"][id$="-{id_}"]')
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    for name, text in (fields or {}).items():
        block.locator(f'tr[data-param-name="{name}"] input').fill(text)
    block.get_by_role("button", name="Execute").click()
    response = block.locator(".live-responses-table tbody tr")
    expect(response.first).to_be_visible(timeout=MAX_WAIT_MS)
    return block


def read_status(block: Locator) -> str:
    return block.locator(STATUS).last.inner_text().split()[0]


def list_operations(spec: Mapping[str, Any]) -> dict[str, frozenset[Any]]:
    """Return for each operation what makes the page show it as it does: its method, its parameters and its body."""
    return {
        part["operationId"]: frozenset(
            [name, "requestBody" in part, *(read_kind(spec, each) for each in (*shared, *part.get("parameters", ())))]
        )
        for item in spec["paths"].values()
        for shared in [item.get("parameters", ())]
        for name, part in item.items()
        if name in METHODS
    }


def read_kind(spec: Mapping[str, Any], parameter: Any) -> tuple[Any, ...]:
    while "$ref" in parameter:
        parameter = reduce(getitem, parameter["$ref"].removeprefix("#/").split("/"), spec)
    schema = parameter["schema"]
    return parameter["in"], schema.get("type", "any"), "enum" in schema, parameter.get("required", False)


def choose_operations() -> dict[str, list[str]]:
    """Return for each spec the operations that no operation before them is like, and those that need a preparation.

    The examples of all the others work too (tests/web/test_served_specs.py); here the page is what is tested.
    """
    chosen: dict[str, list[str]] = {}
    kinds: set[frozenset[Any]] = set()
    for name, spec in sorted(SPECS.items()):
        operations = list_operations(spec)
        chosen[name] = []
        for id_, kind in operations.items():
            if kind not in kinds or id_ in PREPARATIONS.keys() | ALWAYS_REFUSED:
                chosen[name].append(id_)
            kinds.add(kind)
        chosen[name] = chosen[name] or list(operations)[:1]
    return chosen


CHOSEN = choose_operations()


def test_it_opens_on_the_segments_as_an_administrator(page: Page) -> None:
    expect(page.locator(".info .title")).to_contain_text(SPECS["customer-segment"]["info"]["title"])
    block = try_out(page, "GET-customer-segment-retrieve-segments")
    assert read_status(block) == "200"
    assert "Authorization: Bearer admin-token" in block.locator(".curl-command").inner_text()


def test_one_click_calls_as_anybody_else(page: Page) -> None:
    block = try_out(page, "GET-customer-segment-retrieve-segments")
    for token, status in [("manage-token", "403"), ("expired-token", "401"), ("customer-token", "200"), (None, "401")]:
        call_as(page, token)
        block.get_by_role("button", name="Execute").click()
        expect(block.locator(STATUS).last).to_contain_text(status)
        sent = block.locator(".curl-command").inner_text()
        assert (f"Authorization: Bearer {token}" in sent) == (token is not None)


def test_the_caller_stays_when_another_spec_is_chosen(page: Page) -> None:
    call_as(page, "customer-token")
    choose_spec(page, "customer-login")
    block = try_out(page, "GET-customer-retrieve-customer-profile")
    assert read_status(block) == "200"
    assert '"98029737"' in block.locator(".live-responses-table").inner_text()


def test_the_dialog_grants_a_token_to_a_client(page: Page) -> None:
    call_as(page, None)
    page.locator(".auth-wrapper .authorize").first.click()
    form = page.locator(".auth-container", has_text="clientCredentials")
    form.locator("#client_id_clientCredentials").fill("admin")
    form.locator("#client_secret_clientCredentials").fill("secret")
    form.get_by_role("button", name="Apply given OAuth2 credentials").click()
    expect(form).to_contain_text("Authorized")
    page.locator(".close-modal").click()
    assert read_status(try_out(page, "GET-customer-segment-retrieve-segment")) == "200"


@pytest.mark.parametrize("name", CHOSEN)
def test_operations_of_each_kind_can_be_tried_out_as_they_stand(page: Page, server: str, name: str) -> None:
    choose_spec(page, name)
    statuses = {}
    for id_ in CHOSEN[name]:
        assert send_request(f"{server}/__admin/reset", "POST")[0] == 200
        send_request(f"{server}/__admin/tenants/acme", "DELETE")  # an import may have given it another world
        assert send_request(f"{server}/__admin/state")[0] == 200
        if name != "control":
            call_as(page, find_token(id_))
        prepare = PREPARATIONS.get(id_)
        block = try_out(page, id_, prepare(server) if prepare else None)
        statuses[id_] = read_status(block)
        block.locator(".opblock-summary-control").click()  # what is closed is not rendered again
    assert statuses
    refused = {id_: status for id_, status in statuses.items() if not status.startswith("2")}
    assert refused == {id_: status for id_, status in ALWAYS_REFUSED.items() if id_ in statuses}
