"""Price lists, their prices, and what is matched with them: rules P14 and P15."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client

SHOP: dict[str, Any] = {
    "sites": [{"code": "main", "currency": "EUR"}, {"code": "export", "currency": "USD"}],
    "legalEntities": [{"id": "group"}, {"id": "hammer-inc", "parentId": "group"}, {"id": "saw-inc"}],
    "customers": [{"id": "jane", "legalEntities": ["hammer-inc"]}, {"id": "jack"}],
    "groups": [{"id": "buyers"}],
    "groupUsers": [{"groupId": "buyers", "userId": "jane"}],
    "regions": [{"code": "Europe"}],
    "countries": [{"code": "DE", "regions": ["Europe"]}],
    "products": [{"id": "hammer"}, {"id": "saw"}],
    "taxes": [{"locationCode": "DE", "taxClasses": [{"code": "STANDARD", "rate": 19}]}],
    "prices": [{"id": "hammer-price", "itemId": "hammer", "tierValues": [1]}],
    "priceModels": [{"id": "piece"}],
}
ITEM = {"itemType": "PRODUCT", "id": "hammer"}
PRICE: dict[str, Any] = {"itemId": ITEM, "priceModelId": "piece", "tierValues": [{"priceValue": 10}]}
LIST: dict[str, Any] = {"name": {"en": "Gold"}, "siteCode": "main"}
UPDATE: dict[str, Any] = {**PRICE, "id": "first", "metadata": {"version": 1}}
JANE, FOR_COMPANY = {"principal": {"id": "jane"}}, {"principal": {"id": "jane"}, "legalEntityId": "hammer-inc"}


@pytest.fixture(autouse=True)
def shop(client: Client) -> None:
    """Start each test with the shop of this module."""
    reply = client.post("//__admin/seed", json={"tenant": client.tenant, "inline": SHOP})
    assert reply.status_code == 200, reply.text


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Send a request below /price of the tenant, check its status, and return the body of the reply."""
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//price/{client.tenant}/{path}", **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def add_list(client: Client, id_: str, value: float, **fields: Any) -> None:
    """Create a price list in which a hammer has this net value."""
    call(client, "POST", "price-lists", {**LIST, "id": id_, **fields}, 201)
    price = {**PRICE, "id": f"{id_}-hammer", "tierValues": [{"priceValue": value}]}
    call(client, "POST", f"price-lists/{id_}/prices", price, 201)


def match_hammer(client: Client, **context: Any) -> Any:
    """Return the matched price of a hammer."""
    body = {"siteCode": "main", "targetCurrency": "EUR", "targetLocation": {"countryCode": "DE"}, **context}
    items = [{"itemId": ITEM, "quantity": {"quantity": 1}}]
    return call(client, "POST", "match-prices", {**body, "items": items})[0]


def test_p14_a_price_list_is_for_groups_or_for_a_legal_entity(client: Client) -> None:
    both = {**LIST, "customerGroups": ["buyers"], "legalEntityId": "saw-inc"}
    assert "not for both" in call(client, "POST", "price-lists", both, 400)["details"][0]
    call(client, "POST", "price-lists", {**LIST, "siteCode": "nowhere"}, 400)
    call(client, "POST", "price-lists", {**LIST, "name": "Gold"}, 400)
    call(client, "POST", "price-lists", {**LIST, "validity": {"to": "later"}}, 400)
    assert call(client, "GET", "price-lists") == []
    call(client, "PUT", "price-lists/gold", {**LIST, "customerGroups": ["buyers", "buyers"], "unknown": 1}, 201)
    stored = call(client, "GET", "price-lists/gold")
    assert stored == {"id": "gold", **LIST, "customerGroups": ["buyers"], "metadata": stored["metadata"]}
    call(client, "PUT", "price-lists/gold", {**LIST, "metadata": {"version": 2}}, 409)
    call(client, "PUT", "price-lists/gold", {**LIST, "metadata": {"version": 1}}, 204)
    assert "customerGroups" not in call(client, "GET", "price-lists/gold")


