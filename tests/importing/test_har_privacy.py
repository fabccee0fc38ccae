"""Secrets and personal data leave no trace in a world, wherever they are; the same value gets the same replacement."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
import pytest
import yaml

from mockserver.importing.personal_data import classify_field
from tests.support.har import import_entries, make_entry

MAIL, LOGIN_MAIL = "Astrid.Grünwaldt@Privat-Post.example", "bo.holm@mail.test"
SECRETS = {
    "token": "tok-5b1c9e7d1a",
    "jwt": jwt.encode({"sub": "42"}, "k" * 32),
    "cookie": "c00kie-value-77",
    "client": "client-id-4711",
    "client secret": "s3cr3t-4711",
    "password": "Geheim!2026",
    "refresh token": "refresh-99aa",
    "signature": "AbCdEf0123456789",
}
PERSONAL = {
    "mail": MAIL,
    "login": LOGIN_MAIL,
    "first name": "Astrid",
    "last name": "Grünwaldt",
    "phone": "+49 170 5550199",
    "local phone": "030 5550123",
    "street": "Lindenallee",
    "house": "17c",
    "zip": "98765",
    "city": "Kleinkuhren",
    "line": "Hinterhaus rechts",
    "birth": "1977-03-14",
    "iban": "DE89370400440532013000",
    "contact": "Bo Holmström",
}
ADDRESS = {
    "id": "a1",
    "contactName": PERSONAL["contact"],
    "street": PERSONAL["street"],
    "streetNumber": PERSONAL["house"],
    "zipCode": PERSONAL["zip"],
    "city": PERSONAL["city"],
    "extraLine1": PERSONAL["line"],
    "contactPhone": PERSONAL["local phone"],
    "country": "DE",
}
MIXINS = {
    "details": {
        "birthDate": PERSONAL["birth"],
        "phones": [PERSONAL["phone"], {"number": PERSONAL["local phone"]}],
        "iban": PERSONAL["iban"],
        "apiKey": SECRETS["signature"],
        "owner": {"eMail": MAIL, "recipientName": "Astrid Grünwaldt"},
        MAIL: {"note": f"Call {PERSONAL['phone']} or tel. {PERSONAL['local phone']}, {PERSONAL['contact']}"},
        "note": f"For GRÜNWALDT, {PERSONAL['street']} {PERSONAL['house']}: {LOGIN_MAIL.upper()}, 1977-03-14",
        "link": f"https://{quote(LOGIN_MAIL)}:{SECRETS['password']}@x.test/a?sig={SECRETS['signature']}&w=1",
        "curl": f"Bearer {SECRETS['token']}, {SECRETS['jwt']}, {SECRETS['client secret']}, {SECRETS['cookie']}",
        "loyalty": {"points": 12, "level": "GOLD"},
    }
}
METADATA = {"version": 1, "mixins": {"details": f"https://x.test/s.json?token={SECRETS['signature']}"}}
ENTRIES = [
    make_entry(
        f"/customerlogin/auth/anonymous/login?tenant=shop&client_id={SECRETS['client']}",
        {"access_token": SECRETS["token"], "refresh_token": SECRETS["refresh token"]},
        headers={"cookie": f"sid={SECRETS['cookie']}"},
    ),
    make_entry(
        "/oauth/token", {"access_token": SECRETS["token"]}, method="POST", sent={"client_secret": "s3cr3t-4711"}
    ),
    make_entry(
        "/customer/shop/login",
        {"access_token": SECRETS["token"], "saas_token": SECRETS["jwt"]},
        method="POST",
        sent={"email": MAIL, "password": SECRETS["password"]},
    ),
    make_entry(
        "/customer/shop/me?expand=addresses,mixin:*",
        {
            "id": "42",
            "contactEmail": MAIL,
            "firstName": "Astrid",
            "lastName": "Grünwaldt",
            "contactPhone": PERSONAL["phone"],
            "addresses": [ADDRESS],
            "mixins": MIXINS,
        },
        token=SECRETS["token"],
    ),
    make_entry(
        "/customer/shop/customers",
        [{"id": LOGIN_MAIL, "firstName": "Bo", "lastName": "Holmström", "contactEmail": LOGIN_MAIL}],
    ),
    make_entry(
        "/customer-segment/shop/segments/gold",
        {
            "id": "gold",
            "name": {"en": "Astrid Grünwaldt and friends"},
            "description": {"en": f"Made for {MAIL.lower()}; ask Grünwaldt, {PERSONAL['phone']}"},
            "mixins": MIXINS,
            "metadata": METADATA,
        },
    ),
    make_entry(
        f"/customer-segment/shop/segments/gold/customers/{quote(LOGIN_MAIL)}",
        {"customer": {"id": LOGIN_MAIL}, "mixins": MIXINS, "metadata": METADATA},
    ),
    make_entry(
        "/product/shop/products/1",
        {
            "id": "1",
            "code": "4006381333931",
            "name": {"en": "Table, by Astrid Grünwaldt"},
            "description": {"en": f"Questions: {LOGIN_MAIL}, {PERSONAL['phone']}, Frau Grünwaldt"},
            "media": [
                {"id": "m", "url": f"https://u:{SECRETS['password']}@cdn.test/1.png?width=300&token=AbCdEf0123456789"}
            ],
            "mixins": MIXINS,
        },
    ),
    make_entry("/customer-management/shop/legal-entities", [{"id": "e1", "name": "Grünwaldt & Holmström GmbH"}]),
    make_entry(
        "/checkout/shop/checkouts/order",
        {"orderId": "1"},
        method="POST",
        sent={"customer": {"firstName": "Zoltan", "lastName": "Váradi", "email": "zoltan@x.test"}},
    ),
]


def to_text(world: dict[str, Any]) -> str:
    return yaml.safe_dump(world, allow_unicode=True, width=10_000) + json.dumps(world)


def find_traces(world: dict[str, Any], values: dict[str, str]) -> dict[str, str]:
    text = to_text(world).casefold()
    forms = {name: {value, quote(value), value.replace(" ", "")} for name, value in values.items()}
    return {name: values[name] for name, found in forms.items() if any(form.casefold() in text for form in found)}


def test_nothing_secret_or_personal_is_in_the_world(tmp_path: Path) -> None:
    world, report = import_entries(tmp_path, *ENTRIES)
    assert find_traces(world, SECRETS | PERSONAL) == {}
    kinds = {kind for kind, _ in report.replaced}
    assert {"secret", "e-mail address", "phone number", "birth date", "payment data", "street", "city"} <= kinds
    assert find_traces(report.to_json(), SECRETS | PERSONAL) == {}
    assert "removed or replaced" in report.to_text().casefold()


def test_only_secrets_go_if_personal_data_is_kept(tmp_path: Path) -> None:
    world, _ = import_entries(tmp_path, *ENTRIES, keeps_personal=True)
    assert find_traces(world, SECRETS) == {}
    assert find_traces(world, PERSONAL).keys() >= PERSONAL.keys()


def test_what_is_neither_secret_nor_personal_stays(tmp_path: Path) -> None:
    world, _ = import_entries(tmp_path, *ENTRIES)
    (product,) = world["products"]
    assert product["code"] == "4006381333931"
    assert re.fullmatch(r"Table, by First\d Last\d", product["name"]["en"])
    assert product["media"][0]["url"] == "https://cdn.test/1.png?width=300&token=removed"
    assert product["mixins"]["details"]["loyalty"] == {"points": 12, "level": "GOLD"}
    (gold,) = world["segments"]
    assert gold["id"] == "gold"
    assert gold["metadata"]["mixins"]["details"] == world["mixinSchemas"][0]["url"]


def test_the_same_value_gets_the_same_replacement(tmp_path: Path) -> None:
    world, report = import_entries(tmp_path, *ENTRIES)
    by_id = {customer["id"]: customer for customer in world["customers"]}
    astrid, holm = by_id.pop("42"), next(iter(by_id.values()))
    assert holm["id"] == holm["email"]
    assert {row["customerId"] for row in world["customerAssignments"]} == {holm["id"]}
    (gold,) = world["segments"]
    assert astrid["email"] in gold["description"]["en"]
    assert gold["name"]["en"] == f"{astrid['firstName']} {astrid['lastName']} and friends"
    assert gold["mixins"]["details"]["owner"]["eMail"] == astrid["email"]
    assert world["legalEntities"][0]["name"] == f"{astrid['lastName']} & {holm['lastName']} GmbH"
    assert astrid["addresses"][0]["contactName"] == f"{holm['firstName']} {holm['lastName']}"
    assert [login["email"] for login in report.logins] == [astrid["email"]]
    assert world == import_entries(tmp_path, *ENTRIES)[0]


def test_a_products_name_is_not_taken_for_that_of_a_person(tmp_path: Path) -> None:
    world, _ = import_entries(
        tmp_path,
        make_entry("/customer/shop/me", {"id": "42", "firstName": "Jack", "lastName": "Hammer"}),
        make_entry("/product/shop/products/1", {"id": "1", "code": "Hammer", "name": {"en": "Hammer"}}),
    )
    assert world["products"][0]["name"] == {"en": "Hammer"}
    assert world["products"][0]["code"] == "Hammer"


def test_the_home_of_a_site_is_no_personal_address(tmp_path: Path) -> None:
    home = {"address": {"street": "Hauptallee", "zipCode": "11011", "city": "Berlin", "country": "DE"}}
    entry = make_entry("/site/shop/sites/main", {"code": "main", "name": "Main", "currency": "EUR", "homeBase": home})
    assert import_entries(tmp_path, entry)[0]["sites"][0]["homeBase"] == home


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("secret", ["password", "access_token", "X-Api-Key", "clientId", "refreshTokens", "pin"]),
        ("e-mail address", ["email", "contactEmail", "E-Mail", "emails", "billing_email", "mailAddress"]),
        ("phone number", ["phone", "contactPhone", "mobileNumber", "fax", "phones", "tel"]),
        ("first name", ["firstName", "first_name", "givenName", "Vorname"]),
        ("last name", ["lastName", "surname", "familyName", "Nachname"]),
        ("name", ["contactName", "recipientName", "fullName"]),
        ("street", ["street", "streetName", "billingStreet", "Strasse"]),
        ("birth date", ["birthDate", "dateOfBirth", "birthday", "dob"]),
        (None, ["name", "id", "code", "customerId", "status", "siteCode", "pinned", "capacity", "report", "key"]),
    ],
)
def test_fields_are_known_by_their_names(kind: str | None, names: list[str]) -> None:
    assert {name: classify_field(name) for name in names} == dict.fromkeys(names, kind)
