"""Stored prices and price models: rules P10 to P13."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client
from tests.support.samples import HAMMER, JACK, JOHN, SCREWDRIVER

WEIGHT_MODEL = "6245a8f578a8576e338fa9c3"
PRICE: dict[str, Any] = {
    "itemId": {"itemType": "PRODUCT", "id": HAMMER},
    "currency": "EUR",
    "location": {"countryCode": "DE"},
    "restrictions": {"siteCodes": ["main"]},
    "tierValues": [{"priceValue": 5.99}],
}
MODEL: dict[str, Any] = {
    "name": "Boxes",
    "includesTax": False,
    "measurementUnit": {"quantity": 1, "unitCode": "pc"},
    "tierDefinition": {
        "tierType": "VOLUME",
        "tiers": [{"minQuantity": {"quantity": start, "unitCode": "pc"}} for start in (0, 12)],
    },
}


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    """Send a request below /price of the tenant, check its status, and return the body of the reply."""
    request = {} if body is None else {"json": body}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = client.send(method, f"//price/{client.tenant}/{path}", headers=named, **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def create(client: Client, id_: str, **fields: Any) -> None:
    call(client, "POST", "prices", {**PRICE, "id": id_, **fields}, 201)


def list_ids(client: Client, query: str) -> set[str]:
    """Return which of the prices of this test, whose ids start with `t-`, a list has."""
    rows = call(client, "GET", f"prices?pageSize=1000&{query}")
    return {row["id"].removeprefix("t-") for row in rows if row["id"].startswith("t-")}


@pytest.fixture
def stocked(client: Client) -> Client:
    """Return a client whose tenant has prices of many kinds."""
    create(client, "t-plain")
    create(client, "t-anywhere", restrictions={"siteCodes": []})
    create(client, "t-export", restrictions={"siteCodes": ["export"]}, currency="USD", location={"countryCode": "US"})
    create(client, "t-old", restrictions={"siteCodes": ["main"], "validity": {"to": "2020-01-01T00:00:00Z"}})
    create(client, "t-john", restrictions={"siteCodes": ["main"], "principals": [{"type": "CUSTOMER", "id": JOHN}]})
    values = [{"priceValue": value} for value in (3, 2, 1)]
    screwdriver = {"itemType": "PRODUCT", "id": SCREWDRIVER}
    create(client, "t-weight", itemId=screwdriver, priceModelId=WEIGHT_MODEL, tierValues=values)
    return client


FILTERS = {
    "siteCode=main": "plain anywhere old john weight",
    "siteCode=export": "anywhere export",
    "siteCode=export, main": "plain anywhere export old john weight",
    "siteCode=nowhere": "anywhere",
    "currency=USD": "export",
    "currency=USD,EUR": "plain anywhere export old john weight",
    "country=US": "export",
    "effectiveDate=2026-01-01T00:00:00Z": "plain anywhere export john weight",
    "effectiveDate=2019-06-01": "plain anywhere export old john weight",
    f"principalId={JOHN}": "plain anywhere export old john weight",
    f"principalId={JACK}": "plain anywhere export old weight",
    f"priceModelId={WEIGHT_MODEL}": "weight",
    "priceModelId=default": "plain anywhere export old john",
    f"itemId={SCREWDRIVER}": "weight",
    "itemType=PRODUCT": "plain anywhere export old john weight",
    "itemType=SKU": "",
    "itemName=SCREW": "weight",
    "q=restrictions.siteCodes:export": "export",
}


def test_p10_prices_are_filtered_by_the_published_parameters(stocked: Client) -> None:
    assert {query: list_ids(stocked, query) for query in FILTERS} == {
        query: set(names.split()) for query, names in FILTERS.items()
    }
    call(stocked, "GET", "prices?effectiveDate=tomorrow", status=400)


def test_p10_any_token_reads_prices_and_their_models(stocked: Client) -> None:
    reader = stocked.with_token("no-scope-token")
    assert "priceModel" not in call(reader, "GET", "prices/t-weight")
    model = call(reader, "GET", "prices/t-weight?extendWithPriceModel=true", Accept_Language="en")["priceModel"]
    assert (model["id"], model["name"], model["isDefault"]) == (WEIGHT_MODEL, "By weight", False)
    call(reader, "POST", "prices", PRICE, 403)


WRONG_PRICES: dict[str, dict[str, Any]] = {
    "no such model": {"priceModelId": "nothing"},
    "no such product": {"itemId": {"itemType": "PRODUCT", "id": "nothing"}},
    "SKUs are not simulated": {"itemId": {"itemType": "SKU", "id": HAMMER}},
    "no such site": {"restrictions": {"siteCodes": ["nowhere"]}},
    "restrictions name sites": {"restrictions": {}},
    "a value is missing": {"priceModelId": WEIGHT_MODEL},
    "a value too many": {"tierValues": [{"priceValue": 1}, {"priceValue": 2}]},
    "a tier that the model lacks": {
        "priceModelId": WEIGHT_MODEL,
        "tierValues": [{"id": id_, "priceValue": 1} for id_ in ("0", "1", "9")],
    },
    "no time": {"restrictions": {"siteCodes": ["main"], "validity": {"from": "soon"}}},
}


@pytest.mark.parametrize("fields", WRONG_PRICES.values(), ids=WRONG_PRICES)
def test_p11_a_wrong_price_is_refused_and_says_why(client: Client, fields: dict[str, Any]) -> None:
    assert call(client, "POST", "prices", {**PRICE, "id": "t-wrong", **fields}, 400)["details"]
    assert list_ids(client, "") == set()


def test_p11_a_price_is_replaced_or_changed(client: Client) -> None:
    create(client, "t-new", salePrice={"discountRate": 50, "unknown": 1}, mixins={"a": {"b": 1}}, unknown=1)
    stored = call(client, "GET", "prices/t-new")
    assert stored["salePrice"] == {"discountRate": 50}
    assert stored["mixins"] == {"a": {"b": 1}}
    assert "unknown" not in stored
    change = {"tierValues": [{"priceValue": 7}], "metadata": {"version": 1}}
    call(client, "PUT", "prices/t-new?partial=true", change, 204)
    call(client, "PUT", "prices/t-new?partial=true", change, 409)
    assert call(client, "GET", "prices/t-new")["salePrice"] == {"discountRate": 50}
    call(client, "PUT", "prices/t-new?partial=false", change, 400)
    call(client, "PUT", "prices/t-new?partial=false", {**stored, "metadata": {"version": 2}, "salePrice": {}}, 204)
    assert call(client, "GET", "prices/t-new")["metadata"]["version"] == 3
    call(client, "PUT", "prices/t-other?partial=true", PRICE, 404)
    assert call(client, "PUT", "prices/t-other?partial=false", PRICE, 201) == {"id": "t-other"}
    call(client, "PUT", "prices/t-other", PRICE, 400)
    call(client, "DELETE", "prices/t-other", status=204)
    call(client, "DELETE", "prices/t-other", status=404)


def test_p11_a_written_price_is_matched(client: Client) -> None:
    body = {"siteCode": "main", "targetCurrency": "EUR", "targetLocation": {"countryCode": "DE"}}
    items = [{"itemId": {"itemType": "PRODUCT", "id": HAMMER}, "quantity": {"quantity": 1}}]
    assert call(client, "POST", "match-prices", {**body, "items": items})[0]["priceId"] == f"{HAMMER}-EUR"
    id_ = call(client, "POST", "prices", PRICE, 201)["id"]
    assert call(client, "POST", "match-prices", {**body, "items": items})[0]["priceId"] == id_


def test_p11_elements_of_bulks_are_named_and_fail_alone(client: Client) -> None:
    wrong = {**PRICE, "id": "t-wrong", "restrictions": {"siteCodes": ["abcd"]}}
    created, refused = call(client, "POST", "prices/bulk", [PRICE, wrong], 207)
    assert (created["index"], created["code"], created["status"]) == (0, 201, "CREATED")
    assert (refused["id"], refused["code"], refused["status"]) == ("t-wrong", 400, "BAD_REQUEST")
    assert refused["details"] == ["/restrictions/siteCodes None of the sites has this id."]
    lines = [{**PRICE, "id": created["id"]}, PRICE, {"id": "t-empty"}]
    entries = call(client, "PUT", "prices/bulk", lines, 207)
    assert [entry["status"] for entry in entries] == ["NO_CONTENT", "CREATED", "BAD_REQUEST"]
    call(client, "POST", "prices/bulk", [PRICE] * 201, 400)


def test_p12_a_model_is_written_in_the_language_of_the_body(client: Client) -> None:
    id_ = call(client, "POST", "priceModels", MODEL, 201, Content_Language="de")["id"]
    stored = call(client, "GET", f"priceModels/{id_}")
    assert (stored["name"], stored["default"], stored["includesMarkup"]) == ({"de": "Boxes"}, False, False)
    assert [tier["id"] for tier in stored["tierDefinition"]["tiers"]] == ["0", "1"]
    assert [row["id"] for row in call(client, "GET", "priceModels?includesTax=false&unitcode=pc")] == [id_]
    assert call(client, "GET", "priceModels?name=Boxes&tierType=BASIC") == []


def test_p12_one_model_is_the_default_one(client: Client) -> None:
    flat = {**MODEL, "tierDefinition": {"tierType": "BASIC"}, "default": True}
    for id_ in ("first", "second"):
        call(client, "PUT", f"priceModels/{id_}", flat, 201)
    assert [row["id"] for row in call(client, "GET", "priceModels") if row["default"]] == ["second"]
    assert call(client, "GET", f"prices/{HAMMER}-EUR?extendWithPriceModel=true")["priceModel"]["id"] == "second"
    refused = call(client, "PUT", "priceModels/third", {**MODEL, "default": True}, 400)
    assert "another number of values" in refused["details"][0]


WRONG_TIERS = {
    "BASIC has one tier": ("BASIC", (0, 1)),
    "the first one begins at 0": ("TIERED", (1, 2)),
    "in ascending order": ("TIERED", (0, 9, 5)),
}


@pytest.mark.parametrize(("kind", "starts"), WRONG_TIERS.values(), ids=WRONG_TIERS)
def test_p12_tiers_are_checked(client: Client, kind: str, starts: tuple[int, ...]) -> None:
    tiers = [{"minQuantity": {"quantity": start, "unitCode": "pc"}} for start in starts]
    call(client, "POST", "priceModels", {**MODEL, "tierDefinition": {"tierType": kind, "tiers": tiers}}, 400)


def test_p12_a_model_that_prices_have_is_deleted_by_force_only(stocked: Client) -> None:
    path = f"priceModels/{WEIGHT_MODEL}"
    assert call(stocked, "DELETE", path, status=400)["details"] == ["priceModelId 1 prices have this price model."]
    fewer = {**MODEL, "measurementUnit": {"quantity": 1, "unitCode": "kg"}}
    assert "t-weight" in call(stocked, "PUT", path, fewer, 400)["details"][0]
    token = stocked.with_token(None).post("//__admin/tokens", json={"scopes": ["price.pricemodel_manage"]})
    weak = stocked.with_token(token.get_json()["token"])
    call(weak, "DELETE", f"{path}?forceDelete=true", status=403)
    call(stocked, "DELETE", f"{path}?forceDelete=true", status=204)
    call(stocked, "GET", "prices/t-weight", status=404)
    call(weak, "DELETE", path, status=204)


SEARCHES: dict[str, tuple[dict[str, Any], str]] = {
    "everything": ({}, "plain anywhere export old john"),
    "of a site": ({"siteCode": "export"}, "anywhere export"),
    "of sites": ({"siteCodes": ["export"]}, "anywhere export"),
    "one site counts more than several": ({"siteCode": "main", "siteCodes": ["export"]}, "plain anywhere old john"),
    "in a currency": ({"currency": "USD"}, "export"),
    "for everybody": ({"searchMode": "COMMON_PRICES"}, "plain anywhere export old"),
    "for a customer": ({"searchMode": "USER_SPECIFIC_PRICES", "principalId": JOHN}, "john"),
    "all, whoever the customer is": ({"principalId": JACK}, "plain anywhere export old john"),
    "net": ({"includesTax": False}, ""),
    "at a time": ({"effectiveDate": "2026-01-01T00:00:00Z"}, "plain anywhere export john"),
}


@pytest.mark.parametrize(("body", "names"), SEARCHES.values(), ids=SEARCHES)
def test_p13_a_search_finds_the_prices_of_each_product(stocked: Client, body: dict[str, Any], names: str) -> None:
    first, second = call(stocked, "POST", "prices/search", {"itemIds": ["nothing", HAMMER], **body})
    assert first == {"itemId": "nothing", "prices": []}
    assert {row["id"] for row in second["prices"] if row["id"].startswith("t-")} == {
        f"t-{name}" for name in names.split()
    }


def test_p13_a_search_can_fall_back_on_the_main_site(client: Client) -> None:
    call(client, "DELETE", f"prices/{HAMMER}-EUR", status=204)
    call(client, "DELETE", f"prices/{HAMMER}-USD", status=204)
    create(client, "t-main")
    body = {"itemIds": [HAMMER], "siteCode": "export"}
    assert call(client, "POST", "prices/search", body) == [{"itemId": HAMMER, "prices": []}]
    (found,) = call(client, "POST", "prices/search?expand=priceModel", {**body, "useFallback": True})
    assert [(row["id"], row["priceModel"]["id"]) for row in found["prices"]] == [("t-main", "default")]
