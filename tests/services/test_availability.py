"""The availability of products over HTTP, and the stock that is taken: rules V1 to V4."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.stock import take_stock
from mockserver.store.state import State
from mockserver.store.world import World
from tests.support.client import Client
from tests.support.samples import DEFAULT

HAMMER, SCREWDRIVER = "12468504", "12849186"
SHOP: dict[str, Any] = {
    "sites": [{"code": "main"}, {"code": "export"}],
    "products": [{"id": "hammer"}, {"id": "saw"}, {"id": "q"}],
    "availabilities": [
        {"productId": "hammer", "stockLevel": 3},
        {"productId": "hammer", "site": "export", "available": False},
        {"productId": "saw", "stockLevel": 0},
    ],
}


def seed(client: Client, **sections: Any) -> None:
    reply = client.post("//__admin/seed", json={"tenant": client.tenant, "inline": {**SHOP, **sections}})
    assert reply.status_code == 200, reply.text


def send(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    reply = client.send(method, f"//availability/{client.tenant}/availability/{path}", json=body)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def search(client: Client, body: Any, query: str = "") -> list[str]:
    return [row["id"] for row in send(client, "POST", f"search{query}", body)]


def test_v1_rows_of_a_world_have_defaults(client: Client) -> None:
    seed(client)
    row = send(client, "GET", "hammer/main")
    assert row.pop("metadata").keys() == {"createdAt", "modifiedAt"}
    assert row == {"id": "main:hammer", "productId": "hammer", "site": "main", "stockLevel": 3, "available": True}
    assert [row["available"] for row in send(client, "GET", "site/main")] == [True, False]
    assert send(client, "GET", "hammer/export")["available"] is False


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"productId": "axe"}, "'axe' is not among the products"),
        ({"productId": "saw", "site": "moon"}, "'moon' is not among the sites"),
        ({"productId": "saw", "id": "saw"}, "the id is 'main:saw'"),
        ({"productId": "saw", "stockLevel": "many"}, "stockLevel"),
        ({"site": "main"}, "productId"),
    ],
)
def test_v1_a_wrong_row_of_a_world_is_refused(client: Client, row: dict[str, Any], reason: str) -> None:
    world = {**SHOP, "availabilities": [row]}
    reply = client.post("//__admin/seed", json={"tenant": client.tenant, "inline": world})
    assert reply.status_code == 400
    assert reason in reply.text


def test_v2_a_missing_availability_is_a_404_and_any_token_may_read(client: Client) -> None:
    error = send(client.with_token("customer-token"), "GET", f"{HAMMER}/nowhere", status=404)
    assert error["code"] == 404
    assert send(client.with_token("no-scope-token"), "GET", f"{HAMMER}/main")["stockLevel"] == 50
    assert send(client, "GET", "site/nowhere") == []


def test_v3_products_are_found_in_the_order_of_the_request(client: Client) -> None:
    seed(client)
    assert search(client, ["saw", "axe", "hammer", "saw"], "?site=main") == ["main:saw", "main:hammer"]
    assert search(client, ["hammer"]) == ["export:hammer", "main:hammer"]
    assert search(client, []) == []
    assert search(client, ["q"]) == []
    reply = client.post(f"//availability/{client.tenant}/availability/search?pageSize=1", json=["hammer", "saw"])
    assert (len(reply.get_json()), reply.headers["X-Total-Count"]) == (1, "3")


def test_v3_a_query_finds_availabilities(client: Client) -> None:
    seed(client)
    assert search(client, {"q": "available:true"}) == ["main:hammer"]
    assert search(client, {"q": "site:main stockLevel:0"}) == ["main:saw"]
    error = send(client, "POST", "search?site=main", {"q": "available:true"}, 400)
    assert "write site:CODE into the query" in error["_embedded"]["errors"][0]["message"]


@pytest.mark.parametrize("body", [{}, {"q": 5}, {"q": "x"}, "main", [5], None])
def test_v3_a_wrong_search_is_a_400(client: Client, body: Any) -> None:
    assert send(client, "POST", "search", body, 400)["_embedded"]["errors"]


def test_an_availability_is_created_replaced_and_deleted(client: Client) -> None:
    seed(client)
    assert send(client, "POST", "q/main", {"stockLevel": 0, "popularity": 4}, 201) == {"id": "main:q"}
    first = send(client, "GET", "q/main")
    assert (first["available"], first["popularity"]) == (False, 4)
    send(client, "POST", "q/main", {}, 409)
    send(client, "PUT", "q/main", {"stockLevel": 7}, 204)
    second = send(client, "GET", "q/main")
    assert (second["available"], second["stockLevel"], "popularity" in second) == (True, 7, False)
    assert send(client, "PUT", "q/export", {"available": True}, 201) == {"id": "export:q"}
    send(client, "DELETE", "q/main", status=204)
    send(client, "GET", "q/main", status=404)


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("place", "body", "reason"),
    [
        ("axe/main", {}, "/productId"),
        ("saw/moon", {}, "/site"),
        ("saw/export", {"stockLevel": "many"}, "/stockLevel"),
        ("saw/export", {"distributionChannel": "ROCKET"}, "/distributionChannel"),
    ],
)
def test_v4_a_wrong_write_says_why_and_changes_nothing(
    client: Client, method: str, place: str, body: Any, reason: str
) -> None:
    seed(client)
    before = send(client, "GET", "site/export")
    error = send(client, method, place, body, 400)
    assert error["_embedded"]["errors"][0]["message"].startswith(reason)
    assert send(client, "GET", "site/export") == before


def test_v4_a_bulk_has_an_entry_for_each_element(client: Client) -> None:
    seed(client)
    elements = [{"productId": "hammer", "site": "main"}, {"productId": "saw", "site": "export"}, {"productId": "saw"}]
    elements.append({"productId": "axe", "site": "main"})
    for method, codes in (
        ("POST", [409, 201, 400, 400]),
        ("PUT", [204, 204, 400, 400]),
        ("DELETE", [204, 204, 400, 204]),
    ):
        entries = send(client, method, "bulk", elements, 207)
        assert [(entry["index"], entry["code"]) for entry in entries] == list(enumerate(codes))
        assert [entry.get("id") for entry in entries] == ["main:hammer", "export:saw", None, "main:axe"]
    assert [row["id"] for row in send(client, "GET", "site/main")] == ["main:saw"]


def test_v4_switched_a_bulk_cannot_delete_what_is_missing(simulator: Callable[..., Client]) -> None:
    client = simulator(delete_missing="404")
    seed(client)
    entries = send(client, "DELETE", "bulk", [{"productId": "q", "site": "main"}], 207)
    assert [entry["code"] for entry in entries] == [404]


def test_the_default_world_has_stock_of_each_product_on_both_sites(client: Client) -> None:
    ids = sorted(row["id"] for row in DEFAULT["products"])
    for site in ("main", "export"):
        rows = send(client, "GET", f"site/{site}")
        assert sorted(row["productId"] for row in rows) == ids
        assert all(row["available"] and row["stockLevel"] > 0 for row in rows)


def stock(state: State) -> Any:
    return state.collection("availabilities")["main:hammer"]


@given(st.lists(st.integers(1, 5), max_size=6))
def test_v2_stock_is_never_sold_twice(quantities: list[int]) -> None:
    row = {"id": "main:hammer", "productId": "hammer", "site": "main", "available": True, "stockLevel": 7}
    state, sold = State().with_document("availabilities", "main:hammer", row), 0
    for quantity in quantities:
        taken = take_stock(state, "hammer", "main", Decimal(quantity))
        assert (taken is not None) == (quantity <= 7 - sold)
        if taken is not None:
            state, sold = taken, sold + quantity
        assert (stock(state)["stockLevel"], stock(state)["available"]) == (7 - sold, sold < 7)


@pytest.mark.parametrize(
    ("row", "is_sold"),
    [
        (None, True),
        ({"available": True}, True),
        ({"available": False}, False),
        ({"available": False, "stockLevel": 9}, False),
    ],
)
def test_v2_an_unknown_stock_sets_no_limit(client: Client, world: World, row: Any, is_sold: bool) -> None:
    rows = [] if row is None else [{"productId": "hammer", **row}]
    seed(client, availabilities=rows)
    state = world.tenant(client.tenant).state
    taken = take_stock(state, "hammer", "main", Decimal(5))
    assert taken is (state if is_sold else None)
