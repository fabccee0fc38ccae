"""The availability of bundles: rule V5."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockserver.domain.stock import take_stock
from mockserver.store.world import World
from tests.support.client import Client

SHOP: dict[str, Any] = {
    "sites": [{"code": "main"}, {"code": "export"}],
    "products": [
        {"id": "hammer"},
        {"id": "nails"},
        {"id": "glue"},
        {
            "id": "kit",
            "productType": "BUNDLE",
            "bundledProducts": [{"productId": "hammer", "amount": 1}, {"productId": "nails", "amount": 20}],
        },
    ],
    "availabilities": [
        {"productId": "hammer", "site": "main", "stockLevel": 7},
        {"productId": "nails", "site": "main", "stockLevel": 3},
        {"productId": "hammer", "site": "export"},
        {"productId": "glue", "site": "main"},
    ],
}


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Send a request below /availability of the tenant, check its status, and return the body of the reply."""
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//availability/{client.tenant}/{path}", **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def test_v5_a_bundle_is_as_available_as_its_rarest_product(client: Client) -> None:
    reply = client.post("//__admin/seed", json={"tenant": client.tenant, "inline": SHOP})
    assert reply.status_code == 200, reply.text
    bundle = call(client, "GET", "availability/kit/main")
    assert (bundle["id"], bundle["available"], bundle["stockLevel"]) == ("main:kit", True, 3)
    assert [row["productId"] for row in bundle["bundleAvailabilities"]] == ["hammer", "nails"]
    incomplete = call(client, "GET", "availability/kit/export")
    assert (incomplete["available"], "stockLevel" in incomplete) == (False, False)
    listed = call(client, "GET", "availability/site/main?q=productId:kit")
    assert [(row["id"], "bundleAvailabilities" in row) for row in listed] == [("main:kit", False)]
    found = call(client, "POST", "availability/search", ["kit", "glue"])
    assert [row["id"] for row in found] == ["export:kit", "main:kit", "main:glue"]
    assert [row["id"] for row in call(client, "POST", "availability/search?site=main", ["kit"])] == ["main:kit"]
    assert call(client, "POST", "availability/search", {"q": "productId:kit"}) == []
    call(client, "PUT", "availability/nails/main", {"stockLevel": 0}, 204)
    assert call(client, "GET", "availability/kit/main")["available"] is False
    for method in ("POST", "PUT"):
        call(client, method, "availability/kit/main", {"stockLevel": 1}, 400)
    call(client, "DELETE", "availability/hammer/main", status=204)
    call(client, "DELETE", "availability/nails/main", status=204)
    call(client, "GET", "availability/kit/main", status=404)


@pytest.mark.parametrize(
    ("product_id", "site", "quantity", "left"),
    [
        ("kit", "main", 1, {"main:hammer": 6, "main:nails": 10}),
        ("kit", "main", 2, None),  # 40 nails
        ("kit", "export", 1, None),  # no nails there
        ("glue", "main", 9, {"main:hammer": 7, "main:nails": 30}),
        ("pair", "main", 1, {"main:hammer": 7, "main:nails": 30}),  # of what has no availability
        ("odd", "main", 1, {"main:hammer": 4, "main:nails": 30}),
    ],
)
def test_v5_a_sold_bundle_takes_its_products_from_the_stock(
    client: Client, world: World, product_id: str, site: str, quantity: int, left: dict[str, int] | None
) -> None:
    twice = [{"productId": "hammer", "amount": amount} for amount in (1, 2, -5)]
    bundles = [
        {"id": "pair", "productType": "BUNDLE", "bundledProducts": [{"productId": "tape", "amount": 2}]},
        {"id": "odd", "productType": "BUNDLE", "bundledProducts": twice},
    ]
    rows = [{**row, "stockLevel": 30} if row["productId"] == "nails" else row for row in SHOP["availabilities"]]
    shop = {**SHOP, "products": [*SHOP["products"], {"id": "tape"}, *bundles], "availabilities": rows}
    reply = client.post("//__admin/seed", json={"tenant": client.tenant, "inline": shop})
    assert reply.status_code == 200, reply.text
    state = take_stock(world.tenant(client.tenant).state, product_id, site, Decimal(quantity))
    stored = state and {
        key: row["stockLevel"] for key, row in state.collection("availabilities").items() if key in (left or {})
    }
    assert stored == left
