"""Sites, and the languages and currencies of the configuration, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.samples import DEFAULT, write_default_world

MAIN = {
    "code": "main",
    "name": "Main",
    "active": True,
    "default": True,
    "defaultLanguage": "en",
    "languages": ["de", "en"],
    "currency": "EUR",
    "availableCurrencies": ["EUR"],
    "homeBase": {"address": {"country": "DE", "zipCode": "10115"}},
    "shipToCountries": ["DE"],
    "taxDeterminationBasedOn": "BILLING_ADDRESS",
    "metadata": {"version": 1},
}
ALPS = {
    "code": "alps",
    "name": "Alps",
    "active": False,
    "includesTax": True,
    "defaultLanguage": "de-CH",
    "languages": ["de-CH", "it"],
    "currency": "CHF",
    "availableCurrencies": ["CHF", "EUR", "XAU"],
    "homeBase": {"address": {"country": "CH", "zipCode": "8001", "city": "Zürich"}, "timezone": "Europe/Zurich"},
}
ALPINE = {"default": "de-CH", "supported": ["en", "de-CH", "it", "de", "ar"]}


@pytest.fixture
def alpine(simulator: Callable[..., Client], tmp_path: Path) -> Client:
    """Return a client whose world has a third, inactive site."""
    return simulator(write_default_world(tmp_path, sites=[*DEFAULT["sites"], ALPS], languages=ALPINE))


def sites(client: Client, query: str = "") -> Any:
    reply = client.get(f"//site/{client.tenant}/sites{query}")
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def choices(client: Client, key: str) -> Any:
    """Return the entries of a property's JSON value by id."""
    configuration = client.get(f"//configuration/{client.tenant}/configurations/{key}").get_json()
    assert configuration == {
        "key": key,
        "value": configuration["value"],
        "version": 1,
        "secured": False,
        "restricted": False,
        "readOnly": False,
    }
    return json.loads(configuration["value"])


def test_n2_a_site_has_all_that_the_contract_requires(client: Client) -> None:
    assert client.get(f"//site/{client.tenant}/sites/main").get_json() == MAIN
    assert [site["code"] for site in sites(client)] == ["export", "main"]
    assert sites(client)[1] == MAIN


def test_n2_fields_of_the_world_are_kept(alpine: Client) -> None:
    site = alpine.get("//site/acme/sites/alps").get_json()
    assert site.items() >= ALPS.items()
    assert site["shipToCountries"] == ["CH"]
    assert site["default"] is False


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["export", "main"]),
        ("?includeInactive=false", ["export", "main"]),
        ("?includeInactive=true", ["alps", "export", "main"]),
        ("?includeInactive=true&q=currency:EUR", ["main"]),
        ("?q=active:false", []),
        ("?sort=name:DESC", ["main", "export"]),
        ("?includeInactive=true&pageSize=2&pageNumber=2", ["main"]),
    ],
)
def test_n1_inactive_sites_are_listed_on_request(alpine: Client, query: str, codes: list[str]) -> None:
    assert [site["code"] for site in sites(alpine, query)] == codes
    assert alpine.get("//site/acme/sites/alps").get_json()["active"] is False


@pytest.mark.parametrize("token", ["admin-token", "manage-token", "customer-token", "no-scope-token"])
def test_n1_any_valid_token_reads_active_sites(client: Client, token: str) -> None:
    assert sites(client.with_token(token)) == sites(client)
    assert client.with_token(token).get(f"//site/{client.tenant}/sites/main").get_json() == MAIN


@pytest.mark.parametrize("rest", ["?includeInactive=true", "/alps"])
@pytest.mark.parametrize("scopes", [[], ["site.site_read"], ["site.site_manage"]])
def test_n1_inactive_sites_need_a_scope(alpine: Client, rest: str, scopes: list[str]) -> None:
    minted = alpine.post("//__admin/tokens", json={"scopes": scopes}).get_json()["token"]
    reply = alpine.with_token(minted).get(f"//site/acme/sites{rest}")
    if "site.site_manage" in scopes:
        assert reply.status_code == 200
    else:
        assert reply.status_code == 403
        assert reply.headers["X-Mock-Hint"].endswith("needs the scope site.site_manage")
        assert reply.get_json()["type"] == "forbidden"