FILTERS = {
    "": "gold old",
    "name=Gold": "gold old",
    "name=Go": "",
    "customerGroups=vips,buyers": "gold",
    "country=DE": "gold",
    "region=Europe": "old",
    "currency=EUR": "gold",
    "siteCode=export": "old",
    "effectiveDate=2020-01-01T00:00:00Z": "gold",
}


def test_p14_price_lists_are_filtered(client: Client) -> None:
    add_list(client, "gold", 1, customerGroups=["buyers"], countries=["DE"], currency="EUR")
    add_list(client, "old", 1, siteCode="export", regions=["Europe"], validity={"to": "2019-01-01T00:00:00Z"})
    found = {query: [row["id"] for row in call(client, "GET", f"price-lists?{query}")] for query in FILTERS}
    assert found == {query: ids.split() for query, ids in FILTERS.items()}
    assert [row["id"] for row in call(client, "POST", "price-lists/search", {"q": "siteCode:export"})] == ["old"]


def test_p14_prices_belong_to_one_price_list(client: Client) -> None:
    add_list(client, "gold", 1)
    add_list(client, "silver", 1)
    path = "price-lists/gold/prices"
    refused = call(client, "POST", "price-lists/nothing/prices", PRICE, 400)
    assert refused["details"] == ["priceListId No price list has this id."]
    call(client, "PUT", "price-lists/nothing/prices/first", UPDATE, 404)
    call(client, "POST", path, {**PRICE, "priceModelId": "nothing"}, 400)
    call(client, "POST", path, {**PRICE, "tierValues": [{"priceValue": 1}] * 2}, 400)
    call(client, "PUT", f"{path}/silver-hammer", UPDATE, 409)
    call(client, "GET", f"{path}/silver-hammer", status=404)
    call(client, "PUT", f"{path}/first", UPDATE, 201)
    call(client, "PUT", f"{path}/first", UPDATE, 204)
    call(client, "PUT", f"{path}/first", UPDATE, 409)
    assert call(client, "GET", f"{path}/first")["metadata"]["version"] == 2
    assert [row["id"] for row in call(client, "GET", f"{path}?itemId=hammer")] == ["first", "gold-hammer"]
    assert call(client, "GET", f"{path}?itemId=saw") == []
    assert call(client, "GET", "price-lists/nothing/prices") == []
    assert len(call(client, "POST", f"{path}/search", {"q": "id:first"})) == 1
    call(client, "DELETE", f"{path}/silver-hammer", status=204)
    call(client, "DELETE", f"{path}/first", status=204)
    assert [row["id"] for row in call(client, "GET", path)] == ["gold-hammer"]
    assert len(call(client, "GET", "price-lists/silver/prices")) == 1


def test_p14_bulks_write_many_prices(client: Client) -> None:
    add_list(client, "gold", 1)
    path = "price-lists/gold/prices/bulk"
    assert [entry["status"] for entry in call(client, "POST", path, [{**PRICE, "id": "first"}, {}], 207)] == [
        "Created",
        "Bad Request",
    ]
    lines = [UPDATE, {**UPDATE, "id": "second"}, UPDATE]
    entries = call(client, "PUT", path, lines, 207)
    assert [(entry["index"], entry["status"]) for entry in entries] == [
        (0, "No Content"),
        (1, "Created"),
        (2, "Conflict"),
    ]
    call(client, "DELETE", path, ["first", "first", "nothing"], 204)
    call(client, "DELETE", path, ["x"] * 201, 400)
    assert [row["id"] for row in call(client, "GET", "price-lists/gold/prices")] == ["gold-hammer", "second"]


