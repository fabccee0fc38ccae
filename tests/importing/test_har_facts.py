"""What single calls say about rows: a table of recorded calls and what the world has of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest

from mockserver.importing.world_import import NEW_PASSWORD
from tests.support.har import import_entries, make_entry

SEGMENTS = "/customer-segment/shop/segments"
GOLD = {
    "id": "gold",
    "name": {"en": "Gold"},
    "status": "ACTIVE",
    "siteCode": "main",
    "validity": {"from": "2026-01-01T01:00:00+01:00"},
    "metadata": {"version": 3, "createdAt": "2026-01-01T00:00:00Z", "modifiedAt": "2026-02-01T00:00:00Z"},
}
ANNA = {"id": "42", "customerNumber": "42", "firstName": "Anna", "lastName": "Ek", "contactEmail": "anna@shop.test"}


@dataclass(frozen=True)
class Case:
    """Recorded calls, and the fields of rows that the world has because of them; None for a row that it lacks."""

    entries: list[Any]
    rows: dict[str, dict[str, Any]]


def key_of(name: str, row: Any) -> str:
    names = {
        "sites": ("code",),
        "customerAssignments": ("segmentId", "customerId", "legalEntityId"),
        "groupAssignments": ("segmentId", "groupId"),
        "itemAssignments": ("segmentId", "type", "itemId"),
        "groupUsers": ("groupId", "userId"),
        "mixinSchemas": ("url",),
    }.get(name, ("id",))
    return "/".join(row[part] for part in names if part in row)


CASES = {
    "a segment, its time in UTC": Case(
        [make_entry(f"{SEGMENTS}/gold", GOLD)],
        {
            "segments": {
                "gold": {
                    "name": {"en": "Gold"},
                    "status": "ACTIVE",
                    "validity": {"from": "2026-01-01T00:00:00.000Z"},
                    "metadata": {
                        "createdAt": "2026-01-01T00:00:00.000Z",
                        "modifiedAt": "2026-02-01T00:00:00.000Z",
                        "version": 3,
                    },
                }
            },
            "sites": {"main": {"name": "main"}},
        },
    ),
    "another host with the same paths, behind a proxy": Case(
        [make_entry(f"https://shop.test/api/emporix{SEGMENTS}/gold", GOLD)], {"segments": {"gold": {}}}
    ),
    "Firefox, base64 with a byte order mark": Case(
        [make_entry(f"{SEGMENTS}/gold", GOLD, dialect="firefox")], {"segments": {"gold": {"name": {"en": "Gold"}}}}
    ),
    "texts in one language, each in its own": Case(
        [
            make_entry("/product/shop/products/1", {"id": "1", "code": "a", "name": name}, headers=headers)
            for name, headers in (
                ("Hache", {"accept-language": "fr"}),
                ("Marteau", {"accept-language": "fr-FR,fr;q=0.9"}),
                ("Axt", {}),
            )
        ],
        {"products": {"1": {"name": {"en": "Axt", "fr": "Marteau"}}}},
    ),
    "the newest call wins, whatever the order in the file": Case(
        [
            make_entry(f"{SEGMENTS}/gold", GOLD | {"name": {"en": "New"}}, minute=9),
            make_entry(f"{SEGMENTS}/gold", GOLD, minute=1),
        ],
        {"segments": {"gold": {"name": {"en": "New"}}}},
    ),
    "a segment that was deleted, with its assignments": Case(
        [
            make_entry(f"{SEGMENTS}/gold", GOLD),
            make_entry(f"{SEGMENTS}/gold/items", [{"segmentId": "gold", "type": "PRODUCT", "item": {"id": "1"}}]),
            make_entry(f"{SEGMENTS}/gold", method="DELETE", status=204, minute=1),
        ],
        {"segments": {"gold": None}, "itemAssignments": {"gold/PRODUCT/1": None}, "products": {"1": {}}},
    ),
    "a write that was refused": Case(
        [
            make_entry(f"{SEGMENTS}/gold", GOLD),
            make_entry(f"{SEGMENTS}/gold", {}, method="DELETE", status=400, minute=1),
            make_entry(f"{SEGMENTS}/bad", {}, method="PUT", status=409, sent=GOLD, minute=2),
        ],
        {"segments": {"gold": {}, "bad": None}},
    ),
    "a segment that was created, with the id of the response": Case(
        [make_entry(SEGMENTS, {"id": "made"}, method="POST", status=201, sent={"name": {"en": "M"}, "siteCode": "de"})],
        {"segments": {"made": {"status": "INACTIVE", "siteCode": "de"}}, "sites": {"de": {}}},
    ),
    "the elements of a bulk that succeeded": Case(
        [
            make_entry(
                f"{SEGMENTS}/gold/items/PRODUCT/bulk",
                [{"index": 1, "code": 201}, {"index": 2, "code": 400}],
                method="PUT",
                status=207,
                sent=[{"id": "1"}, {"id": "2"}],
            )
        ],
        {"itemAssignments": {"gold/PRODUCT/1": {}, "gold/PRODUCT/2": None}},
    ),
    "the segments of a product, and its categories": Case(
        [
            make_entry(
                "/product/shop/products/1",
                {"id": "1", "code": "a", "name": {"en": "A"}, "categoryIds": ["c"], "customerSegmentIds": ["gold"]},
            )
        ],
        {
            "itemAssignments": {"gold/PRODUCT/1": {}},
            "products": {"1": {"categories": ["c"]}},
            "categories": {"c": {"code": "c", "name": {"en": "c"}}},
            "segments": {"gold": {"name": {"en": "gold"}}},
        },
    ),
    "a tree, whose nodes do not name their parents": Case(
        [
            make_entry(
                "/category/shop/category-trees",
                [{"id": "a", "localizedName": {"de": "A"}, "subcategories": [{"id": "b", "name": "B"}]}],
            )
        ],
        {"categories": {"a": {"name": {"de": "A"}, "parentId": None}, "b": {"parentId": "a", "name": {"en": "B"}}}},
    ),
    "products of a category": Case(
        [
            make_entry(
                "/category/shop/categories/c/assignments",
                [{"id": "x", "categoryId": "c", "ref": {"id": "1", "type": "PRODUCT", "localizedName": {"en": "One"}}}],
            )
        ],
        {"products": {"1": {"categories": ["c"], "name": {"en": "One"}}}},
    ),
    "a customer assignment makes the customer a member of the legal entity": Case(
        [
            make_entry(
                f"{SEGMENTS}/gold/customers",
                [
                    {
                        "customer": {"id": "42", "firstName": "Anna", "lastName": "Ek", "email": "anna@shop.test"},
                        "legalEntity": {"id": "acme", "name": "Acme"},
                        "assignmentType": "AUTOMATIC",
                    }
                ],
            )
        ],
        {
            "customerAssignments": {"gold/42/acme": {"assignmentType": "AUTOMATIC"}},
            "customers": {"42": {"email": "anna@shop.test", "legalEntities": ["acme"]}},
            "legalEntities": {"acme": {"name": "Acme"}},
        },
    ),
    "a group that is assigned": Case(
        [make_entry(f"{SEGMENTS}/gold/groups", [{"segmentId": "gold", "group": {"id": "g", "name": {"en": "G"}}}])],
        {"groups": {"g": {"userType": "CUSTOMER", "name": {"en": "G"}}}, "groupAssignments": {"gold/g": {}}},
    ),
    "the groups of a user": Case(
        [make_entry("/iam/shop/users/42/groups", [{"id": "g", "name": {"en": "G"}, "userType": "CUSTOMER"}])],
        {"groupUsers": {"g/42": {"userType": "CUSTOMER"}}, "customers": {"42": {}}},
    ),
    "languages and currencies of the tenant": Case(
        [
            make_entry("/site/shop/sites/main", {"code": "main", "name": "Main", "currency": "EUR"}),
            make_entry(
                "/configuration/shop/configurations",
                [
                    {"key": "project_lang", "value": '[{"id": "de", "default": true}, {"id": "it"}]'},
                    {"key": "project_curr", "value": '[{"id": "EUR", "default": true}, {"id": "CHF"}]'},
                ],
            ),
        ],
        {"sites": {"main": {"availableCurrencies": ["EUR", "CHF"], "defaultLanguage": "de"}}},
    ),
    "the schema of a mixin": Case(
        [
            make_entry(
                f"{SEGMENTS}/gold",
                GOLD
                | {"mixins": {"a": {"b": 1}}, "metadata": {"version": 1, "mixins": {"a": "https://x.test/a.json"}}},
            )
        ],
        {
            "mixinSchemas": {"https://x.test/a.json": {"schema": {}}},
            "segments": {"gold": {"mixins": {"a": {"b": 1}}}},
        },
    ),
    "the customer who logged in": Case(
        [
            make_entry(
                "/customer/shop/login",
                {"access_token": "t-anna-1", "saas_token": jwt.encode({"sub": "42"}, "k" * 32)},
                method="POST",
                sent={"email": "anna@shop.test", "password": "her own"},
            )
        ],
        {"customers": {"42": {"email": "anna@shop.test", "password": NEW_PASSWORD}}},
    ),
    "the customer who logged in, whose number only the profile says": Case(
        [
            make_entry(
                "/customer/shop/login", {"access_token": "t-anna-1"}, method="POST", sent={"email": "anna@shop.test"}
            ),
            make_entry("/customer/shop/me", ANNA, token="t-anna-1", minute=1),
        ],
        {"customers": {"42": {"email": "anna@shop.test", "password": NEW_PASSWORD}, "customer1": None}},
    ),
    "a login that nothing else explains": Case(
        [make_entry("/customer/shop/login", {"access_token": "t"}, method="POST", sent={"email": "anna@shop.test"})],
        {"customers": {"customer1": {"email": "anna@shop.test", "password": NEW_PASSWORD}}},
    ),
    "own segments belong to the customer of the token": Case(
        [
            make_entry("/customer/shop/me", ANNA, token="t-anna-1"),
            make_entry(
                "/customer/shop/me", ANNA | {"id": "43", "contactEmail": "bo@shop.test"}, token="t-bo-1", minute=1
            ),
            make_entry(f"{SEGMENTS}/me", [GOLD], token="t-anna-1", minute=2),
        ],
        {"customerAssignments": {"gold/42": {}, "gold/43": None}},
    ),
    "own segments are not assigned twice": Case(
        [
            make_entry("/customer/shop/me", ANNA),
            make_entry(f"{SEGMENTS}/me", [GOLD], minute=1),
            make_entry(
                f"{SEGMENTS}/gold/customers/42/acme",
                {"customer": {"id": "42"}, "legalEntity": {"id": "acme"}},
                minute=2,
            ),
        ],
        {"customerAssignments": {"gold/42": None, "gold/42/acme": {}}},
    ),
    "a visitor is no customer": Case(
        [make_entry("/customer/shop/me", {"id": "00000000"}), make_entry(f"{SEGMENTS}/gold", GOLD)],
        {"customers": {"00000000": None}},
    ),
    "own segments before the profile": Case(
        [make_entry(f"{SEGMENTS}/me", [GOLD]), make_entry("/customer/shop/me", ANNA)],
        {"customerAssignments": {"gold/42": {}}},
    ),
    "categories in a cycle": Case(
        [
            make_entry("/category/shop/categories", [{"id": "a", "parentId": "b"}, {"id": "b", "parentId": "a"}]),
        ],
        {"categories": {"a": {}, "b": {}}},
    ),
    "a customer in a group for employees": Case(
        [
            make_entry("/iam/shop/groups", [{"id": "g", "userType": "EMPLOYEE"}]),
            make_entry("/iam/shop/groups/g/users", [{"groupId": "g", "userId": "42", "userType": "CUSTOMER"}]),
        ],
        {"groups": {"g": {"userType": "EMPLOYEE"}}, "groupUsers": {"g/42": None}},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_calls_become_rows(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    world, _ = import_entries(tmp_path, *case.entries, keeps_personal=True)
    for section, rows in case.rows.items():
        imported = {key_of(section, row): row for row in world.get(section, ())}
        for key, fields in rows.items():
            if fields is None:
                assert key not in imported
            else:
                assert {field: imported[key].get(field) for field in fields} == fields


def test_own_segments_of_an_unknown_caller_are_reported(tmp_path: Path) -> None:
    world, report = import_entries(tmp_path, make_entry(f"{SEGMENTS}/me", [GOLD]))
    assert "customerAssignments" not in world
    assert "customerAssignments of a caller whom no call names" in report.to_text()


def test_a_report_has_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    _, report = import_entries(
        tmp_path,
        make_entry(f"{SEGMENTS}/gold", GOLD | {"\x1b[2J": 1, "siteCode": "ma\u202ein"}),
        make_entry("https://ho\x1bst.test/", {}),
    )
    assert "?[2J" in report.to_text()
    assert all(line.isprintable() for line in report.to_text().splitlines())


def test_languages_are_those_of_the_tenant_or_of_the_texts(tmp_path: Path) -> None:
    named, _ = import_entries(tmp_path, *CASES["languages and currencies of the tenant"].entries)
    assert named["languages"] == {"default": "de", "supported": ["de", "it"]}
    found, _ = import_entries(tmp_path, *CASES["texts in one language, each in its own"].entries)
    assert found["languages"] == {"default": "en", "supported": ["en", "fr"]}


def test_the_tenant_with_most_calls_counts_unless_one_is_chosen(tmp_path: Path) -> None:
    entries = [make_entry(f"/product/{name}/products/1", {"id": name, "code": "a"}) for name in ("one", "two", "two")]
    world, report = import_entries(tmp_path, *entries)
    assert [row["id"] for row in world["products"]] == ["two"]
    assert (report.tenant, report.other_tenants) == ("two", {"one": 1})
    chosen, _ = import_entries(tmp_path, *entries, tenant="one")
    assert [row["id"] for row in chosen["products"]] == ["one"]


def test_the_report_says_what_was_added_and_what_was_not_understood(tmp_path: Path) -> None:
    _, report = import_entries(
        tmp_path,
        make_entry(f"{SEGMENTS}/gold", GOLD | {"colour": "red"}),
        make_entry(f"{SEGMENTS}/silver", None),
        make_entry(f"{SEGMENTS}/bronze", '{"id": "bron', status=200),
        make_entry(f"{SEGMENTS}/lead", {}, status=404),
        make_entry(f"{SEGMENTS}/iron", None, status=304),
        make_entry(f"{SEGMENTS}/tin", None, status=0),
        make_entry("/ai-service/shop/jobs", [{"id": 1}]),
        make_entry("/ai-service/shop/jobs", [{"id": 2}]),
        make_entry("/nobody/knows", {}),
        make_entry("https://cdn.test/app.js", "alert()"),
        make_entry(f"{SEGMENTS}/gold", None, method="OPTIONS"),
        {"request": {"url": "data:text/plain,x"}},
    )
    segment = "GET /customer-segment/{tenant}/segments/{segmentId}"
    assert report.not_understood == {
        (segment, "no body recorded"): 1,
        (segment, "a body that is not JSON, or cut off"): 1,
        (segment, "an error response, 404"): 1,
        (segment, "not modified, so the browser recorded no body; export with its cache disabled"): 1,
        (segment, "no response"): 1,
        ("GET /ai-service/{tenant}/jobs", "not simulated"): 2,
        ("GET /nobody/...", "no known operation"): 1,
        ("cdn.test", "another host"): 1,
        ("an entry", "no call that can be read"): 1,
    }
    assert report.added == {"sites": ["main"]}
    assert report.unknown_fields == {("segments", "colour"): 1}
    assert (report.calls, report.used_calls) == (12, 1)
    text = report.to_text()
    assert "2 GET /ai-service/{tenant}/jobs: not simulated" in text
    assert "sites: main" in text


def test_values_that_a_world_refuses_are_told_apart_or_listed(tmp_path: Path) -> None:
    site = {"code": "main", "defaultLanguage": "de", "languages": ["en"], "active": True, "currency": "EUR"}
    customers = [ANNA | {"id": id_, "customerNumber": id_} for id_ in ("1", "2")]
    world, report = import_entries(
        tmp_path,
        make_entry("/site/shop/sites", [site]),
        *(make_entry(f"/customer/shop/customers/{customer['id']}", customer) for customer in customers),
        keeps_personal=True,
    )
    assert world["sites"][0]["languages"] == ["en", "de"]
    assert [row["email"] for row in world["customers"]] == ["anna@shop.test", "2-anna@shop.test"]
    assert report.dropped["customers", "email that another row has"] == 1
