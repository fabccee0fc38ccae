"""Shopping lists over HTTP: whose they are, and how they change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client
from tests.support.samples import HAMMER, JACK, JOHN, SCREWDRIVER

ITEM = {"productId": HAMMER, "quantity": 2.5}


@pytest.fixture
def lists(client: Client) -> str:
    """The path of the lists in the tenant of the test."""
    return f"//shoppinglist/{client.tenant}/shopping-lists"


def names_of(row: dict[str, Any]) -> set[str]:
    return row.keys() - {"customerId"}


def test_r6_customers_read_their_own_lists_and_employees_all(client: Client, lists: str) -> None:
    john = client.with_token("customer-token")
    assert [(row["customerId"], names_of(row)) for row in john.get(lists).get_json()] == [(JOHN, {"default", "weekly"})]
    assert [names_of(row) for row in john.get(f"{lists}?name=weekly").get_json()] == [{"weekly"}]
    assert john.get(f"{lists}?name=nothing").get_json() == []
    assert [row["customerId"] for row in client.get(f"{lists}?name=weekly").get_json()] == [JACK, JOHN]
    assert names_of(client.get(f"{lists}/{JOHN}?name=weekly").get_json()) == {"weekly"}
    assert john.get(f"{lists}/{JOHN}").status_code == 200
    assert john.get(f"{lists}/{JACK}").status_code == 403
    missing = client.get(f"{lists}/nobody")
    assert (missing.status_code, missing.get_json()["type"]) == (404, "element_resource_non_existing")


def test_r7_a_customer_has_one_list_of_each_name(client: Client, lists: str) -> None:
    john = client.with_token("customer-token")
    body = {"name": "holidays", "items": [ITEM, {**ITEM, "id": 7}], "customerId": JACK}
    assert (john.post(lists, json=body).status_code, john.post(lists, json=body).status_code) == (201, 409)
    items = john.get(f"{lists}/{JOHN}").get_json()["holidays"]["items"]
    assert items == [{"id": 1, **ITEM}, {**ITEM, "id": 7}]
    assert client.post(lists, json=body).get_json() == {"id": JACK}
    refused = client.post(lists, json={"name": "holidays"})
    assert (refused.status_code, refused.get_json()["details"][0]["field"]) == (400, "/customerId")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "new", "customerId": "nobody"}, "/customerId"),
        ({"name": "new", "customerId": JOHN, "items": [{"productId": "nothing", "quantity": 1}]}, "/items/productId"),
        ({"name": "metadata", "customerId": JOHN}, "/name"),
        ({"name": "new", "customerId": JOHN, "items": [{"productId": HAMMER, "quantity": -1}]}, "/items/0/quantity"),
    ],
)
def test_r7_a_wrong_list_is_refused(client: Client, lists: str, body: dict[str, Any], field: str) -> None:
    refused = client.post(lists, json=body)
    assert (refused.status_code, refused.get_json()["details"][0]["field"]) == (400, field)
    assert len(client.get(f"{lists}/{JOHN}").get_json()) == 3


def test_r7_a_list_is_replaced_if_its_version_is_the_stored_one(client: Client, lists: str) -> None:
    john, path = client.with_token("customer-token"), f"{lists}/{JOHN}"
    body = {"name": "weekly", "items": [{**ITEM, "quantity": 0}, {**ITEM, "productId": SCREWDRIVER}]}
    assert john.put(path, json=body | {"metadata": {"version": 7}}).status_code == 409
    assert john.put(path, json=body | {"metadata": {"version": 1}}).status_code == 204
    shown = john.get(path).get_json()["weekly"]
    assert [item["productId"] for item in shown["items"]] == [SCREWDRIVER]
    assert shown["metadata"]["version"] == 2
    assert john.put(path, json=body | {"name": "nothing"}).status_code == 404
    assert client.with_token("customer2-token").put(path, json=body).status_code == 403
    assert client.put(path, json=body).status_code == 204


def test_r8_one_list_or_all_are_deleted(client: Client, lists: str) -> None:
    john, path = client.with_token("customer-token"), f"{lists}/{JOHN}"
    assert john.delete(f"{lists}/{JACK}").status_code == 403
    assert [john.delete(f"{path}?name=weekly").status_code for _ in range(2)] == [204, 404]
    assert names_of(john.get(path).get_json()) == {"default"}
    assert [client.delete(path).status_code for _ in range(2)] == [204, 404]


def test_r8_times_are_seconds_and_nanoseconds(client: Client, lists: str) -> None:
    shown = client.get(f"{lists}/{JOHN}").get_json()
    assert shown["weekly"]["metadata"]["createdAt"] == {"epochSecond": 1704096000, "nano": 0}
    assert "metadata" not in shown