def test_p14_a_deleted_price_list_takes_its_prices_with_it(client: Client) -> None:
    add_list(client, "gold", 1)
    assert "1 prices have" in call(client, "DELETE", "priceModels/piece", status=400)["details"][0]
    for _ in range(2):
        call(client, "DELETE", "price-lists/gold", status=204)
    assert client.get(f"//__admin/state/priceListPrices?tenant={client.tenant}").get_json() == []
    add_list(client, "gold", 1)
    call(client, "DELETE", "priceModels/piece?forceDelete=true", status=204)
    assert call(client, "GET", "price-lists/gold/prices") == []


# What a list says, what the request says, and whether the price of the list is matched.
APPLICATIONS: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "for everybody": ({}, {}, True),
    "another site": ({"siteCode": "export"}, {}, False),
    "another currency": ({"currency": "CHF"}, {}, False),
    "this country": ({"countries": ["AT", "DE"]}, {}, True),
    "another country": ({"countries": ["AT"]}, {}, False),
    "this region": ({"regions": ["Europe"]}, {}, True),
    "another region": ({"regions": ["Asia"]}, {}, False),
    "not any more": ({"validity": {"to": "2020-01-01T00:00:00Z"}}, {}, False),
    "not yet": ({"validity": {"from": "2999-01-01T00:00:00Z"}}, {}, False),
    "a group of the customer": ({"customerGroups": ["buyers"]}, JANE, True),
    "a group of others": ({"customerGroups": ["buyers"]}, {"principal": {"id": "jack"}}, False),
    "a group of nobody": ({"customerGroups": ["buyers"]}, {}, False),
    "this legal entity": ({"legalEntityId": "hammer-inc"}, FOR_COMPANY, True),
    "the one above it": ({"legalEntityId": "group"}, FOR_COMPANY, True),
    "another legal entity": ({"legalEntityId": "saw-inc"}, FOR_COMPANY, False),
    "without a legal entity": ({"legalEntityId": "hammer-inc"}, JANE, False),
}


@pytest.mark.parametrize(("fields", "context", "applies"), APPLICATIONS.values(), ids=APPLICATIONS)
def test_p15_price_lists_come_before_other_prices(
    client: Client, fields: dict[str, Any], context: dict[str, Any], applies: bool
) -> None:
    add_list(client, "gold", 10, **fields)
    matched = match_hammer(client, **context)
    assert matched["priceId"] == ("gold-hammer" if applies else "hammer-price")
    assert matched.get("priceListId") == ("gold" if applies else None)


def test_p15_values_of_price_lists_are_net(client: Client) -> None:
    add_list(client, "gold", 10)
    matched = match_hammer(client)
    assert (matched["includesTax"], matched["effectiveValue"]) == (False, 10)
    assert matched["tax"]["prices"]["totalValue"] == {"netValue": 10, "grossValue": 11.9, "taxValue": 1.9}
    assert matched["priceModel"]["includesTax"] is True


def test_p15_the_list_with_most_criteria_counts(client: Client) -> None:
    add_list(client, "general", 1)
    add_list(client, "special", 9, countries=["DE"], currency="EUR")
    add_list(client, "above", 2, countries=["DE"], legalEntityId="group")
    assert match_hammer(client, **FOR_COMPANY)["priceListId"] == "special"
    add_list(client, "own", 8, countries=["DE"], currency="EUR", legalEntityId="hammer-inc")
    assert match_hammer(client, **FOR_COMPANY)["priceListId"] == "own"
    add_list(client, "equal", 7, countries=["DE"], currency="EUR", legalEntityId="hammer-inc")
    assert match_hammer(client, **FOR_COMPANY)["priceListId"] == "equal"


def test_p15_a_price_of_a_list_is_found_by_its_id(client: Client) -> None:
    add_list(client, "gold", 10)
    items = [{"itemId": {"itemType": "PRICE", "id": "gold-hammer"}, "quantity": {"quantity": 2}}]
    body = {"siteCode": "main", "targetCurrency": "EUR", "targetLocation": {"countryCode": "DE"}, "items": items}
    assert call(client, "POST", "match-prices", body)[0]["totalValue"] == 20
