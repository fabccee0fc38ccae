"""Writes of sites and their mixins, and what `expand` shows: rules N8 to N10."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client

SITE: dict[str, Any] = {
    "code": "uk",
    "name": "United Kingdom",
    "defaultLanguage": "en",
    "languages": ["en"],
    "currency": "GBP",
    "homeBase": {"address": {"country": "GB", "zipCode": "12345"}, "unknown": 1},
    "shipToCountries": ["GB", "GB"],
}


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Send a request below /site of the tenant, check its status, and return the body of the reply."""
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//site/{client.tenant}/{path}", **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def list_defaults(client: Client) -> list[str]:
    """Return the codes of the sites that say that they are the default one."""
    return [row["code"] for row in call(client, "GET", "sites?includeInactive=true") if row["default"]]


def test_n8_one_site_is_the_default_one(client: Client) -> None:
    assert call(client, "POST", "sites", SITE, 201) == {"id": "uk"}
    stored = call(client, "GET", "sites/uk")
    assert (stored["shipToCountries"], stored["taxDeterminationBasedOn"]) == (["GB"], "BILLING_ADDRESS")
    assert "unknown" not in stored["homeBase"]
    call(client, "POST", "sites", SITE, 409)
    call(client, "PUT", "sites/uk", {**SITE, "default": True}, 200)
    assert list_defaults(client) == ["uk"]
    call(client, "DELETE", "sites/uk", status=400)
    call(client, "PATCH", "sites/main", {"default": True, "metadata": {"version": 1}}, 200)
    assert list_defaults(client) == ["main"]
    call(client, "DELETE", "sites/uk", status=204)
    call(client, "DELETE", "sites/uk", status=404)


@pytest.mark.parametrize(
    "fields", [{"currency": "pounds"}, {"defaultLanguage": "de"}, {"availableCurrencies": ["EUR"]}, {"languages": []}]
)
def test_n8_a_wrong_site_is_refused(client: Client, fields: dict[str, Any]) -> None:
    call(client, "POST", "sites", {**SITE, **fields}, 400)
    call(client, "POST", "sites", SITE, 201)
    call(client, "PATCH", "sites/uk", fields, 400)
    call(client, "PUT", "sites/uk", {**SITE, **fields}, 400)


def test_n8_fields_change_and_the_code_stays(client: Client) -> None:
    call(client, "PATCH", "sites/main", {"code": "other", "name": "Shop", "cartCalculationScale": 3})
    call(client, "PATCH", "sites/main", {"name": "Old", "metadata": {"version": 1}}, 409)
    shown = call(client, "GET", "sites/main")
    assert (shown["name"], shown["cartCalculationScale"], shown["metadata"]) == ("Shop", 3, {"version": 2})


def test_n8_a_deleted_site_takes_its_stock_and_zones_with_it(client: Client) -> None:
    call(client, "DELETE", "sites/export", status=204)
    for collection in ("availabilities", "shippingZones", "priceLists"):
        rows = client.get(f"//__admin/state/{collection}?tenant={client.tenant}").get_json()
        assert rows
        assert "export" not in {row.get("site", row.get("siteCode")) for row in rows}


def test_n8_codes_are_listed(client: Client) -> None:
    call(client, "POST", "sites", {**SITE, "active": False}, 201)
    assert call(client, "GET", "siteslist") == ["export", "main"]
    assert call(client, "GET", "siteslist?includeInactive=true&sort=code:DESC&pageSize=2") == ["uk", "main"]
    assert call(client, "GET", "siteslist?includeInactive=true&q=currency:GBP") == ["uk"]
    reply = client.get(f"//site/{client.tenant}/siteslist?totalCount=true&pageSize=1")
    assert (reply.get_json(), reply.headers["X-Count"]) == (["export"], "2")
    call(client, "GET", "siteslist?sort=code:UP", status=400)


def test_n9_mixins_are_written_one_by_one(client: Client) -> None:
    assert call(client, "POST", "sites/export/mixins", {"shop": {"a": 1, "b": 2}}, 201) == {"id": "shop"}
    call(client, "POST", "sites/export/mixins", {"shop": {}}, 409)
    call(client, "POST", "sites/export/mixins", {"one": {}, "two": {}}, 400)
    call(client, "PATCH", "sites/export/mixins/shop", {"b": 3})
    assert call(client, "GET", "sites/export/mixins/shop") == {"a": 1, "b": 3}
    call(client, "PATCH", "sites/export/mixins/shop", {"shop": {"c": 4}})
    assert call(client, "GET", "sites/export/mixins") == {"shop": {"a": 1, "b": 3, "c": 4}}
    call(client, "PUT", "sites/export/mixins/shop", {"shop": {"d": 5}})
    assert call(client, "GET", "sites/export/mixins/shop") == {"d": 5}
    call(client, "PUT", "sites/export/mixins/shop", {"e": 6})
    assert call(client, "GET", "sites/export/mixins/shop") == {"e": 6}
    assert call(client, "GET", "sites/export")["metadata"]["version"] == 6
    for method in ("PUT", "PATCH"):
        call(client, method, "sites/export/mixins/nothing", {}, 404)
    call(client, "DELETE", "sites/export/mixins/shop", status=204)
    call(client, "DELETE", "sites/export/mixins/shop", status=404)


def test_n10_settings_are_shown_on_request(client: Client) -> None:
    plugins = [{"id": "one", "active": True}, {"id": "two", "active": False}]
    call(client, "PATCH", "sites/main", {"payment": plugins, "tax": plugins})
    assert not call(client, "GET", "sites/main").keys() & {"payment", "tax", "mixins", "shipping"}
    shown = call(client, "GET", "sites/main?expand=mixin:*,payment:active,tax:all,shipping:none")
    assert (len(shown["payment"]), len(shown["tax"]), "shipping" in shown) == (1, 2, False)
    assert shown["mixins"] == {"generalShopSettings": {"active": True}}
    assert call(client, "GET", "sites?expand=tax:all&q=code:main")[0]["tax"] == plugins
