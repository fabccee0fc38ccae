"""Our own server and WSGI give the same responses; one predicate says what belongs to the control plane."""

from __future__ import annotations

import pytest

from mockserver.control.guard import is_documentation
from mockserver.web.application import is_control
from tests.support.client import Client
from tests.support.entrances import Entrances
from tests.support.samples import GOLDEN, HAMMER

SEGMENTS = "/customer-segment/acme/segments"
ITEM = f"{SEGMENTS}/{GOLDEN}/items/PRODUCT/{HAMMER}"
TOKEN = "Authorization: Bearer admin-token\r\n"
PAGE = "Origin: http://localhost:3000\r\n"
REQUESTS = [
    ("GET", ITEM, TOKEN, "", 200),
    ("HEAD", ITEM, TOKEN, "", 200),
    ("GET", f"http://localhost{ITEM}?fields=item#part", TOKEN, "", 200),
    ("GET", f"{SEGMENTS}/items?q=type:PRODUCT&pageSize=2", f"{TOKEN}X-Total-Count: true\r\n", "", 200),
    ("PUT", ITEM, f"{TOKEN}Content-Type: application/json\r\n", '{"mixins": {}}', 204),
    ("PUT", ITEM, f"{TOKEN}Content-Type:\r\n", "{", 400),
    ("GET", f"{SEGMENTS}/{GOLDEN}/items/PRODUCT/a%2Fb%C3%A4", TOKEN, "", 404),
    ("GET", f"{SEGMENTS}/käse", TOKEN, "", 404),
    ("GET", ITEM, "", "", 401),
    ("GET", ITEM, f"{TOKEN}{PAGE}", "", 200),
    ("HEAD", ITEM, f"{TOKEN}{PAGE}", "", 200),
    ("OPTIONS", ITEM, f"{PAGE}Access-Control-Request-Method: PUT\r\n", "", 204),
    ("PUT", ITEM, f"{TOKEN}{PAGE}", "{}", 204),
    ("OPTIONS", ITEM, TOKEN, "", 204),
    ("OPTIONS", "*", "", "", 404),
    ("PATCH", ITEM, TOKEN, "", 405),
    ("CONNECT", "localhost:80", "", "", 404),
    ("GET", ITEM, f"{TOKEN}Prefer: code=503\r\n", "", 503),
    ("GET", f"{SEGMENTS}?q={'x' * 11_000}", TOKEN, "", 414),
    ("GET", ITEM, f"{TOKEN}X-Long: {'x' * 62_000}\r\n", "", 431),
    ("GET", f"{SEGMENTS}?q={'x' * 11_000}", f"{TOKEN}{PAGE}", "", 414),
    ("GET", "/__admin/health", "", "", 200),
    ("GET", "/__admin/health", PAGE, "", 403),
    ("POST", "/__admin/reset", "", "", 200),
    ("GET", "/__admin", "", "", 404),
    ("GET", "/__admin/", "", "", 404),
    ("GET", "/__adminx", "", "", 404),
    ("GET", "/__admin/docs", "", "", 308),
    ("GET", "/__admin/docs/", "", "", 200),
    ("HEAD", "/__admin/docs/", "", "", 200),
    ("GET", "/__admin/docs/nowhere", "", "", 404),
    ("GET", "/", "", "", 200),
    ("GET", "/", "Accept: text/html\r\n", "", 200),
    ("GET", "/", PAGE, "", 200),
    ("HEAD", "/", "", "", 200),
    ("OPTIONS", "/", "", "", 404),
    ("POST", "/", "", "", 404),
    ("GET", "/favicon.ico", "", "", 404),
    ("GET", "/fee/acme/fees", TOKEN, "", 404),
]


@pytest.fixture(scope="module")
def entrances() -> Entrances:
    return Entrances()


@pytest.mark.parametrize(("method", "path", "headers", "body", "status"), REQUESTS)
def test_both_entrances_give_the_same_response(
    entrances: Entrances, method: str, path: str, headers: str, body: str, status: int
) -> None:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    stream = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n{body}".encode()
    (response,) = entrances.compare(stream)
    assert int(response.status.split()[0]) == status
    assert response.headers.get("Content-Length", "0") == str(len(response.body)) or method == "HEAD"


def test_both_entrances_accept_a_path_that_encoding_makes_longer_than_its_request(entrances: Entrances) -> None:
    (response,) = entrances.compare(b"GET /" + b"\x8d" * 40 + b"\r\n\r\n")
    assert response.status == "404 Not Found"
    assert b"/" + b"%8D" * 40 in response.body


@pytest.mark.parametrize(
    ("path", "control", "documentation"),
    [
        ("/__admin", True, False),
        ("/__admin/", True, False),
        ("/__admin/health", True, False),
        ("/__admin/docs", True, True),
        ("/__admin/docs/", True, True),
        ("/__admin/docsx", True, False),
        ("/__admin%2Fhealth", False, False),
        ("/%5F_admin/health", False, False),
        ("/__admi%6E/docs/", False, False),
        ("/__adminx", False, False),
        ("/__adminx/docs", False, False),
        ("//__admin", False, False),
        ("/x/__admin/health", False, False),
        ("", False, False),
    ],
)
def test_one_predicate_says_what_belongs_to_the_control_plane(
    client: Client, path: str, control: bool, documentation: bool
) -> None:
    assert (is_control(path), is_documentation(path)) == (control, documentation)
    if path.startswith("/"):  # CORS headers are for the simulated API only, and its journal for its calls
        before = client.send("GET", "//__admin/requests?limit=1").get_json()["meta"]["total"]
        reply = client.send("GET", f"/{path}", headers={"Origin": "http://localhost"})
        assert ("Access-Control-Allow-Origin" in reply.headers) == (not control)
        after = client.send("GET", "//__admin/requests?limit=1").get_json()["meta"]["total"]
        assert (after > before) == (not control)
