"""Reading over HTTP: rules C1 to C16. The small languages have their own tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.samples import DEFAULT, GOLDEN, PLATINUM, TOOL_FANS, write_default_world

MANY = len(DEFAULT["itemAssignments"])


def ids(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(row["segmentId"], row["type"], row["item"]["id"]) for row in rows]


def test_c1_a_page_has_60_rows_unless_asked_otherwise(client: Client) -> None:
    assert MANY > 60
    assert len(client.get("/items").get_json()) == 60
    assert len(client.get("/items?pageSize=7").get_json()) == 7


def test_c1_pages_follow_each_other_and_end_empty(client: Client) -> None:
    all_rows = client.get("/items?pageSize=100000").get_json()
    pages = [client.get(f"/items?pageSize=50&pageNumber={number}").get_json() for number in range(1, MANY // 50 + 3)]
    assert [row for page in pages for row in page] == all_rows
    assert pages[-1] == []


@pytest.mark.parametrize("query", ["pageSize=0", "pageSize=-1", "pageSize=ten", "pageNumber=0", "pageNumber=1.5"])
def test_c1_an_invalid_page_is_refused(client: Client, query: str) -> None:
    reply = client.get(f"/items?{query}")
    assert reply.status_code == 400
    assert reply.get_json()["details"]["field"] == query.partition("=")[0]


@pytest.mark.parametrize(("largest", "rows"), [(None, MANY), (5, 5)])
def test_c1_switched_a_page_has_a_largest_size(
    simulator: Callable[..., Client], largest: int | None, rows: int
) -> None:
    assert len(simulator(max_page_size=largest).get("/items?pageSize=100000").get_json()) == rows


def test_c1_switched_a_largest_size_smaller_than_60_holds_without_a_size_too(simulator: Callable[..., Client]) -> None:
    client = simulator(max_page_size=5)
    all_rows = simulator().get("/items").get_json()
    assert client.get("/items").get_json() == all_rows[:5]
    assert client.get("/items?pageNumber=2").get_json() == all_rows[5:10]
    assert len(client.get("").get_json()) == 5


def test_c2_the_count_comes_when_asked_and_counts_after_filtering(client: Client) -> None:
    counted = client.get("/items?q=type:CATEGORY&pageSize=1", headers={"X-Total-Count": "true"})
    categories = [assignment for assignment in DEFAULT["itemAssignments"] if assignment["type"] == "CATEGORY"]
    assert counted.headers["X-Total-Count"] == str(len(categories))
    assert "X-Total-Count" not in client.get("/items").headers
    assert "X-Total-Count" not in client.get("/items", headers={"X-Total-Count": "false"}).headers


def test_c3_rows_are_sorted_and_equal_ones_stay_in_order(client: Client) -> None:
    all_rows = client.get("/items?pageSize=100000").get_json()
    rows = client.get("/items?pageSize=100000&sort=type:DESC,item.code:ASC").get_json()
    assert rows == sorted(
        sorted(all_rows, key=lambda row: row["item"]["code"]), key=lambda row: row["type"], reverse=True
    )
    assert client.get("/items?pageSize=100000&sort=nowhere").get_json() == all_rows


def test_c3_a_bad_direction_is_refused(client: Client) -> None:
    assert client.get("/items?sort=type:UP").status_code == 400


def test_c4_fields_keep_the_ids(client: Client) -> None:
    rows = client.get(f"/{GOLDEN}/items?fields=metadata.version,nowhere").get_json()
    assert rows[0] == {"segmentId": GOLDEN, "item": {"id": "12468504"}, "type": "PRODUCT", "metadata": {"version": 1}}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("item.id:12468504", [("PRODUCT", "12468504")]),
        ('item.name.en:"Screwdriver"', [("PRODUCT", "12849186")]),
        ("item.code:(123,456)", [("PRODUCT", "12468504"), ("PRODUCT", "12849186")]),
        ("item.code:~^4", [("PRODUCT", "12849186")]),
        ("type:PRODUCT metadata.version:>1", []),
        (
            'metadata.createdAt:(>="2024-10-12T12:00:00Z" AND <"2024-10-13")',
            [("PRODUCT", "12468504"), ("PRODUCT", "12849186")],
        ),
        ("mixins:exists", []),
    ],
)
def test_c5_q_filters_gets_and_searches_alike(client: Client, query: str, expected: list[tuple[str, str]]) -> None:
    listed_rows = client.get(f"/{GOLDEN}/items", query_string={"q": query}).get_json()
    assert [(row["type"], row["item"]["id"]) for row in listed_rows] == expected
    assert client.post(f"/{GOLDEN}/items/search", json={"q": query}).get_json() == listed_rows


@pytest.mark.parametrize("query", ["type", "type:", "type:(PRODUCT", "item.code:~(", "compoundLogicalQuery:(a:b)"])
def test_c6_a_bad_q_is_refused_with_a_reason(client: Client, query: str) -> None:
    for reply in (
        client.get(f"/{GOLDEN}/items", query_string={"q": query}),
        client.post(f"/{GOLDEN}/items/search", json={"q": query}),
        client.get("/nowhere/items", query_string={"q": query}),
    ):
        assert reply.status_code == 400
        assert reply.get_json()["message"]


def test_c7_an_expensive_pattern_is_refused(simulator: Callable[..., Client], tmp_path: Path) -> None:
    products = [*DEFAULT["products"], {"id": "p", "code": "a" * 5000 + "!", "name": {"en": "P"}}]
    row = {"segmentId": GOLDEN, "type": "PRODUCT", "itemId": "p", "metadata": DEFAULT["itemAssignments"][0]["metadata"]}
    client = simulator(fixture=write_default_world(tmp_path, products=products, itemAssignments=[row]))
    reply = client.get("/items", query_string={"q": "item.code:~^(a|aa)+$"})
    assert (reply.status_code, reply.get_json()["message"]) == (400, "The regex is too expensive")
    says = "the regexes of a query take too long together"
    assert reply.get_json()["details"] == {"field": "q", "type": "regex", "message": says}
    assert client.get(f"//__admin/explain/{reply.headers['X-Mock-Explain']}").get_json()["rule"]["id"] == "C7"


LANGUAGES = next(product for product in DEFAULT["products"] if len(product["name"]) > 1)


@pytest.fixture
def polyglot(client: Client) -> tuple[Client, str]:
    """Return a client, and the path of an item with a name in several languages."""
    path = f"/{GOLDEN}/items/PRODUCT/{LANGUAGES['id']}"
    assert client.put(path, json={}).status_code == 201
    return client, path


def test_c8_without_a_header_texts_are_whole(polyglot: tuple[Client, str]) -> None:
    client, path = polyglot
    assert client.get(path).get_json()["item"]["name"] == LANGUAGES["name"]
    assert client.get(path, headers={"Accept-Language": "*"}).get_json()["item"]["name"] == LANGUAGES["name"]


def test_c8_a_language_cuts_texts_to_maps_of_one(polyglot: tuple[Client, str]) -> None:
    client, path = polyglot
    for language in LANGUAGES["name"]:
        name = client.get(path, headers={"Accept-Language": f"xx, {language};q=0.5"}).get_json()["item"]["name"]
        assert name == {language: LANGUAGES["name"][language]}


def test_c8_without_a_match_the_default_language_is_used(polyglot: tuple[Client, str]) -> None:
    client, path = polyglot
    name = client.get(path, headers={"Accept-Language": "xx"}).get_json()["item"]["name"]
    assert name == {"en": LANGUAGES["name"]["en"]}


def test_c8_switched_no_header_means_the_default_language(simulator: Callable[..., Client]) -> None:
    client = simulator(accept_language_absent="default")
    path = f"/{GOLDEN}/items/PRODUCT/{LANGUAGES['id']}"
    client.put(path, json={})
    assert client.get(path).get_json()["item"]["name"].keys() == {"en"}
    assert {language for row in client.get("").get_json() for language in row["name"]} == {"en"}
    assert client.get(path, headers={"Accept-Language": "*"}).get_json()["item"]["name"] == LANGUAGES["name"]


def test_c8_a_malformed_header_is_refused(client: Client) -> None:
    assert client.get("/items", headers={"Accept-Language": "en;q=2"}).status_code == 400


def test_c8_trees_are_cut_all_the_way_down(client: Client) -> None:
    reply = client.with_token("customer-token").get("/items/category-trees", headers={"Accept-Language": "en"})
    assert reply.get_json()[0]["subcategories"][0]["subcategories"][0]["name"] == {"en": "Sledgehammers"}


def test_c9_a_missing_segment_has_no_items(client: Client) -> None:
    assert client.get("/nowhere/items").get_json() == []


def test_c9_switched_a_missing_segment_is_not_found(simulator: Callable[..., Client]) -> None:
    client = simulator(missing_parent="404")
    assert client.get("/nowhere/items").status_code == 404
    assert client.with_token("customer-token").get(f"/{PLATINUM}/items").status_code == 404


def test_c10_a_missing_resource_is_named(client: Client) -> None:
    reply = client.get(f"/{GOLDEN}/items/PRODUCT/nowhere")
    assert reply.get_json() == {
        "code": 404,
        "status": "Not Found",
        "message": "The resource with id nowhere has not been found.",
        "resourceId": "nowhere",
    }


def test_c11_undeclared_parameters_and_headers_do_no_harm(client: Client) -> None:
    reply = client.get(f"/{GOLDEN}/items?siteCode=nowhere&hello=1", headers={"session-id": "1", "saas-token": "x"})
    assert len(reply.get_json()) == 2


def test_c13_a_site_filters_items_and_trees(client: Client) -> None:
    site = {segment["id"]: segment["siteCode"] for segment in DEFAULT["segments"]}
    rows = client.get("/items?siteCode=main&pageSize=100000").get_json()
    assert rows
    assert {site[row["segmentId"]] for row in rows} == {"main"}
    assert client.get("/items?siteCode=nowhere").get_json() == []
    customer = client.with_token("customer-token")
    assert customer.get("/items/category-trees?siteCode=nowhere").get_json() == []
    assert customer.get("/items/category-trees?siteCode=main").get_json() != []


def test_only_active_leaves_inactive_segments_out(client: Client) -> None:
    status = {segment["id"]: segment["status"] for segment in DEFAULT["segments"]}
    rows = client.get("/items?onlyActive=true&pageSize=100000").get_json()
    assert {status[row["segmentId"]] for row in rows} == {"ACTIVE"}
    assert client.get("/items?onlyActive=yes").status_code == 400


def test_c14_a_row_whose_item_left_the_catalogue_keeps_its_id(client: Client, shared: Any) -> None:
    shared.world.tenant(client.tenant).change(lambda state: (state.without_document("products", "12468504"), None))
    assert client.get(f"/{GOLDEN}/items/PRODUCT/12468504").get_json()["item"] == {"id": "12468504"}


def test_c15_trees_show_ancestors_and_no_unassigned_descendants(client: Client) -> None:
    assert client.delete(f"/{TOOL_FANS}/items/CATEGORY/12468506").status_code == 204
    (root,) = client.with_token("customer-token").get("/items/category-trees").get_json()
    assert root["isSegmentAssigned"] is False
    (child,) = root["subcategories"]
    assert child["isSegmentAssigned"] is True
    assert "subcategories" not in child


def test_c15_a_category_whose_parent_has_left_the_catalogue_is_a_root(client: Client, shared: Any) -> None:
    shared.world.tenant(client.tenant).change(lambda state: (state.without_document("categories", "12468504"), None))
    roots = client.with_token("customer-token").get("/items/category-trees").get_json()
    assert [root["id"] for root in roots] == ["12468505"]


def test_c15_products_add_no_nodes_and_inactive_segments_do_not_count(client: Client) -> None:
    assert client.with_token("customer2-token").get("/items/category-trees").get_json() == []


def test_c15_position_orders_siblings(simulator: Callable[..., Client], tmp_path: Path) -> None:
    names = {"b": 1, "a": 1, "z": 0}
    more = [
        {"id": id_, "code": id_, "name": {"en": id_}, "parentId": "12468504", "position": position, "published": True}
        for id_, position in names.items()
    ]
    metadata = DEFAULT["itemAssignments"][0]["metadata"]
    items = [{"segmentId": GOLDEN, "type": "CATEGORY", "itemId": id_, "metadata": metadata} for id_ in names]
    world = write_default_world(tmp_path, categories=[*DEFAULT["categories"], *more], itemAssignments=items)
    (root,) = simulator(fixture=world).with_token("customer2-token").get("/items/category-trees").get_json()
    assert [child["id"] for child in root["subcategories"]] == ["z", "a", "b"]


@pytest.mark.parametrize("request_", [{}, {"json": {}}, {"data": ""}, {"json": {"q": ""}}])
def test_c16_a_search_without_q_finds_everything(client: Client, request_: dict[str, Any]) -> None:
    reply = client.post(f"/{GOLDEN}/items/search?pageSize=1", headers={"X-Total-Count": "true"}, **request_)
    assert (len(reply.get_json()), reply.headers["X-Total-Count"]) == (1, "2")


def test_default_order_is_by_segment_type_and_id(client: Client) -> None:
    rows = ids(client.get("/items?pageSize=100000").get_json())
    assert rows == sorted(rows)
