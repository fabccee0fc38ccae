"""What the control plane does for WireMock's client for Java, which refuses members that it does not know.

`make clients` runs that client against a server; these tests send what it sends.
"""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.samples import GOLDEN

JAVA = {"User-Agent": "Apache-HttpClient/5.5.1 (Java/17.0.15)"}
GUARDED = Settings(admin_token="mine")


@pytest.fixture(scope="module")
def app() -> App:
    return build(Settings())


@pytest.fixture
def admin(app: App) -> Client:
    client = Client(app.flask, "acme", None)
    client.delete("//__admin/requests")
    return client


@pytest.fixture
def api(app: App, admin: Client) -> Client:
    return Client(app.flask, "acme")


ERRORS: list[tuple[str, str, Any, dict[str, Any]]] = [
    (
        "POST",
        "/mappings",
        {"scenarioName": "x"},
        {"code": 422, "title": "A stub cannot have scenarioName: stubs have no states"},
    ),
    ("GET", "/mappings/none", None, {"code": 404, "title": "Unknown stub"}),
    ("PATCH", "/mappings", None, {"code": 405, "title": "This path allows"}),
    ("GET", "/recordings/status", None, {"code": 404, "title": "No endpoint /__admin/recordings/status."}),
    (
        "POST",
        "/requests/count",
        {"method": 5},
        {"code": 400, "title": "Validation problem", "source": {"pointer": "/method"}, "detail": "5 is not of type"},
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "expected"), ERRORS, ids=str)
def test_errors_are_those_that_it_reads(
    admin: Client, method: str, path: str, body: Any, expected: dict[str, Any]
) -> None:
    reply = admin.send(method, f"//__admin{path}", json=body, headers=JAVA)
    (error,) = reply.get_json()["errors"]
    assert reply.status_code == expected["code"]
    assert error.keys() == expected.keys()
    for name, value in expected.items():
        assert error[name] == value or str(error[name]).startswith(str(value)), error
    assert "message" in admin.send(method, f"//__admin{path}", json=body).get_json()


def test_a_refusal_by_the_guard_is_one_that_it_reads() -> None:
    reply = Client(build(GUARDED).flask, "acme", None).get("//__admin/mappings", headers=JAVA)
    assert reply.status_code == 401
    assert [error["code"] for error in reply.get_json()["errors"]] == [401]


def test_errors_of_the_simulated_api_stay_as_they_are(api: Client) -> None:
    assert api.get("/nowhere", headers=JAVA).get_json()["code"] == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/requests/unmatched/near-misses", None),
        ("POST", "/near-misses/request", {"url": "/customer-segment/acme/segment", "method": "GET"}),
        ("POST", "/near-misses/request-pattern", {"urlPath": "/customer-segment/acme/segments"}),
    ],
)
def test_near_misses_have_only_members_that_it_knows(
    api: Client, admin: Client, method: str, path: str, body: Any
) -> None:
    api.get("//customer-segment/acme/segment")
    shown = admin.send(method, f"//__admin{path}", json=body, headers=JAVA).get_json()["nearMisses"]
    assert shown
    assert {name for near_miss in shown for name in near_miss} == {"request", "requestPattern", "matchResult"}


def test_the_journal_is_filtered_as_it_asks(api: Client, admin: Client) -> None:
    stub = {"id": "down", "request": {"urlPath": f"/customer-segment/acme/segments/{GOLDEN}"}}
    assert admin.post("//__admin/mappings", json=stub | {"response": {"status": 503}}).status_code == 201
    for path in (f"/{GOLDEN}", "", f"/{GOLDEN}/nothing/here"):
        api.get(path)
    admin.delete("//__admin/mappings")

    def list_statuses(query: str) -> list[int]:
        events = admin.get(f"//__admin/requests?{query}", headers=JAVA).get_json()["requests"]
        return [event["response"]["status"] for event in events]

    assert list_statuses("unmatched=true") == [404]
    assert list_statuses("unmatched=false") == [404, 200, 503]
    assert list_statuses("matchingStub=down") == [503]
    assert list_statuses("matchingStub=other") == []
    assert admin.get("//__admin/requests?unmatched=maybe").status_code == 400


def test_get_or_head_is_a_method(api: Client, admin: Client) -> None:
    for method in ("GET", "HEAD", "DELETE"):
        api.send(method, f"/{GOLDEN}?forceDelete=true")
    admin.post("//__admin/undo", json={"tenant": "acme"})
    assert admin.post("//__admin/requests/count", json={"method": "GET_OR_HEAD"}).get_json()["count"] == 2
