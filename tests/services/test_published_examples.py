"""The example requests of the published page, and the responses that the page shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.client import Client
from tests.support.samples import ATTRIBUTES, GOLDEN, PLATINUM

THEN = "2024-10-12T12:00:00.000Z"
PREMIUM = {
    "mixins": {"segmentAttributes": {"membershipStatus": "PREMIUM"}},
    "metadata": {"mixins": {"segmentAttributes": ATTRIBUTES}},
}


def product(item_id: str, code: str, name: str) -> dict[str, Any]:
    return {
        "segmentId": GOLDEN,
        "item": {"id": item_id, "code": code, "name": {"en": name}},
        "type": "PRODUCT",
        "metadata": {"createdAt": THEN, "modifiedAt": THEN, "version": 1},
    }


HAMMER_ROW = product("12468504", "123", "Hammer")
SCREWDRIVER_ROW = product("12849186", "456", "Screwdriver")


def test_category_trees(client: Client) -> None:
    (root,) = client.with_token("customer-token").get("/items/category-trees").get_json()
    (child,) = root.pop("subcategories")
    (leaf,) = child.pop("subcategories")
    assert root == {
        "id": "12468504",
        "code": "123",
        "name": {"en": "Tools"},
        "position": 0,
        "published": True,
        "isSegmentAssigned": False,
    }
    assert child.pop("localizedDescription").keys() == {"en"}
    assert child == {
        "id": "12468505",
        "parentId": "12468504",
        "code": "234",
        "name": {"en": "Hammer"},
        "validity": {"from": "2024-04-17T08:00:00.000Z", "to": "2026-04-17T08:00:00.000Z"},
        "position": 1,
        "published": True,
        "isSegmentAssigned": True,
    }
    assert leaf == {
        "id": "12468506",
        "parentId": "12468505",
        "code": "345",
        "name": {"en": "Sledgehammers"},
        "position": 2,
        "published": True,
        "isSegmentAssigned": True,
    }


def test_all_items(client: Client) -> None:
    assert client.with_token("customer2-token").get("/items").get_json() == [HAMMER_ROW, SCREWDRIVER_ROW]
    everything = client.get("/items").get_json()
    assert HAMMER_ROW in everything
    assert SCREWDRIVER_ROW in everything


def test_items_of_a_segment(client: Client) -> None:
    for token in ("admin-token", "customer-token"):
        assert client.with_token(token).get(f"/{GOLDEN}/items").get_json() == [HAMMER_ROW, SCREWDRIVER_ROW]


def test_search_of_a_segment(client: Client) -> None:
    reply = client.post(f"/{GOLDEN}/items/search", json={"q": "type:PRODUCT"})
    assert reply.get_json() == [HAMMER_ROW, SCREWDRIVER_ROW]


def test_one_item(client: Client) -> None:
    assert client.get(f"/{GOLDEN}/items/PRODUCT/12468504").get_json() == HAMMER_ROW


def test_upsert_of_one_item(client: Client) -> None:
    reply = client.put(f"/{GOLDEN}/items/PRODUCT/12468504", json=PREMIUM)
    assert (reply.status_code, reply.data) == (204, b"")
    assert client.put("/628cd20c6e8b2432b6346ca7/items/PRODUCT/12468504", json=PREMIUM).status_code == 201
    stored = client.get(f"/{GOLDEN}/items/PRODUCT/12468504").get_json()
    assert stored["mixins"] == PREMIUM["mixins"]
    assert stored["metadata"]["mixins"] == {"segmentAttributes": ATTRIBUTES}
    assert stored["metadata"]["version"] == 2


def test_removal_of_one_item(client: Client) -> None:
    reply = client.delete(f"/{GOLDEN}/items/PRODUCT/12468504")
    assert (reply.status_code, reply.data) == (204, b"")
    assert client.get(f"/{GOLDEN}/items").get_json() == [SCREWDRIVER_ROW]


def test_upsert_in_bulk(simulator: Callable[..., Client]) -> None:
    """The page counts from 1 (E3). Its second entry is a 400: only one of these two ids is a category."""
    reply = simulator(bulk_index_base="1").put(
        f"/{PLATINUM}/items/CATEGORY/bulk",
        json=[{"id": "12468504", **PREMIUM}, {"id": "12849186", "metadata": {"version": 2}}],
    )
    assert reply.status_code == 207
    assert reply.get_json() == [
        {"index": 1, "code": 204, "status": "OK"},
        {"index": 2, "code": 400, "status": "Bad Request", "message": "Validation problem with request body."},
    ]


def test_removal_in_bulk(simulator: Callable[..., Client]) -> None:
    client = simulator(bulk_index_base="1")
    reply = client.delete(f"/{GOLDEN}/items/PRODUCT/bulk", json=["12468504", "12849186"])
    assert reply.status_code == 207
    assert reply.get_json() == [{"index": 1, "code": 204, "status": "OK"}, {"index": 2, "code": 204, "status": "OK"}]
    assert client.get(f"/{GOLDEN}/items").get_json() == []
