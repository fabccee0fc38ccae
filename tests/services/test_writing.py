"""Item assignments over HTTP: rules D1 to D9, D12, D16 and the bulk rules E1 to E7."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.app import build
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.clock import ManualClock
from tests.support.samples import GOLDEN, HAMMER, ITEM, ITEM_BULK, NEW_ITEM, PLATINUM, SCREWDRIVER, TOOL_FANS

DOCS_ATTRIBUTES = (
    "https://res.cloudinary.com/saas-ag/raw/upload/emporix-docs/69537caeb3fd5d378296ae42_segmentAttributes.json"
)
PROBLEM = "Validation problem with request body."


def mixin(data: Any, url: str = DOCS_ATTRIBUTES, name: str = "segmentAttributes") -> dict[str, Any]:
    return {"mixins": {name: data}, "metadata": {"mixins": {name: url}}}


def test_d1_versions_count_and_times_follow_the_clock(clock: ManualClock) -> None:
    client = Client(build(Settings(), clock).flask, "acme")
    assert client.put(NEW_ITEM, json={"metadata": {"createdAt": "never", "modifiedAt": 5}}).status_code == 201
    noon = "2026-01-01T12:00:00.000Z"
    assert client.get(NEW_ITEM).get_json()["metadata"] == {"createdAt": noon, "modifiedAt": noon, "version": 1}
    clock.advance(hours=1)
    assert client.put(NEW_ITEM, json={}).status_code == 204
    later = {"createdAt": noon, "modifiedAt": "2026-01-01T13:00:00.000Z", "version": 2}
    assert client.get(NEW_ITEM).get_json()["metadata"] == later


def test_d2_a_put_replaces_the_whole_document(client: Client) -> None:
    client.put(ITEM, json=mixin({"membershipStatus": "PREMIUM"}))
    client.put(ITEM, json={})
    stored = client.get(ITEM).get_json()
    assert "mixins" not in stored
    assert "mixins" not in stored["metadata"]
    assert stored["metadata"]["version"] == 3


@pytest.mark.parametrize("version", [0, 2, -1, 10**18])
def test_d3_another_version_is_a_conflict_and_changes_nothing(client: Client, version: int) -> None:
    before = client.list_all_items()
    reply = client.put(ITEM, json={"metadata": {"version": version}})
    assert (reply.status_code, reply.get_json()) == (
        409,
        {"code": 409, "status": "Conflict", "message": "The resource you are attempting to access has changed."},
    )
    assert client.list_all_items() == before


def test_d3_the_same_version_works_once(client: Client) -> None:
    write = {"metadata": {"version": 1}}
    assert [client.put(ITEM, json=write).status_code for _ in range(2)] == [204, 409]


def test_d3_a_version_is_ignored_where_nothing_is_stored(client: Client) -> None:
    assert client.put(NEW_ITEM, json={"metadata": {"version": 5}}).status_code == 201
    assert client.get(NEW_ITEM).get_json()["metadata"]["version"] == 1


@pytest.mark.parametrize("kind", ["product", "Product", "BRAND", "PRODUCT%20", "PRODUCT%0A"])
def test_d5_a_type_is_product_or_category(client: Client, kind: str) -> None:
    for method, path in (("GET", "/x"), ("PUT", "/x"), ("DELETE", "/x"), ("PUT", "/bulk"), ("DELETE", "/bulk")):
        reply = client.send(method, f"/{GOLDEN}/items/{kind}{path}", json=[])
        assert reply.status_code == 400
        assert reply.get_json()["details"]["field"] == "type"


def test_d6_a_segment_must_exist(client: Client) -> None:
    reply = client.put(f"/nowhere/items/PRODUCT/{HAMMER}", json={})
    assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, "segmentId")


def test_d7_an_item_must_be_in_the_catalogue_of_its_type(client: Client) -> None:
    assert client.put(f"/{GOLDEN}/items/PRODUCT/nowhere", json={}).status_code == 400
    assert client.put(f"/{GOLDEN}/items/CATEGORY/{SCREWDRIVER}", json={}).status_code == 400


def test_d7_switched_any_id_is_accepted_and_named(simulator: Callable[..., Client]) -> None:
    client = simulator(references="lenient")
    assert client.put(f"/{GOLDEN}/items/PRODUCT/n%2F1%20ü", json={}).status_code == 201
    row = client.get(f"/{GOLDEN}/items/PRODUCT/n%2F1%20%C3%BC").get_json()
    assert row["item"] == {"id": "n/1 ü", "code": "P-n/1 ü", "name": {"en": "Product n/1 ü"}}
    assert client.get("/items", query_string={"q": "item.code:~^P-n"}).get_json() == [row]


@pytest.mark.parametrize("request_", [{}, {"json": {}}, {"data": b""}])
def test_d8_a_put_without_body_is_an_upsert(client: Client, request_: dict[str, Any]) -> None:
    assert client.put(NEW_ITEM, **request_).status_code == 201
    assert client.put(NEW_ITEM, **request_).status_code == 204


def test_d9_removing_a_missing_assignment_succeeds(client: Client) -> None:
    assert client.delete(f"/{GOLDEN}/items/PRODUCT/nowhere").status_code == 204
    assert client.delete("/nowhere/items/PRODUCT/nowhere").status_code == 204


def test_d9_switched_a_missing_assignment_is_not_found(simulator: Callable[..., Client]) -> None:
    client = simulator(delete_missing="404")
    assert [client.delete(ITEM).status_code for _ in range(2)] == [204, 404]
    entries = client.delete(ITEM_BULK, json=[SCREWDRIVER, "nowhere"]).get_json()
    assert [entry["code"] for entry in entries] == [204, 404]
    assert entries[1]["status"] == "Not Found"


def test_d12_data_is_validated_against_the_schema_of_its_url(client: Client) -> None:
    before = client.list_all_items()
    reply = client.put(ITEM, json=mixin({"membershipStatus": "NONE"}))
    assert reply.status_code == 400
    assert reply.get_json()["details"]["field"] == "/mixins/segmentAttributes/membershipStatus"
    assert client.list_all_items() == before
    assert client.put(ITEM, json=mixin({"membershipStatus": "PREMIUM"})).status_code == 204


def test_d12_data_is_validated_by_type_after_equal_data(client: Client) -> None:
    """In Python `True == 1`: a result cached by equal data would let 1 pass for a boolean."""
    schema = {"type": "object", "properties": {"a": {"type": "boolean"}}}
    url = "https://example.com/boolean.json"
    state = f"//__admin/state/mixinSchemas?tenant={client.tenant}"
    assert client.with_token(None).put(state, json=[{"url": url, "schema": schema}]).status_code == 200
    boolean, numbers = mixin({"a": True}, url), [mixin({"a": value}, url) for value in (1, 1.0)]
    assert client.put(ITEM, json=boolean).status_code == 204
    for number in numbers:
        reply = client.put(ITEM, json=number)
        assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, "/mixins/segmentAttributes/a")
    elements = [{"id": HAMMER} | document for document in (boolean, *numbers, boolean, numbers[0])]
    entries = client.put(ITEM_BULK, json=elements).get_json()
    assert [entry["code"] for entry in entries] == [204, 400, 400, 204, 400]
    assert client.get(ITEM).get_json()["mixins"] == {"segmentAttributes": {"a": True}}


def test_d12_an_unknown_url_is_accepted(client: Client) -> None:
    for url in ("https://example.com/nothing.json", "", 5, None, ["x"]):
        assert client.put(ITEM, json=mixin({"anything": [1]}, url)).status_code == 204  # type: ignore[arg-type]
    assert client.put(ITEM, json={"mixins": {"loose": 1}}).status_code == 204


def test_d12_switched_an_unknown_url_is_refused(simulator: Callable[..., Client]) -> None:
    client = simulator(unknown_mixin="reject")
    reply = client.put(ITEM, json=mixin({}, "https://example.com/nothing.json"))
    assert reply.status_code == 400
    assert reply.get_json()["details"]["field"] == "/metadata/mixins/segmentAttributes"
    assert client.put(ITEM, json=mixin({"membershipStatus": "PREMIUM"})).status_code == 204


def test_d16_static_words_win_for_their_own_methods_only(client: Client) -> None:
    assert client.get(f"/{GOLDEN}/items/PRODUCT/bulk").status_code == 404
    assert client.put(ITEM_BULK, json=[]).status_code == 207
    assert client.get(f"/{GOLDEN}/items/search").status_code == 405
    assert client.get("/category-trees/items").get_json() == []


def test_e1_a_bad_element_fails_alone(client: Client) -> None:
    elements: list[Any] = [
        {"id": HAMMER},
        {"id": "nowhere"},
        {},
        "text",
        None,
        {"id": 5},
        {"id": ""},
        {"id": SCREWDRIVER, "metadata": {"version": "1"}},
        {"id": SCREWDRIVER, "metadata": {"version": 9}},
        {"id": SCREWDRIVER, **mixin({"membershipStatus": "NONE"})},
        {"id": SCREWDRIVER},
    ]
    entries = client.put(ITEM_BULK, json=elements).get_json()
    assert [entry["code"] for entry in entries] == [204, *[400] * 7, 409, 400, 204]
    assert [entry["index"] for entry in entries] == list(range(11))
    assert entries[1] == {"index": 1, "code": 400, "status": "Bad Request", "message": PROBLEM}
    assert entries[8]["status"] == "Conflict"
    versions = [
        client.get(f"/{GOLDEN}/items/PRODUCT/{id_}").get_json()["metadata"]["version"] for id_ in (HAMMER, SCREWDRIVER)
    ]
    assert versions == [2, 2]


def test_e2_created_and_replaced_have_their_texts(client: Client) -> None:
    entries = client.put(f"/{TOOL_FANS}/items/PRODUCT/bulk", json=[{"id": HAMMER}, {"id": HAMMER}]).get_json()
    assert entries == [{"index": 0, "code": 201, "status": "Created"}, {"index": 1, "code": 204, "status": "OK"}]


def test_e3_switched_the_index_counts_from_1(simulator: Callable[..., Client]) -> None:
    client = simulator(bulk_index_base="1")
    assert [entry["index"] for entry in client.put(ITEM_BULK, json=[{"id": HAMMER}, {}]).get_json()] == [1, 2]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_e4_200_elements_are_processed_and_201_are_not(client: Client, method: str) -> None:
    element: Any = {"id": HAMMER} if method == "PUT" else HAMMER
    assert len(client.send(method, ITEM_BULK, json=[element] * 200).get_json()) == 200
    before = client.list_all_items()
    reply = client.send(method, ITEM_BULK, json=[element] * 201)
    assert reply.status_code == 400
    assert reply.get_json()["message"] == "There is a validation error. Please check the details."
    assert reply.get_json()["details"]["message"] == "Maximum size of the payload array is 200."
    assert client.list_all_items() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_e4_an_empty_array_has_no_entries(client: Client, method: str) -> None:
    reply = client.send(method, ITEM_BULK, json=[])
    assert (reply.status_code, reply.get_json()) == (207, [])


def test_e5_a_repeated_id_meets_its_first_result(client: Client) -> None:
    repeated = [{"id": HAMMER, "metadata": {"version": 1}}] * 2
    assert [entry["code"] for entry in client.put(ITEM_BULK, json=repeated).get_json()] == [204, 409]


@pytest.mark.parametrize("body", [None, {}, "text", 5, {"id": "x"}, [[]], [{"id": HAMMER}], [None]])
def test_e6_removals_take_an_array_of_ids(client: Client, body: Any) -> None:
    before = client.list_all_items()
    reply = client.delete(ITEM_BULK, json=body) if body is not None else client.delete(ITEM_BULK)
    if isinstance(body, list):
        assert [entry["code"] for entry in reply.get_json()] == [400]
    else:
        assert reply.status_code == 400
    assert client.list_all_items() == before


def test_a_bulk_to_a_missing_segment_fails_element_by_element(client: Client) -> None:
    reply = client.put("/nowhere/items/PRODUCT/bulk", json=[{"id": HAMMER}])
    assert (reply.status_code, reply.get_json()[0]["code"]) == (207, 400)


def test_writes_show_at_once_to_those_they_concern(client: Client) -> None:
    client.put(f"/{GOLDEN}/items/CATEGORY/12468506", json={})
    (root,) = client.with_token("customer2-token").get("/items/category-trees").get_json()
    assert root["subcategories"][0]["subcategories"][0]["isSegmentAssigned"] is True
    client.delete(f"/{GOLDEN}/items/CATEGORY/12468506")
    assert client.with_token("customer2-token").get("/items/category-trees").get_json() == []


def test_writes_to_an_inactive_segment_work(client: Client) -> None:
    assert client.put(f"/{PLATINUM}/items/PRODUCT/{HAMMER}", json={}).status_code == 201
