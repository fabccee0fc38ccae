"""The world of examples/storefront sells its product to the visitors of a storefront with a client id of its own."""

from __future__ import annotations

from mockserver.app import build
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.paths import ROOT
from tests.support.shop import Shopper, item_of

SAMPLE = "0f1e2d3c-4b5a"


def test_a_visitor_buys_in_francs() -> None:
    world = ROOT / "examples" / "storefront" / "swiss-shop.yaml"
    client = Client(build(Settings(fixture=str(world), tenant="shop", any_client=True)).flask, "shop")
    where = {"siteCode": "main", "currency": "CHF", "targetLocation": "CH"}
    query = {"tenant": "shop", "client_id": "their-own", **where}
    login = client.with_token(None).get("//customerlogin/auth/anonymous/login", query_string=query)
    visitor = Shopper(client.with_token(login.get_json()["access_token"]))
    body = {"items": [{"itemId": {"itemType": "PRODUCT", "id": SAMPLE}, "quantity": {"quantity": 2}}]}
    (price,) = visitor.client.post("//price/shop/match-prices-by-context", json=body).get_json()
    assert (price["totalValue"], price["currency"]) == (25.8, "CHF")
    cart_id = visitor.create(currency="CHF")
    item = item_of(SAMPLE, 2, "CHF")
    visitor.call("POST", f"/{cart_id}/items", {**item, "price": {**item["price"], "priceId": price["priceId"]}})
    assert visitor.read(cart_id)["totalPrice"] == {"amount": 25.8, "currency": "CHF"}
