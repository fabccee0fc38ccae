"""Shipping zones, methods and costs over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.samples import write_default_world
from tests.support.shop import visit

ZONE = {"id": "FR", "name": "Frankreich", "shipTo": [{"country": "FR", "postalCode": "75*"}]}
NOTHING = {"amount": 0, "currency": "EUR"}


def fee(from_value: float, cost: float, currency: str = "EUR", **fields: Any) -> dict[str, Any]:
    from_, to = ({"amount": amount, "currency": currency} for amount in (from_value, cost))
    return {"minOrderValue": from_, "cost": to, **fields}


def path_of(client: Client, path: str = "", site: str = "main") -> str:
    return f"//shipping/{client.tenant}/{site}{path}"


def read(client: Client, path: str, **query: str) -> Any:
    reply = client.get(path_of(client, path), query_string=query)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def quote(client: Client, amount: float = 10, country: str = "DE", zip_code: str = "11011", **fields: str) -> Any:
    """Return the fees by zone and method."""
    total = {"amount": amount, "currency": "EUR", **fields}
    body = {"cartTotal": total, "shipToAddress": {"country": country, "zipCode": zip_code}}
    reply = client.post(path_of(client, "/quote"), json=body)
    assert reply.status_code == 200, reply.text
    lowest = client.post(path_of(client, "/quote/minimum"), json=body)
    fees = {
        (row["zone"]["id"], method["id"]): method["fee"]["amount"]
        for row in reply.get_json()
        for method in row["methods"]
    }
    assert lowest.status_code == (200 if fees else 404)
    assert not fees or lowest.get_json() == {"fee": {"amount": min(fees.values()), "currency": total["currency"]}}
    return fees


def test_z1_zones_and_methods_are_created_changed_and_deleted(client: Client) -> None:
    zones, german = path_of(client, "/zones"), {"Content-Language": "de"}
    assert client.post(zones, json=ZONE, headers=german).get_json() == {"id": "FR"}
    assert client.post(zones, json=ZONE).status_code == 409
    method = {"id": "boat", "name": {"en": "Boat"}, "fees": [fee(0, 15)]}
    assert client.post(f"{zones}/FR/methods", json=method).get_json() == {"id": "boat"}
    assert client.post(f"{zones}/FR/methods", json=method).status_code == 409
    assert client.put(f"{zones}/FR", json={**ZONE, "name": {"en": "France"}}).status_code == 200
    assert read(client, "/zones/FR", expand="methods,fees") == {
        "id": "FR",
        "default": False,
        "name": {"en": "France"},
        "shipTo": ZONE["shipTo"],
        "methods": [{**method, "active": True}],
    }
    one = f"{zones}/FR/methods/boat"
    assert client.send("PATCH", one, json={"active": False}).status_code == 200
    assert read(client, "/zones/FR/methods/boat") == {**method, "active": False}
    assert client.put(one, json={**method, "shippingTaxCode": "STANDARD"}).status_code == 200
    assert read(client, "/zones/FR/methods/boat") == {**method, "active": True, "shippingTaxCode": "STANDARD"}
    assert [client.delete(one).status_code for _ in range(2)] == [204, 404]
    assert [client.delete(f"{zones}/FR").status_code for _ in range(2)] == [204, 404]


def test_z1_a_plain_name_is_in_the_content_language(client: Client) -> None:
    client.post(path_of(client, "/zones"), json=ZONE, headers={"Content-Language": "de"})
    assert read(client, "/zones/FR")["name"] == {"de": "Frankreich"}
    client.send("PATCH", path_of(client, "/zones/FR"), json={"name": "France"})
    assert read(client, "/zones/FR")["name"] == {"en": "France"}


def test_z1_a_site_has_one_default_zone(client: Client) -> None:
    client.send("PATCH", path_of(client, "/zones/AT"), json={"default": True})
    assert {zone["id"]: zone["default"] for zone in read(client, "/zones")} == {"AT": True, "DE": False}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/zones", {**ZONE, "shipTo": [{"country": "France"}]}, 400),
        ("PATCH", "/zones/DE", {"shipTo": [{"country": "DE"}, {"country": ""}]}, 400),
        ("PATCH", "/zones/DE/methods/standard", {"fees": []}, 400),
        ("POST", "/zones/nothing/methods", {"id": "x", "name": "x", "fees": [fee(0, 1)]}, 404),
        ("PATCH", "/zones/DE/methods/nothing", {}, 404),
    ],
)
def test_z1_a_wrong_write_changes_nothing(
    client: Client, method: str, path: str, body: dict[str, Any], status: int
) -> None:
    before = read(client, "/zones", expand="methods,fees")
    assert client.send(method, path_of(client, path), json=body).status_code == status
    assert read(client, "/zones", expand="methods,fees") == before
    assert client.get(path_of(client, "/zones", "nowhere")).status_code == 400


def test_z2_methods_and_fees_are_shown_on_demand(client: Client) -> None:
    client.send("PATCH", path_of(client, "/zones/DE/methods/express"), json={"active": False})
    visitor = visit(client).client
    plain = read(visitor, "/zones/DE")
    assert "methods" not in plain
    assert [method["fees"] for method in read(visitor, "/zones/DE", expand="methods")["methods"]] == [[], []]
    for text, ids in (("true", ["standard"]), ("false", ["express"])):
        shown = read(visitor, "/zones", expand="methods,fees", activeMethods=text)
        german = next(zone for zone in shown if zone["id"] == "DE")
        assert [method["id"] for method in german["methods"]] == ids
        assert all(method["fees"] for method in german["methods"])
        assert [method["id"] for method in read(visitor, "/zones/DE/methods", active=text)] == ids


def test_z2_names_are_shown_in_the_language_of_the_caller(client: Client) -> None:
    reply = client.get(path_of(client, "/zones/DE"), headers={"Accept-Language": "de"})
    assert reply.get_json()["name"] == "Deutschland"
    expanded = client.get(path_of(client, "/zones?expand=methods"), headers={"Accept-Language": "en"}).get_json()
    assert {method["name"] for zone in expanded for method in zone["methods"]} == {"Standard", "Express"}


@pytest.mark.parametrize(
    ("order", "fees"),
    [
        ({}, {("DE", "standard"): 4.9, ("DE", "express"): 9.9}),
        ({"amount": 49.99}, {("DE", "standard"): 4.9, ("DE", "express"): 9.9}),
        ({"amount": 50}, {("DE", "standard"): 0, ("DE", "express"): 9.9}),
        ({"country": "at"}, {("AT", "standard"): 4.9, ("AT", "express"): 9.9}),
        ({"country": "JP"}, {("DE", "standard"): 4.9, ("DE", "express"): 9.9}),
        ({"currency": "USD"}, {}),
    ],
)
def test_z3_a_quote_has_the_fees_for_the_address_and_the_value(
    client: Client, order: dict[str, Any], fees: dict[tuple[str, str], float]
) -> None:
    assert quote(client, **order) == fees


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ({"fees": [fee(0, 7)]}, 7),
        ({"fees": [fee(0, 7), fee(10, 6), fee(11, 5)]}, 6),
        ({"fees": [fee(10, 6), fee(0, 7)]}, 6),
        ({"fees": [fee(0, 7), fee(0, 1, shippingGroupId="g")]}, 7),
        ({"fees": [fee(0, 7, "USD")]}, None),
        ({"fees": [fee(0, 7)], "active": False}, None),
        ({"fees": [fee(0, 7)], "maxOrderValue": {"amount": 9, "currency": "EUR"}}, None),
        ({"fees": [fee(0, 7)], "maxOrderValue": {"amount": 10, "currency": "EUR"}}, 7),
        ({}, 0),
    ],
)
def test_z3_a_method_counts_if_it_applies(
    simulator: Callable[..., Client], tmp_path: Path, method: dict[str, Any], expected: float | None
) -> None:
    zones = [{"zoneId": "DE", "methods": [{"id": "m", **method}]}]
    client = simulator(write_default_world(tmp_path, shippingZones=zones))
    assert quote(client) == ({} if expected is None else {("DE", "m"): expected})


@pytest.mark.parametrize(("zip_code", "is_in"), [("75001", True), ("7500", True), ("13001", False), ("75", True)])
def test_z3_postal_codes_can_end_in_a_star(
    simulator: Callable[..., Client], tmp_path: Path, zip_code: str, *, is_in: bool
) -> None:
    zones = [{"zoneId": "FR", "shipTo": ZONE["shipTo"], "methods": [{"id": "m"}]}]
    client = simulator(write_default_world(tmp_path, shippingZones=zones))
    assert bool(quote(client, country="FR", zip_code=zip_code)) is is_in


def find_sites(client: Client, query: str = "", **body: str) -> Any:
    reply = client.post(f"//shipping/{client.tenant}/findSite{query}", json=body)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def test_z4_sites_are_found_by_postal_code(client: Client) -> None:
    (site,) = find_sites(client, postalCode="11011", country="de")
    (zone,) = site["zones"]
    assert (site["id"], site["defaultZoneId"], site["metadata"]["version"]) == ("main", "DE", 1)
    assert zone == read(client, "/zones/DE", expand="methods,fees")
    assert all(method["fees"] for method in zone["methods"])


def test_z4_zones_have_no_delivery_windows(client: Client) -> None:
    for limit in ("0", "15", "1.5"):
        (site,) = find_sites(visit(client).client, f"?windowsLimit={limit}", postalCode="11011", country="AT")
        assert [(zone["id"], zone["actualDeliveryWindows"]) for zone in site["zones"]] == [("AT", [])]


@pytest.mark.parametrize("limit", ["-1", "x", "1e999", "NaN"])
def test_z4_a_limit_of_windows_is_a_number_from_0(client: Client, limit: str) -> None:
    body = {"postalCode": "11011", "country": "AT"}
    reply = client.post(f"//shipping/{client.tenant}/findSite?windowsLimit={limit}", json=body)
    assert (reply.status_code, reply.get_json()["details"][0]["field"]) == (400, "windowsLimit")


@pytest.mark.parametrize(
    ("body", "zones"),
    [
        ({"postalCode": "75001", "country": "FR"}, ["export:FR"]),
        ({"postalCode": "75001"}, ["export:FR", "export:US", "main:AT", "main:DE"]),
        ({"postalCode": "13001", "country": "FR"}, []),
        ({"postalCode": "75001", "country": "JP"}, []),
        ({"postalCode": "", "country": "DE"}, ["main:DE"]),
    ],
)
def test_z4_only_sites_and_zones_that_fit_are_found(client: Client, body: dict[str, str], zones: list[str]) -> None:
    assert client.post(path_of(client, "/zones", "export"), json=ZONE).status_code == 201
    found = [f"{site['id']}:{zone['id']}" for site in find_sites(client, **body) for zone in site["zones"]]
    assert found == zones
