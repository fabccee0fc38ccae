"""`GET /`: a page for people and JSON for programs; nothing of it is in the journal."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.messages import Request
from mockserver.settings import Settings
from tests.support.client import Client

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def journal_total(client: Client) -> int:
    total: int = client.get("//__admin/requests?limit=0").get_json()["meta"]["total"]
    return total


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/plain", "image/png"])
def test_a_program_gets_json_with_links_that_work(client: Client, shared: App, accept: str | None) -> None:
    reply = client.with_token(None).get("//", headers={"Accept": accept} if accept else {})
    assert (reply.status_code, reply.content_type) == (200, "application/json")
    facts = reply.get_json()
    assert (facts["name"], facts["services"]) == ("emporix-mockserver", shared.services)
    for path in facts["links"].values():
        assert client.with_token(None).get(f"/{path}").status_code == 200
    assert reply.headers["Cache-Control"] == "no-store"
    assert facts["links"].keys() == {"dashboard", "documentation", "state", "requests", "control", "health"}
    assert (facts["url"], facts["tenant"]) == ("http://localhost", "acme")
    assert facts["tokens"] == [token for token, _ in shared.world.tokens.list_offered()]
    method, _, url = facts["reset"].partition(" ")
    assert client.with_token(None).send(method, f"/{url.removeprefix(facts['url'])}?tenant=acme").status_code == 200


@pytest.mark.parametrize("accept", [BROWSER, "text/html"])
def test_a_person_gets_a_page_with_links_that_work(client: Client, accept: str) -> None:
    reply = client.with_token(None).get("//", headers={"Accept": accept})
    assert (reply.status_code, reply.content_type) == (200, "text/html; charset=utf-8")
    for word in ("customer-segment", "admin-token", "customer-token", "http://localhost", "acme"):
        assert word in reply.text
    links = re.findall(r'href="(/[^"]*)"', reply.text)
    assert "/__admin/docs/" in links
    for path in links:
        assert client.with_token(None).get(f"/{path}").status_code == 200
    (action,) = re.findall(r'<form method="post" action="([^"]*)"', reply.text)
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    form = {"headers": own, "content_type": "application/x-www-form-urlencoded", "query_string": {"tenant": "acme"}}
    assert client.with_token(None).post(f"/{action}", **form).status_code == 200
    assert "script" not in reply.text
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")


def press_button(client: Client, **headers: str) -> Any:
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin", "Accept": BROWSER, **headers}
    form = {"headers": own, "content_type": "application/x-www-form-urlencoded"}
    return client.with_token(None).post("//__admin/reset", query_string={"tenant": "acme"}, **form)


def test_the_button_leads_back_to_the_page_which_confirms_the_reset(client: Client) -> None:
    reply = press_button(client)
    assert (reply.status_code, reply.headers["Location"], reply.data) == (303, "/?reset=done", b"")
    page = client.with_token(None).get("//", headers={"Accept": BROWSER}, query_string="reset=done")
    assert "Everything is reset." in page.text
    assert "Everything is reset." not in client.get("//", headers={"Accept": BROWSER}, query_string="reset=x").text
    prefixed = press_button(client, **{"X-Forwarded-Prefix": "/shop"})
    assert prefixed.headers["Location"] == "/shop/?reset=done"


def test_programs_and_refused_pages_get_no_page(client: Client) -> None:
    assert press_button(client, Accept="*/*").get_json()["to"] == "world"
    assert client.post("//__admin/reset", json={"tenant": "acme"}, headers={"Accept": BROWSER}).status_code == 200
    assert press_button(client, Origin="http://evil.example").status_code == 403


@pytest.mark.parametrize("host", ["api.emporix.io", "mock.example:8080"])
def test_no_link_leads_to_what_is_refused_under_this_name(client: Client, host: str) -> None:
    facts = client.get("//", headers={"Host": host}).get_json()
    assert facts["links"] == {"health": "/__admin/health"}
    assert "reset" not in facts
    assert client.get("//__admin/health", headers={"Host": host}).status_code == 200
    page = client.get("//", headers={"Host": host, "Accept": BROWSER}).text
    assert "The control plane does not answer under this name" in page
    assert "<form" not in page
    assert "/__admin/docs/" not in page


def test_head_has_no_body_and_the_length_of_get(client: Client) -> None:
    head, got = client.send("HEAD", "//"), client.get("//")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_what_browsers_request_on_their_own_is_not_in_the_journal(client: Client) -> None:
    before = journal_total(client)
    for path, status in (("/", 200), ("/favicon.ico", 404), ("/robots.txt", 404), ("/?x=1", 200)):
        for method in ("GET", "HEAD"):
            assert client.send(method, f"/{path}").status_code == status
    assert journal_total(client) == before
    assert client.post("//").status_code == client.post("//favicon.ico").status_code == 404
    assert journal_total(client) == before + 2


def test_without_a_control_plane_only_the_health_check_is_linked() -> None:
    client = Client(build(Settings(no_admin=True)).flask, "acme", None)
    facts = client.get("//").get_json()
    assert facts["links"] == {"health": "/__admin/health"}
    assert "reset" not in facts
    page = client.get("//", headers={"Accept": BROWSER}).text
    assert "/__admin/docs/" not in page
    assert "/__admin/reset" not in page


def test_the_page_says_if_a_token_is_needed_and_never_shows_it() -> None:
    client = Client(build(Settings(admin_token="hush", auth="off", tenant="shop")).flask, "acme", None)
    facts = client.get("//").get_json()
    assert (facts["tokens"], facts["tenant"]) == ([], "shop")
    page = client.get("//", headers={"Accept": BROWSER}).text
    assert "No token is needed." in page
    assert "The control plane needs the token in the ready line." in page
    assert "<form" not in page
    assert "hush" not in page + client.get("//").text


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"Host": "127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        ({"Host": "[::1]:8080"}, "http://[::1]:8080"),
        ({"Host": "mock.example", "X-Forwarded-Proto": "https"}, "https://mock.example"),
        ({"Host": "<b>"}, "http://localhost:8080"),
        ({"Host": "a b"}, "http://localhost:8080"),
        ({}, "http://localhost:8080"),
    ],
)
def test_the_page_names_the_url_that_the_client_used(shared: App, headers: dict[str, str], url: str) -> None:
    request = Request("GET", "/", "", {name.lower(): text for name, text in headers.items()})
    assert json.loads(shared.entrances.answer(request).content)["url"] == url


def test_the_page_names_the_scheme_of_the_server(shared: App) -> None:
    request = Request("GET", "/", "", {"host": "localhost:1"}, scheme="https")
    assert json.loads(shared.entrances.answer(request).content)["url"] == "https://localhost:1"
    facts = shared.flask.test_client().get("/", base_url="https://localhost:1").get_json()  # as a WSGI server says it
    assert facts["url"] == "https://localhost:1"


def test_a_request_over_a_limit_is_still_refused(client: Client) -> None:
    assert client.get("//", query_string="q=" + "x" * 11_000).status_code == 414
    assert client.get("//", headers={"X-Long": "x" * 70_000}).status_code == 431
