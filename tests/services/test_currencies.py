"""Currencies, exchange rates, countries and regions (H1 to H4), and what all such documents do alike."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client

EURO = {"name": "Euro", "metadata": {"version": 1}}


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    """Send a request below /currency or /country of the tenant, check its status, and return the body of the reply."""
    service, _, rest = path.partition("/")
    request = {} if body is None else {"json": body}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = client.send(method, f"//{service}/{client.tenant}/{rest}", headers=named, **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def codes(client: Client, path: str) -> list[str]:
    return [row["code"] for row in call(client, "GET", path)]


def test_h1_a_deleted_currency_takes_its_rates_and_prices_with_it(client: Client) -> None:
    quantity = {"quantity": 1, "unitCode": "pc"}
    body = {"siteCode": "export", "targetCurrency": "USD", "targetLocation": {"countryCode": "DE"}}
    match = {**body, "items": [{"itemId": {"itemType": "PRODUCT", "id": "12468504"}, "quantity": quantity}]}
    assert len(client.post(f"//price/{client.tenant}/match-prices", json=match).get_json()) == 1
    call(client, "DELETE", "currency/currencies/USD", status=204)
    call(client, "DELETE", "currency/currencies/USD", status=204)
    assert codes(client, "currency/currencies") == ["EUR"]
    assert codes(client, "currency/exchanges") == []
    assert client.post(f"//price/{client.tenant}/match-prices", json=match).get_json() == []
    body["siteCode"], body["targetCurrency"] = "main", "EUR"
    assert len(client.post(f"//price/{client.tenant}/match-prices", json=match | body).get_json()) == 1


def test_h2_an_exchange_rate_is_named_by_its_currencies(client: Client) -> None:
    call(client, "POST", "currency/currencies", {"code": "CHF", "name": "Franken"}, 201)
    rate = {"sourceCurrency": "EUR", "targetCurrency": "CHF", "rate": "0.95"}
    assert call(client, "POST", "currency/exchanges", rate, 201) == {"code": "EUR_CHF"}
    changed = {"rate": "0,96", "sourceCurrency": "USD", "metadata": {"version": 1}}
    call(client, "PUT", "currency/exchanges/EUR_CHF", changed, 204)
    stored = call(client, "GET", "currency/exchanges/EUR_CHF")
    assert (stored["sourceCurrency"], stored["rate"], stored["metadata"]["version"]) == ("EUR", "0,96", 2)
    assert codes(client, "currency/exchanges?sourceCurrency=eu&targetCurrency=F") == ["EUR_CHF"]


def test_h3_only_the_state_of_a_country_changes(client: Client) -> None:
    body = {"active": False, "name": {"en": "Other"}, "metadata": {"version": 1}}
    call(client, "PATCH", "country/countries/US", body, 204)
    country = call(client, "GET", "country/countries/US")
    assert (country["active"], country["name"]["en"]) == (False, "United States")
    assert codes(client, "country/countries?active=true") == ["DE"]
    assert codes(client, "country/countries?active=false") == ["US"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("code=e", ["DE"]), ("name=STATES", ["US"]), ("regions=america", ["US"]), ("active=tru", []), ("code=X", [])],
)
def test_c18a_a_part_of_the_text_is_enough_where_the_contract_says_so(
    client: Client, query: str, expected: list[str]
) -> None:
    assert codes(client, f"country/countries?{query}") == expected


def test_d20_a_plain_text_is_in_the_language_of_the_body(client: Client) -> None:
    def stored_name(**headers: str) -> Any:
        version = call(client, "GET", "currency/currencies/EUR")["metadata"]["version"]
        body = {"name": "Euro", "metadata": {"version": version}}
        call(client, "PUT", "currency/currencies/EUR", body, 204, **headers)
        return call(client, "GET", "currency/currencies/EUR")["name"]

    assert stored_name() == {"en": "Euro"}
    assert stored_name(Content_Language="*") == {"en": "Euro"}
    assert stored_name(Content_Language="de") == {"de": "Euro"}
    call(client, "PUT", "currency/currencies/EUR", EURO, 400, Content_Language="fi")
    call(client, "PUT", "currency/currencies/EUR", {**EURO, "name": {"fi": "Euro"}}, 400)


def test_an_update_needs_the_current_version_and_creates_nothing(client: Client) -> None:
    call(client, "PUT", "currency/currencies/GBP", EURO, 404)
    call(client, "PUT", "currency/currencies/EUR", {**EURO, "metadata": {"version": 2}}, 409)
    call(client, "PUT", "currency/currencies/EUR", {"name": "Euro"}, 400)
    call(client, "POST", "currency/currencies", {"code": "euro", "name": "Euro"}, 400)
