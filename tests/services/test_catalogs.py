"""Catalogs (T7 to T9): when they are visible, what they may have, and their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.client import Admin, Client

GARDEN = {"name": {"en": "Garden", "de": "Garten"}}


def call(client: Client, method: str, path: str = "", body: Any = None, status: int = 200, **headers: str) -> Any:
    """Send a request below /catalog/{tenant}/catalogs, check its status, and return the body of the reply."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//catalog/{client.tenant}/catalogs{path}", headers=named, **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def ids(client: Client, query: str) -> list[str]:
    return [row["id"] for row in call(client, "GET", query)]


@pytest.mark.parametrize(
    ("visibility", "status"),
    [
        (None, "not_visible"),
        ({}, "not_visible"),
        ({"visible": True}, "visible"),
        ({"visible": False, "from": "2020-01-01T00:00:00Z"}, "not_visible"),
        ({"visible": True, "from": "2026-01-01T12:00:00Z"}, "visible"),
        ({"visible": True, "from": "2026-01-01T12:00:00.001Z"}, "not_visible"),
        ({"visible": True, "to": "2026-01-01T12:00:00Z"}, "not_visible"),
        ({"visible": True, "from": "2025-01-01T01:00:00+01:00", "to": "2026-01-02T12:00:00Z"}, "visible"),
    ],
)
def test_t7_the_status_of_a_catalog_follows_the_clock(
    simulator: Callable[..., Client], visibility: Any, status: str
) -> None:
    client = simulator()
    body = GARDEN if visibility is None else {**GARDEN, "visibility": visibility}
    id_ = call(client, "POST", "", body, 201)["id"]
    catalog = call(client.with_token("no-scope-token"), "GET", f"/{id_}")
    assert catalog["status"] == status
    assert catalog["metadata"] == {
        "version": 1,
        "createdAt": "2026-01-01T12:00:00.000Z",
        "updatedAt": "2026-01-01T12:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?publishedSite=main", ["catalog-0", "summer", "tools"]),
        ("?publishedSite=export", ["catalog-0"]),
        ("?publishedSite=mai", []),
        ("?name=WERK", ["tools"]),
        ("?description=warm", ["summer"]),
        ("?visibilityFrom=2026-06-01", ["summer"]),
        ("?visibilityTo=2026-09-01", ["summer"]),
        ("?visibilityTo=", ["catalog-0", "summer", "tools"]),
        ("?visibilityTo=soon", []),
        ("?metadataUpdatedAt=2024-01-01", ["catalog-0", "tools"]),
        ("?sort=id:desc&pageSize=1", ["tools"]),
        ("/categories/12468504", ["tools"]),
        ("/categories/nowhere", []),
    ],
)
def test_catalogs_are_found_by_site_text_day_and_category(client: Client, query: str, expected: list[str]) -> None:
    period = {"from": "2026-06-01T08:00:00Z", "to": "2026-09-01T08:00:00Z"}
    summer = {"name": {"en": "Summer"}, "description": {"en": "For warm days."}, "publishedSites": ["main"]}
    call(client, "PUT", "/summer", {**summer, "visibility": period}, 201)
    assert ids(client, query) == expected


def test_a_catalog_is_written_as_a_whole_or_in_parts(client: Client) -> None:
    call(client, "PUT", "/garden", GARDEN, 201)
    call(client, "PATCH", "/garden", {"categoryIds": ["12468504"], "metadata": {"version": 1}}, 204)
    call(client, "PUT", "/garden", {**GARDEN, "status": "visible", "metadata": {"version": 2}}, 204)
    catalog = call(client, "GET", "/garden", Accept_Language="de")
    assert (catalog["name"], catalog["status"], catalog["metadata"]["version"]) == ("Garten", "not_visible", 3)
    assert "categoryIds" not in catalog
    call(client, "DELETE", "/garden", status=204)
    call(client, "DELETE", "/garden", status=404)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "reason"),
    [
        ("POST", "", {}, {}, 400, '"name" is a required property'),
        ("POST", "", {"name": "Garden"}, {}, 400, '"Garden" is not of type "object"'),
        ("POST", "", {**GARDEN, "id": "a b"}, {}, 400, "a b"),
        ("POST", "", {"name": {"fi": "Puutarha"}}, {}, 400, "languages"),
        ("POST", "", GARDEN, {"Content_Language": "en"}, 400, "/name/de Content-Language does not name this language."),
        ("POST", "", GARDEN, {"Content_Language": "en,,;"}, 400, "Unsupported locale format."),
        ("POST", "", {**GARDEN, "publishedSites": ["nowhere"]}, {}, 400, "None of the sites has this id."),
        ("POST", "", {**GARDEN, "categoryIds": ["nowhere"]}, {}, 400, "None of the categories has this id."),
        ("POST", "", {**GARDEN, "visibility": {"from": "soon"}}, {}, 400, "/visibility/from Not a valid date and time"),
        ("PATCH", "/tools", {"name": {"en": "New"}}, {}, 400, '"metadata" is a required property'),
        ("PATCH", "/tools", {"metadata": {"version": 2}}, {}, 409, "has changed"),
        ("PATCH", "/nothing", {"metadata": {}}, {}, 404, "not found"),
        ("PUT", "/tools", {**GARDEN, "metadata": {"version": 2}}, {}, 409, "has changed"),
        ("GET", "/tools", None, {"Accept_Language": "fi"}, 400, "'fi'"),
    ],
)
def test_t8_a_wrong_catalog_says_why_and_changes_nothing(
    client: Client, method: str, path: str, body: Any, headers: Any, status: int, reason: str
) -> None:
    before = Admin(client).call("GET", "/state/catalogs")
    error = call(client, method, path, body, status, **headers)
    assert reason in " ".join([error["message"], *error["details"]])
    assert Admin(client).call("GET", "/state/catalogs") == before


def test_t8_the_header_names_the_languages_of_a_body(client: Client) -> None:
    for header in ("en,de", "de;q=0.5, EN", "*", "en, *;q=0.1"):
        call(client, "POST", "", GARDEN, 201, Content_Language=header)


def test_t9_errors_of_catalogs_have_the_published_texts(client: Client) -> None:
    missing = {"code": 404, "status": "Not Found", "message": "Catalog with id 'nothing' not found.", "details": []}
    assert call(client, "GET", "/nothing", status=404) == missing
    taken = call(client, "POST", "", {**GARDEN, "id": "tools"}, 409)
    assert taken["message"] == "Given resource already exists."
    lacking = call(client.with_token("no-scope-token"), "DELETE", "/tools", status=403)
    assert lacking["message"] == "Permission denied due to insufficient rights"
