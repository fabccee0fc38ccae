"""A server below a path: `--base-path` for the whole server, `X-Forwarded-Prefix` from a proxy that removes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urljoin

import click
import pytest
from werkzeug.test import TestResponse

from mockserver.app import App, build
from mockserver.cli.value_checks import check_base_path
from mockserver.messages import Request, is_base_path
from mockserver.settings import Settings
from tests.support.live_server import Connection, run_command, send_request, start_server, start_server_in_thread

SEGMENTS = "/customer-segment/acme/segments"
TOKEN = {"Authorization": "Bearer admin-token"}
PAGE = {"Origin": "http://localhost:3000"}


@pytest.fixture(scope="module")
def mounted() -> App:
    return build(Settings(base_path="/a/mock"))


@pytest.fixture(scope="module", params=["own server", "WSGI"])
def call(request: pytest.FixtureRequest, mounted: App) -> Iterator[Any]:
    """A function that sends a request and returns status, headers and body."""
    if request.param == "WSGI":
        client = mounted.flask.test_client()

        def send(path: str, **headers: str) -> tuple[int, Any, str]:
            reply: TestResponse = client.get(path, headers=headers)
            return reply.status_code, reply.headers, reply.get_data().decode(errors="replace")

        yield send
        return
    with start_server_in_thread(mounted) as server, ExitStack() as closing:
        connection = Connection(server.port, "acme", closing)

        def send_over_socket(path: str, **headers: str) -> tuple[int, Any, str]:
            connection.http.request("GET", path, headers=headers)
            reply = connection.http.getresponse()
            return reply.status, reply.headers, reply.read().decode(errors="replace")

        yield send_over_socket


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/x",
        SEGMENTS,
        "/__admin/health",
        "/__admin",
        "/a",
        "/a/",
        "/a/mocks",
        "/a/mockx/y",
        "/A/mock/",
        "//a/mock",
    ],
)
@pytest.mark.parametrize("headers", [{}, PAGE, TOKEN])
def test_a_path_outside_the_base_path_is_a_404_that_names_it(call: Any, path: str, headers: dict[str, str]) -> None:
    if not path:
        path = "/"
    status, _, body = call(path, **headers)
    assert status == 404
    assert json.loads(body)["message"].endswith("; this server answers below /a/mock (--base-path).")


@pytest.mark.parametrize("path", ["/a/mock", "/a/mock/", f"/a/mock{SEGMENTS}", "/a/mock/__admin/health"])
def test_what_is_below_it_is_answered(call: Any, path: str) -> None:
    assert call(path, **TOKEN)[0] == 200


def test_pages_get_cors_for_the_api_and_none_for_the_control_plane(call: Any) -> None:
    status, headers, _ = call(f"/a/mock{SEGMENTS}", **TOKEN, **PAGE)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, PAGE["Origin"])
    status, headers, _ = call("/a/mock/__admin/health", **PAGE)
    assert (status, headers.get("Access-Control-Allow-Origin")) == (403, None)


def test_our_own_links_lead_below_the_base_path(call: Any) -> None:
    links = json.loads(call("/a/mock/")[2])["links"]
    assert set(links) == {"dashboard", "documentation", "state", "requests", "control", "health"}
    for link in links.values():
        assert link.startswith("/a/mock/__admin/")
        assert call(link)[0] == 200
    status, headers, _ = call("/a/mock/__admin/docs")
    docs = "/a/mock/__admin/docs/"
    assert (status, urljoin("/a/mock/__admin/docs", headers["Location"])) == (308, docs)
    urls = re.findall(r'(?:href=|src=|"url":)"([^"]+)"', call(docs)[2])
    assert len(urls) > 10
    for url in urls:
        assert call(urljoin(docs, url))[0] == 200, url


def test_the_page_resets_below_the_base_path(call: Any) -> None:
    page = call("/a/mock/", Accept="text/html")[2]
    assert '<form method="post" action="/a/mock/__admin/reset">' in page
    facts = json.loads(call("/a/mock/", Host="localhost:1")[2])
    assert (facts["url"], facts["reset"]) == (
        "http://localhost:1/a/mock",
        "POST http://localhost:1/a/mock/__admin/reset",
    )


def test_served_specs_name_the_base_path(call: Any) -> None:
    spec = json.loads(call("/a/mock/__admin/docs/specs/customer-segment.json", Host="localhost:1")[2])
    assert [server["url"] for server in spec["servers"]] == ["http://localhost:1/a/mock"]
    assert '"tokenUrl":"http://localhost:1/a/mock/oauth/token"' in json.dumps(spec, separators=(",", ":"))


def test_the_journal_shows_the_urls_of_the_client(call: Any) -> None:
    call("/a/mock/customer-segment/journal/segments?pageSize=1", **TOKEN, Host="localhost:1")
    request = json.loads(call("/a/mock/__admin/requests?tenant=journal&limit=1", Host="localhost:1")[2])["requests"][0][
        "request"
    ]
    assert request["url"] == "/customer-segment/journal/segments?pageSize=1"
    assert request["absoluteUrl"] == f"http://localhost:1/a/mock{request['url']}"
    call("/a/mock/customer-segment/proxied/segments", **TOKEN, Host="localhost:1", **{"X-Forwarded-Proto": "https"})
    proxied = json.loads(call("/a/mock/__admin/requests?tenant=proxied&limit=1", Host="localhost:1")[2])["requests"][0]
    assert proxied["request"]["absoluteUrl"].startswith("https://localhost:1/a/mock/customer-segment/")
    script = call("/a/mock/__admin/requests/export?tenant=journal&format=curl", Host="localhost:1")[2]
    assert "http://localhost:1/a/mock" in script


@pytest.mark.parametrize(
    ("forwarded", "base_path", "prefix"),
    [
        ("", "", ""),
        ("/shop", "", "/shop"),
        ("/shop/", "", "/shop"),
        ("/shop/v1", "/mock", "/shop/v1/mock"),
        ("", "/mock", "/mock"),
        ("/", "", ""),
        ("shop", "", ""),
        ("//evil.example", "", ""),
        ('/"><script>', "", ""),
        ("/a b", "", ""),
        ("/..", "", ""),
        ("http://evil.example/", "", ""),
        ("/a\r\nX: y", "", ""),
    ],
)
def test_a_proxy_can_say_what_it_removed(forwarded: str, base_path: str, prefix: str) -> None:
    headers = {"x-forwarded-prefix": forwarded} if forwarded else {}
    assert Request("GET", "/", "", headers, base_path=base_path).prefix == prefix


def test_our_links_have_the_forwarded_prefix() -> None:
    client = build(Settings()).flask.test_client()
    headers = {"X-Forwarded-Prefix": "/shop"}
    assert client.get("/", headers=headers).get_json()["links"]["health"] == "/shop/__admin/health"
    page = client.get("/", headers=headers | {"Accept": "text/html"}).text
    assert 'action="/shop/__admin/reset"' in page
    spec = client.get("/__admin/docs/specs/control.json", headers=headers).get_json()
    assert spec["servers"] == [{"url": "http://localhost/shop"}]


@pytest.mark.parametrize(
    "text", ["mock", "/", "/mock/", "//mock", "/a//b", "/a b", "/a?b", "/..", "/a/.", "http://x/mock", "/ä"]
)
def test_an_invalid_base_path_is_one_line_and_exit_code_2(text: str) -> None:
    assert not is_base_path(text)


def test_the_command_line_refuses_an_invalid_base_path() -> None:
    done = run_command("serve", "--base-path", "mock/")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--base-path must be a path such as /mock: 'mock/' does not start with a slash" in done.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mock", "does not start with a slash"),
        ("/mock/", "ends with a slash"),
        ("/a b", "has ' '; it may have letters"),
        ("/a?b", "has '?'"),
        ("/ä", r"has '\xe4'"),
        ("//mock", "has an empty part, . or .."),
        ("/a/../b", "has an empty part, . or .."),
    ],
)
def test_the_problem_of_a_base_path_is_named(text: str, problem: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        check_base_path(text)
    assert problem in caught.value.message


@pytest.mark.parametrize(
    ("forwarded", "scheme"),
    [("https", "https"), ("HTTPS", "https"), ("https, http", "https"), ("http, https", "http"), (" https ,x", "https")],
)
def test_the_first_forwarded_scheme_is_that_of_the_client(forwarded: str, scheme: str) -> None:
    assert Request("GET", "/", "", {"x-forwarded-proto": forwarded}).client_scheme == scheme


def test_the_ready_line_has_the_base_path() -> None:
    with start_server("--base-path", "/mock") as (_, ready):
        assert ready["url"].endswith("/mock")
        assert send_request(f"{ready['url']}{SEGMENTS}")[0] == 200
        assert send_request(ready["reset"].removeprefix("POST "), "POST")[0] == 200