def test_sites_are_counted_on_request_and_16_to_a_page(simulator: Callable[..., Client], tmp_path: Path) -> None:
    more = [{**ALPS, "code": f"alps{number:02}", "active": number % 2 == 0} for number in range(40)]
    client = simulator(write_default_world(tmp_path, sites=[*DEFAULT["sites"], *more], languages=ALPINE))
    counted = client.get("//site/acme/sites?totalCount=true")
    assert (len(counted.get_json()), counted.headers["X-Count"]) == (16, "22")
    assert client.get("//site/acme/sites?totalCount=true&includeInactive=true").headers["X-Count"] == "42"
    assert "X-Count" not in client.get("//site/acme/sites").headers


def test_n3_errors_have_sentences_only(client: Client) -> None:
    nowhere = client.get(f"//site/{client.tenant}/sites/nowhere")
    assert (nowhere.status_code, nowhere.get_json()["type"]) == (404, "not_found")
    assert "nowhere" in nowhere.get_json()["message"]
    wrong = client.get(f"//site/{client.tenant}/sites?includeInactive=maybe")
    assert (wrong.status_code, wrong.get_json()["status"]) == (400, 400)
    assert wrong.get_json()["details"] == [{"message": "includeInactive must be true or false"}]
    assert "fault" in client.with_token(None).get(f"//site/{client.tenant}/sites").get_json()


def test_n5_languages_and_currencies_come_from_the_world(alpine: Client) -> None:
    languages = [("en", "English"), ("de-CH", "de-CH"), ("it", "Italian"), ("de", "German"), ("ar", "Arabic")]
    assert choices(alpine, "project_lang") == [
        {"id": id_, "label": label, "default": id_ == "de-CH", "required": id_ == "de-CH"} for id_, label in languages
    ]
    currencies = [("CHF", "Swiss Franc"), ("EUR", "Euro"), ("USD", "US Dollar"), ("XAU", "XAU")]
    assert choices(alpine, "project_curr") == [
        {"id": id_, "label": label, "default": id_ == "EUR", "required": id_ == "EUR"} for id_, label in currencies
    ]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", ["newsletter", "project_curr", "project_lang", "theme"]),
        ("?keys=", ["newsletter", "project_curr", "project_lang", "theme"]),
        ("?keys=project_lang", ["project_lang"]),
        ("?keys=project_lang,project_curr", ["project_curr", "project_lang"]),
        ("?keys=project_lang, nothing,", ["project_lang"]),
        ("?keys=nothing", []),
    ],
)
def test_n6_properties_are_listed(client: Client, query: str, keys: list[str]) -> None:
    path = f"//configuration/{client.tenant}"
    properties = client.get(f"{path}/configurations{query}").get_json()
    assert [row["key"] for row in properties] == keys
    assert properties == [client.get(f"{path}/configurations/{key}").get_json() for key in keys]
    derived = client.get(f"{path}/configurations?keys=project_lang,project_curr").get_json()
    assert client.get(f"{path}/basic-configuration").get_json() == derived


def test_n5_without_a_default_site_the_first_one_has_the_default_currency(
    simulator: Callable[..., Client], tmp_path: Path
) -> None:
    plain = [{**site, "default": False} for site in DEFAULT["sites"]]
    client = simulator(write_default_world(tmp_path, sites=plain))
    assert [choice["id"] for choice in choices(client, "project_curr") if choice["default"]] == ["USD"]


def test_an_empty_world_has_one_language_and_the_currencies_of_its_sites(simulator: Callable[..., Client]) -> None:
    client = simulator("empty")
    used = {site["currency"] for site in sites(client, "?includeInactive=true")}
    assert {choice["id"] for choice in choices(client, "project_curr")} == used
    assert [choice["id"] for choice in choices(client, "project_lang") if choice["default"]] == ["en"]


@pytest.mark.parametrize("key", ["project_country", "PROJECT_LANG", "project_lang%20"])
def test_n4_a_property_that_is_not_simulated_is_not_found(client: Client, key: str) -> None:
    reply = client.get(f"//configuration/{client.tenant}/configurations/{key}")
    assert (reply.status_code, reply.get_json()["type"]) == (404, "not_found")
    explanation = client.get(f"//__admin/explain/{reply.headers['X-Mock-Explain']}").get_json()
    assert explanation["rule"]["id"] == "N4"


@pytest.mark.parametrize("token", ["manage-token", "read-token", "customer-token", "no-scope-token"])
def test_n4_the_configuration_needs_its_scope(client: Client, token: str) -> None:
    reply = client.with_token(token).get(f"//configuration/{client.tenant}/configurations/project_lang")
    assert (reply.status_code, reply.get_json()["status"]) == (403, 403)
    assert "configuration.configuration_view" in reply.headers["X-Mock-Hint"]
