"""Writes of tax classes (P9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client

STANDARD = {"code": "STANDARD", "name": "Normal", "rate": 50, "isDefault": True}
GERMANY = {"location": {"countryCode": "DE"}, "taxClasses": [STANDARD], "metadata": {"version": 1}}


def tax(client: Client, method: str, path: str = "", body: Any = None, **headers: str) -> tuple[int, Any]:
    """Send a request below /tax/{tenant}/taxes; return the status and the body of the reply."""
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//tax/{client.tenant}/taxes{path}", headers=headers, **request)
    return reply.status_code, reply.get_json() if reply.data else None


def match(client: Client) -> Any:
    """Return the price of a product in Germany."""
    item = {"itemId": {"itemType": "PRODUCT", "id": "12468504"}, "quantity": {"quantity": 1, "unitCode": "pc"}}
    body = {"siteCode": "main", "targetCurrency": "EUR", "targetLocation": {"countryCode": "DE"}, "items": [item]}
    (price,) = client.post(f"//price/{client.tenant}/match-prices", json=body).get_json()
    return price


def test_p9_prices_follow_the_tax_classes_of_a_country(client: Client) -> None:
    assert match(client)["tax"]["taxRate"] == 19
    assert tax(client, "PUT", "/DE", GERMANY, **{"Content-Language": "de"}) == (204, None)
    assert match(client)["tax"]["taxRate"] == 50
    status, stored = tax(client, "GET", "/DE")
    assert (status, stored["taxClasses"][0]["name"], stored["metadata"]["version"]) == (200, {"de": "Normal"}, 2)
    assert tax(client, "DELETE", "/DE") == tax(client, "DELETE", "/DE") == (204, None)
    assert tax(client, "GET", "/DE")[0] == 404
    assert tax(client, "PUT", "/DE", GERMANY)[0] == 404
    assert tax(client, "POST", "", GERMANY) == (201, {"locationCode": "DE"})
    assert tax(client, "POST", "", GERMANY)[0] == 409


def test_p9_the_first_class_is_the_default_one_if_none_says_so(client: Client) -> None:
    classes = [{"code": code, "name": {"en": code}, "rate": rate} for code, rate in (("LOW", 7), ("HIGH", 30))]
    assert tax(client, "PUT", "/DE", {**GERMANY, "taxClasses": classes})[0] == 204
    assert match(client)["tax"]["taxRate"] == 7
    assert [part["isDefault"] for part in tax(client, "GET", "/DE")[1]["taxClasses"]] == [True, False]


@pytest.mark.parametrize(
    "change",
    [
        {"taxClasses": [STANDARD, STANDARD]},
        {"taxClasses": [STANDARD, {**STANDARD, "code": "REDUCED"}]},
        {"taxClasses": [{**STANDARD, "rate": -1}]},
        {"taxClasses": [{**STANDARD, "name": {"fi": "Normal"}}]},
        {"location": {"countryCode": "AT"}},
        {"location": {"countryCode": "Germany"}},
    ],
)
def test_wrong_tax_classes_are_refused_and_change_nothing(client: Client, change: Any) -> None:
    before = tax(client, "GET", "/DE")
    assert tax(client, "PUT", "/DE", {**GERMANY, **change})[0] == 400
    assert tax(client, "GET", "/DE") == before


@pytest.mark.parametrize(
    ("given", "output"),
    [
        ({}, {"netPrice": 1.59, "grossPrice": 1.8921, "targetTaxRate": 19}),
        ({"includesTax": True}, {"netPrice": 1.3361344538, "grossPrice": 1.59, "sourceTaxRate": 19}),
        (
            {"includesTax": True, "source": "DE", "target": "PL"},
            {"netPrice": 1.3361344538, "grossPrice": 1.643445378174, "sourceTaxRate": 19, "targetTaxRate": 23},
        ),
        ({"source": "DE", "target": "PL"}, {"netPrice": 1.59, "grossPrice": 1.9557, "targetTaxRate": 23}),
        ({"price": 0}, {"netPrice": 0, "grossPrice": 0, "targetTaxRate": 19}),
    ],
)
def test_p16_net_and_gross_values_follow_from_each_other(
    client: Client, given: dict[str, Any], output: dict[str, Any]
) -> None:
    poland = {"location": {"countryCode": "PL"}, "taxClasses": [{"code": "STANDARD", "name": "Normal", "rate": 23}]}
    assert tax(client, "POST", "", poland)[0] == 201
    body: dict[str, Any] = {"price": 1.59, "targetTaxClass": "STANDARD"}
    body |= {name: given[name] for name in ("includesTax", "price") if name in given}
    body["targetLocation"] = {"countryCode": given.get("target", "DE")}
    if "source" in given:
        body |= {"sourceLocation": {"countryCode": given["source"]}, "sourceTaxClass": "STANDARD"}
    status, reply = tax(client.with_token("customer-token"), "PUT", "/calculation-commands", {"input": body})
    assert (status, reply["input"], reply["output"]) == (200, body, output)
    again = tax(client, "PUT", "/calculation-commands", {"input": body, "commandUuid": "mine"})[1]
    assert (again["commandUuid"], len(reply["commandUuid"])) == ("mine", 36)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"targetLocation": {"countryCode": "XX"}}, "/input/targetLocation/countryCode"),
        ({"targetTaxClass": "NONE"}, "/input/targetTaxClass"),
        ({"includesTax": True, "sourceTaxClass": "STANDARD"}, "/input/sourceLocation"),
        ({"includesTax": True, "sourceLocation": {"countryCode": "DE"}}, "/input/sourceTaxClass"),
        ({"price": "1"}, "/input/price"),
    ],
)
def test_p16_a_price_needs_known_taxes(client: Client, fields: dict[str, Any], place: str) -> None:
    body = {"targetLocation": {"countryCode": "DE"}, "targetTaxClass": "STANDARD", "price": 1, **fields}
    status, reply = tax(client, "PUT", "/calculation-commands", {"input": body})
    assert status == 400
    assert reply["details"][0].startswith(f"{place} ")


def test_p16_huge_prices_have_values(client: Client) -> None:
    body = {"targetLocation": {"countryCode": "DE"}, "targetTaxClass": "STANDARD", "price": 1.7e308}
    for includes_tax in (True, False):
        status, _ = tax(client, "PUT", "/calculation-commands", {"input": {**body, "includesTax": includes_tax}})
        assert status == 200
