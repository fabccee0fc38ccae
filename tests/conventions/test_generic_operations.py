"""Operations of published files that follow the conventions: what each declares is what it does."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.vendor_files import WAREHOUSE


@pytest.fixture
def client(published_client: Client) -> Client:
    return published_client


HAMBURG = {"id": "D1", "name": {"en": "Hamburg", "fr": "Hambourg"}, "city": "Hamburg", "capacity": 5}
MUNICH = {"id": "D2", "name": {"en": "Munich", "de": "Muenchen"}, "city": "Munich", "open": False}


def depots(client: Client, path: str = "", method: str = "GET", **request: Any) -> Any:
    return client.send(method, f"//warehouse/{client.tenant}/depots{path}", **request)


@pytest.fixture
def filled(client: Client) -> Client:
    for body in (HAMBURG, MUNICH):
        assert depots(client, method="POST", json=body).status_code == 201
    return client


def test_what_is_created_can_be_read_and_has_a_version(filled: Client) -> None:
    row = depots(filled, "/D1").get_json()
    assert row["metadata"]["version"] == 1
    assert row == {**HAMBURG, "open": True, "yrn": "urn:example:depot:D1", "metadata": row["metadata"]}


def test_g5_a_create_shows_the_fields_that_it_declares(client: Client) -> None:
    reply = depots(client, method="POST", json={"name": "A"})
    assert reply.status_code == 201
    assert reply.get_json() == {"id": reply.get_json()["id"], "yrn": f"urn:example:depot:{reply.get_json()['id']}"}
    assert len(reply.get_json()["id"]) == 24


LISTS: dict[str, list[str]] = {
    "": ["D1", "D2"],
    "?city=Munich": ["D2"],
    "?open=true": ["D1"],
    "?open=false": ["D2"],
    "?q=capacity:5": ["D1"],
    "?sort=id:desc": ["D2", "D1"],
    "?pageSize=1&pageNumber=2": ["D2"],
    "?city=Nowhere": [],
}


@pytest.mark.parametrize("query", LISTS)
def test_g8_lists_filter_sort_and_page_by_the_declared_parameters(filled: Client, query: str) -> None:
    reply = depots(filled, query)
    assert reply.status_code == 200
    assert [row["id"] for row in reply.get_json()] == LISTS[query]


def test_the_default_page_size_is_the_declared_one(filled: Client) -> None:
    depots(filled, method="POST", json={"id": "D3", "name": "C"})
    reply = depots(filled, headers={"X-Total-Count": "true"})
    assert (len(reply.get_json()), reply.headers["X-Total-Count"]) == (2, "3")


@pytest.mark.parametrize(
    ("languages", "name"), [("fr", "Hambourg"), ("*", HAMBURG["name"]), (None, HAMBURG["name"])], ids=str
)
def test_g11_texts_by_language_look_as_in_the_examples(filled: Client, languages: str | None, name: Any) -> None:
    headers = {"Accept-Language": languages} if languages else {}
    assert depots(filled, "/D1", headers=headers).get_json()["name"] == name


@pytest.mark.parametrize(("body", "found"), [({"q": "city:Munich"}, ["D2"]), ({}, ["D1", "D2"])], ids=str)
def test_a_search_takes_q_in_the_body(filled: Client, body: dict[str, Any], found: list[str]) -> None:
    assert [row["id"] for row in depots(filled, "/search", "POST", json=body).get_json()] == found


def test_a_put_that_declares_201_creates_and_then_replaces(client: Client) -> None:
    created = depots(client, "/D9", "PUT", json={"name": "A", "city": "Ulm"})
    assert (created.status_code, created.get_json()) == (201, {"id": "D9"})
    replaced = depots(client, "/D9", "PUT", json={"name": "B"})
    assert (replaced.status_code, replaced.data) == (204, b"")
    row = depots(client, "/D9").get_json()
    assert (row["name"], "city" in row, row["metadata"]["version"]) == ("B", False, 2)


def test_a_partial_put_keeps_what_the_body_lacks(filled: Client) -> None:
    assert depots(filled, "/D1?partial=true", "PUT", json={"city": "Altona"}).status_code == 204
    row = depots(filled, "/D1").get_json()
    assert (row["city"], row["capacity"]) == ("Altona", 5)


def test_a_put_that_declares_no_201_is_an_update_only(filled: Client) -> None:
    shelf = f"//warehouse/{filled.tenant}/depots/D1/shelves"
    assert filled.put(f"{shelf}/S1", json={"width": 1}).status_code == 404
    assert filled.post(shelf, json={"code": "S1", "width": 1}).status_code == 201
    reply = filled.put(f"{shelf}/S1", json={"width": 2})
    assert reply.status_code == 200
    assert {"code": "S1", "width": 2}.items() <= reply.get_json().items()


def test_an_outdated_version_is_a_409_where_that_is_declared(filled: Client) -> None:
    body = {"name": "A", "metadata": {"version": 1}}
    assert depots(filled, "/D1", "PUT", json=body).status_code == 204
    refused = depots(filled, "/D1", "PUT", json=body)
    assert (refused.status_code, refused.get_json()["code"]) == (409, 409)
    assert depots(filled, "/D1").get_json()["metadata"]["version"] == 2


PATCHES: dict[str, tuple[Any, int]] = {
    "operations as the vendor writes them": ([{"op": "UPSERT", "path": "city", "value": "Altona"}], 204),
    "operations of RFC 6902": ([{"op": "replace", "path": "/city", "value": "Altona"}], 204),
    "an object": ({"city": "Altona"}, 400),
    "another key": ([{"op": "replace", "path": "/id", "value": "D7"}], 400),
    "an unknown operation": ([{"op": "explode", "path": "/id"}], 400),
    "no operation at all": ([7], 400),
    "a missing place": ([{"op": "REMOVE", "path": "/nothing"}], 400),
}


@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_with_a_list_of_operations_applies_them(filled: Client, name: str) -> None:
    body, status = PATCHES[name]
    assert depots(filled, "/D1", "PATCH", json=body).status_code == status
    assert depots(filled, "/D1").get_json()["city"] == ("Altona" if status == 204 else "Hamburg")


def test_g3_deleting_a_row_deletes_what_it_contains(filled: Client) -> None:
    shelves = f"//warehouse/{filled.tenant}/depots/D1/shelves"
    for code in ("S1", "S2"):
        assert filled.post(shelves, json={"code": code}).status_code == 201
    assert [row["code"] for row in filled.get(shelves).get_json()] == ["S1", "S2"]
    assert filled.delete(f"//warehouse/{filled.tenant}/depots/D1").status_code == 204
    assert filled.delete(f"//warehouse/{filled.tenant}/depots/D1").status_code == 404
    assert filled.get(shelves).status_code == 404
    depots(filled, method="POST", json={"id": "D1", "name": "again"})
    assert filled.get(shelves).get_json() == []


def test_rows_below_a_missing_row_cannot_be_created(client: Client) -> None:
    assert client.post(f"//warehouse/{client.tenant}/depots/none/shelves", json={}).status_code == 404


def test_a_collection_below_a_row_can_be_emptied(filled: Client) -> None:
    for depot in ("D1", "D2"):
        filled.post(f"//warehouse/{filled.tenant}/depots/{depot}/shelves", json={"code": "S"})
    assert filled.delete(f"//warehouse/{filled.tenant}/depots/D1/shelves").status_code == 204
    assert filled.get(f"//warehouse/{filled.tenant}/depots/D1/shelves").get_json() == []
    assert len(filled.get(f"//warehouse/{filled.tenant}/depots/D2/shelves").get_json()) == 1


def test_g4_generated_ids_are_uuids_where_the_examples_have_them(filled: Client) -> None:
    shelf = filled.post(f"//warehouse/{filled.tenant}/depots/D1/shelves", json={"width": 1}).get_json()
    assert [len(part) for part in shelf["code"].split("-")] == [8, 4, 4, 4, 12]
    assert shelf["createdAt"] == depots(filled, "/D1").get_json()["metadata"]["createdAt"]
    assert not {"metadata", "depotId"} & shelf.keys()


def test_a_key_of_two_parts_comes_from_the_path(client: Client) -> None:
    path = f"//warehouse/{client.tenant}/levels/P%2F1/D1"
    assert client.get(path).status_code == 404
    created = client.post(path, json={"quantity": 3})
    assert (created.status_code, created.data) == (201, b"")
    row = client.get(path).get_json()
    assert {"product": "P/1", "depot": "D1", "quantity": 3}.items() <= row.items()
    taken = client.post(path, json={"quantity": 4})
    assert (taken.status_code, taken.get_json()["type"]) == (400, "bad_payload_syntax")  # no 409 is declared
    assert client.delete(path).status_code == 204


def codes(reply: Any) -> list[int]:
    assert reply.status_code == 207
    assert [entry["index"] for entry in reply.get_json()] == list(range(len(reply.get_json())))
    return [entry["code"] for entry in reply.get_json()]


def test_bulks_write_each_element_on_its_own(client: Client) -> None:
    assert codes(depots(client, "/bulk", "POST", json=[HAMBURG, HAMBURG, 7, MUNICH])) == [201, 409, 400, 201]
    assert codes(depots(client, "/bulk", "PUT", json=[{**HAMBURG, "city": "X"}, {"id": "D5"}, {}])) == [204, 201, 400]
    assert codes(depots(client, "/bulk", "PATCH", json=[{"id": "D1", "open": False}, {"id": "D7"}])) == [204, 404]
    assert depots(client, "/D1").get_json()["city"] == "X"
    assert codes(depots(client, "/bulk", "DELETE", json=["D1", {"id": "D2"}, "D9"])) == [204, 204, 404]
    assert [row["id"] for row in depots(client).get_json()] == ["D5"]


REFUSALS: dict[str, tuple[str, str, Any, int, Any]] = {
    "an unknown id": ("GET", "/D9", None, 404, {"code": "404", "status": "Not Found", "depotId": "D9"}),
    "a taken id": ("POST", "", HAMBURG, 409, {"code": 409, "status": "Conflict"}),
    "an id that is not a text": ("POST", "", {"id": []}, 400, {"status": 400, "type": "bad_payload_syntax"}),
    "a list instead of an object": ("PUT", "/D1", [], 400, {"status": 400}),
    "no body": ("POST", "", None, 400, {"status": 400}),
    "a page of nothing": ("GET", "?pageSize=0", None, 400, {"code": 400}),  # no 400 is declared
}


@pytest.mark.parametrize("name", REFUSALS)
def test_g6_errors_have_the_declared_shape(filled: Client, name: str) -> None:
    method, path, body, status, shape = REFUSALS[name]
    reply = depots(filled, path, method, **({} if body is None else {"json": body}))
    assert reply.status_code == status
    assert shape.items() <= reply.get_json().items()
    assert not {"timestamp"} & reply.get_json().keys()


def test_details_are_lists_of_objects_where_the_example_has_them(client: Client) -> None:
    details = depots(client, method="POST", json={"id": {}}).get_json()["details"]
    assert details == [{"field": "/id", "message": "/id: An id must be a text."}]


def test_scopes_are_those_of_the_file(client: Client) -> None:
    assert depots(client.with_token(None)).status_code == 401
    assert depots(client.with_token("customer-token")).status_code == 403
    assert depots(client).status_code == 200


def test_g2_a_request_that_breaks_the_schema_is_a_finding(filled: Client) -> None:
    reply = depots(filled, method="POST", json={"name": 5, "capacity": "many"})
    assert (reply.status_code, reply.headers["X-Mock-Findings"]) == (201, "1")
    assert depots(filled, "?open=perhaps").headers["X-Mock-Findings"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "body"), [("POST", "", {"name": 5}), ("GET", "?open=perhaps", None)], ids=["body", "query"]
)
def test_a_strict_contract_refuses_it(method: str, path: str, body: Any) -> None:
    client = Client(build(Settings(service=(str(WAREHOUSE),), contract="strict")).flask, "acme")
    reply = depots(client, path, method, json=body) if body else depots(client, path, method)
    assert reply.status_code == 400


def test_g9_a_path_without_a_tenant_takes_that_of_the_token(client: Client) -> None:
    badge = client.post("//badge/badges", json={"name": "New", "isNew": True}).get_json()
    assert client.get(f"//badge/badges/{badge['id']}").get_json() == badge
    assert "metadata" not in badge
    grant = {"client_id": "admin", "client_secret": "secret", "grant_type": "client_credentials"}
    token = client.with_token(None).post("//oauth/token", data={**grant, "scope": f"tenant={client.tenant}"}).get_json()
    other = client.with_token(token["access_token"])
    assert other.get("//badge/badges").get_json() == []
    assert other.post("//badge/badges", json={"name": "Mine"}).status_code == 201
    assert [row["name"] for row in client.get("//badge/badges").get_json()] == ["New"]


def test_errors_can_be_lists(client: Client) -> None:
    assert client.post("//badge/badges").get_json() == [
        {"message": "Validation problem with request body. (A body is required.)"}
    ]


def test_g10_what_no_operation_can_add_starts_with_the_published_rows(client: Client) -> None:
    rows = client.get(f"//warehouse/{client.tenant}/districts").get_json()
    assert [row["code"] for row in rows] == ["north", "south"]
    assert client.get(f"//warehouse/{client.tenant}/districts/south").get_json()["name"] == "South"


EXAMPLES: dict[str, tuple[str, str, Any, int, str]] = {
    "JSON": ("POST", "/count", {"depots": []}, 200, '{"total":42}'),
    "a body that breaks its schema": ("POST", "/count", {}, 200, '{"total":42}'),
    "a list of rows": ("GET", "/levels/depot/D1", None, 200, '[{"product":"P1","depot":"D1","quantity":7}]'),
    "another media type": ("GET", "/report", None, 200, "<report/>"),
    "nothing": ("POST", "/photos", None, 202, ""),
    "entries of a bulk": ("POST", "/moves", [{}, {}], 207, '[{"index":0,"code":201},{"index":1,"code":201}]'),
    "no entries": ("POST", "/moves", [], 207, "[]"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_g7_other_operations_answer_with_their_example_and_say_so(client: Client, published: App, name: str) -> None:
    method, path, body, status, text = EXAMPLES[name]
    content = {} if body is None else {"json": body}
    languages = {"Accept-Language": "en"}
    reply = client.send(method, f"//warehouse/{client.tenant}{path}?fields=total", headers=languages, **content)
    assert (reply.status_code, reply.text) == (status, text)
    assert reply.headers["X-Mock-Not-Simulated"] == "example"
    assert "X-Mock-Not-Simulated" not in depots(client).headers


def test_an_upload_can_be_sent(client: Client) -> None:
    path = f"//warehouse/{client.tenant}/photos"
    assert client.post(path, data={"file": (BytesIO(b"x"), "x.png")}).status_code == 202
