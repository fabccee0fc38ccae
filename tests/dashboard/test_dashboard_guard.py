"""Who may open the dashboard, what its forms must bring, and that a GET changes nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.dashboard.page_routes import ROUTES
from mockserver.messages import Request, Response
from mockserver.settings import Settings

UI = "/__admin/ui"
FORM = "application/x-www-form-urlencoded"


def visit(app: App, address: str = "", *, method: str = "GET", body: str = "", **headers: str) -> Response:
    sent = {"host": "localhost:8080"} | {name.replace("_", "-"): text for name, text in headers.items()}
    if body:
        sent["content-type"] = FORM
    path, _, query = address.partition("?")
    return app.entrances.answer(Request(method, UI + path, query, sent, body.encode()))


def page_key(response: Response) -> str:
    found = re.search(r'name="page-key" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


@pytest.fixture(scope="module")
def app() -> App:
    return build(Settings())


@pytest.fixture(scope="module")
def guarded() -> App:
    return build(Settings(admin_token="hush"))


@pytest.fixture
def call_id(app: App) -> str:
    headers = {"host": "localhost:8080", "authorization": "Bearer admin-token"}
    app.entrances.answer(Request("GET", "/customer-segment/acme/segments/none", "", headers))
    return app.records.list_entries("acme")[-1].id


@pytest.mark.parametrize("path", ["", "/", "/calls", "/assets/dashboard.css", "/news", "/login"])
def test_every_answer_has_the_strict_policy(app: App, path: str) -> None:
    response = visit(app, path)
    assert response.status == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "none"}, 200),
        ({"origin": "http://localhost:8080", "sec_fetch_site": "same-origin"}, 200),
    ],
)
@pytest.mark.parametrize("path", ["", "/events", "/news", "/assets/dashboard.js", "/login"])
def test_the_guard_is_that_of_the_control_plane(app: App, path: str, headers: dict[str, str], status: int) -> None:
    assert visit(app, path, **headers).status == status


def test_without_a_control_plane_there_is_no_dashboard() -> None:
    assert visit(build(Settings(no_admin=True))).status == 404


@pytest.mark.parametrize("body", ["", "status=500", "page-key=", "page-key=wrong&status=500"])
@pytest.mark.parametrize("path", sorted({path for method, path, _ in ROUTES if method == "POST"}))
def test_a_form_without_the_key_of_our_pages_is_refused(app: App, path: str, body: str) -> None:
    response = visit(app, "/" + re.sub(r"{\w+\+?}", "x", path), method="POST", body=body)
    assert response.status == 403
    assert b"not from a page of this server" in response.content


def test_a_form_with_the_key_acts(app: App, call_id: str) -> None:
    key = page_key(visit(app, f"/calls/{call_id}"))
    response = visit(
        app, f"/calls/{call_id}/replay", method="POST", body=f"page-key={key}", origin="http://localhost:8080"
    )
    assert response.status == 303
    assert len(app.records.list_entries("acme")) > 1


@pytest.mark.parametrize("path", sorted({path for method, path, _ in ROUTES if method == "POST"}))
def test_no_action_can_be_a_get(app: App, path: str) -> None:
    gets = {path for method, path, _ in ROUTES if method == "GET"}
    if path not in gets:
        response = visit(app, "/" + re.sub(r"{\w+\+?}", "x", path))
        assert (response.status, response.headers.get("Allow")) in {(405, "POST"), (404, None)}


class TestWithToken:
    """`--admin-token`: the login page takes the token once."""

    @pytest.mark.parametrize(
        ("path", "page"),
        [
            *(("", ""), ("/", ""), ("/events", ""), ("/news", "")),
            *(("/calls", "?next=%2Fcalls"), ("/calls/x?tab=why", "?next=%2Fcalls%2Fx%3Ftab%3Dwhy")),
        ],
    )
    def test_without_the_cookie_every_page_leads_to_the_login(self, guarded: App, path: str, page: str) -> None:
        response = visit(guarded, path)
        assert (response.status, response.headers["Location"]) == (303, f"{UI}/login{page}")
        assert response.content == b""

    def test_a_form_without_the_cookie_does_nothing(self, guarded: App) -> None:
        key = page_key(visit(guarded, "/login"))
        response = visit(guarded, "/calls/x/replay", method="POST", body=f"page-key={key}")
        assert response.headers["Location"] == f"{UI}/login"

    def test_a_wrong_token_sets_no_cookie(self, guarded: App) -> None:
        key = page_key(visit(guarded, "/login"))
        response = visit(guarded, "/login", method="POST", body=f"page-key={key}&token=wrong")
        assert response.status == 401
        assert "Set-Cookie" not in response.headers
        assert b"This is not the token." in response.content

    def test_the_token_sets_a_cookie_that_no_script_reads_and_no_other_site_sends(self, guarded: App) -> None:
        response = self.log_in(guarded)
        assert (response.status, response.headers["Location"]) == (303, UI)
        cookie = response.headers["Set-Cookie"]
        pair, _, attributes = cookie.partition("; ")
        assert re.fullmatch(r"mockserver-ui-[0-9a-f]{8}=[0-9a-f]{56}", pair)
        assert attributes == "Path=/__admin/ui; HttpOnly; SameSite=Strict"
        assert "hush" not in cookie
        assert visit(guarded, cookie=f"other=1; {pair}").status == 200
        assert visit(guarded, cookie=f"{pair}0").status == 303
        assert visit(guarded, cookie=pair[:-1]).status == 303

    @pytest.mark.parametrize(
        ("page", "address"),
        [
            ("%2Fcalls%2Fx%3Ftab%3Dwhy", f"{UI}/calls/x?tab=why"),
            ("%2F%2Felsewhere.example", f"{UI}//elsewhere.example"),
            *(("https%3A%2F%2Felsewhere.example", UI), ("%2Fx%0D%0ASet-Cookie%3A%20a", UI), (".elsewhere.example", UI)),
        ],
    )
    def test_the_login_leads_to_the_page_that_was_asked_for(self, guarded: App, page: str, address: str) -> None:
        assert self.log_in(guarded, f"?next={page}").headers["Location"] == address

    def test_the_cookie_is_sent_over_https_only_if_the_page_was(self, guarded: App) -> None:
        assert self.log_in(guarded, x_forwarded_proto="https").headers["Set-Cookie"].endswith("; Secure")

    def test_the_cookie_opens_nothing_but_the_dashboard(self, guarded: App) -> None:
        pair = self.log_in(guarded).headers["Set-Cookie"].partition(";")[0]
        request = Request("GET", "/__admin/state", "", {"host": "localhost:8080", "cookie": pair})
        assert guarded.entrances.answer(request).status == 401

    def test_the_header_of_the_control_plane_opens_it_too(self, guarded: App) -> None:
        assert visit(guarded, authorization="Bearer hush").status == 200

    def test_another_token_makes_another_cookie(self, guarded: App) -> None:
        name, value = guarded.guard.session
        other_name, other_value = build(Settings(admin_token="hush2")).guard.session
        assert name != other_name
        assert value != other_value

    @staticmethod
    def log_in(app: App, query: str = "", **headers: Any) -> Response:
        key = page_key(visit(app, "/login"))
        return visit(app, f"/login{query}", method="POST", body=f"page-key={key}&token=hush", **headers)


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/../dashboard.py", "/assets/none.js", "/assets/%2e%2e/dashboard.py", "/nope"]
)
def test_other_paths_are_not_found(app: App, path: str) -> None:
    assert visit(app, path).status == 404


def test_addresses_keep_what_a_proxy_and_the_base_path_removed() -> None:
    app = build(Settings(base_path="/mock"))
    request = Request("GET", f"/mock{UI}", "", {"host": "localhost", "x-forwarded-prefix": "/shop"})
    text = app.entrances.answer(request).content.decode()
    addresses = re.findall(r'(?:href|src|action|data-root)="([^"]+)"', text)
    assert addresses
    assert [address for address in addresses if not address.startswith((f"/shop/mock{UI}", "#"))] == []
