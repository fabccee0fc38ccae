"""Legal entities, and the customers who are their contacts: rules M3 to M5."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mockserver.access import Principal
from mockserver.store.world import World
from tests.support.client import Client
from tests.support.samples import ANOTHER_COMPANY, COMPANY, DEFAULT, THIRD_COMPANY, write_default_world

ENTITIES = sorted(entity["id"] for entity in DEFAULT["legalEntities"])
PAIRS = [(id_, customer["id"]) for customer in DEFAULT["customers"] for id_ in customer.get("legalEntities", ())]
SUBSIDIARY = {
    "id": "subsidiary",
    "name": "SomeBranch",
    "type": "SUBSIDIARY",
    "parentId": COMPANY,
    "legalInfo": {"legalName": "SomeBranch GmbH", "countryOfRegistration": "DE"},
}
METADATA = {"version": 1, "createdAt": "2024-01-01T08:00:00.000Z", "modifiedAt": "2024-01-01T08:00:00.000Z"}


def call(client: Client, path: str, token: str = "admin-token", **request: Any) -> TestResponse:
    """Send a GET below /customer-management/{tenant}, or a POST if a body is given."""
    method = "POST" if "json" in request else "GET"
    return client.with_token(token).send(method, f"//customer-management/{client.tenant}/{path}", **request)


def rows(reply: TestResponse) -> Any:
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def ids(reply: TestResponse) -> list[str]:
    return [row["id"] for row in rows(reply)]


def pairs(reply: TestResponse) -> list[tuple[str, str]]:
    return [(row["legalEntity"]["id"], row["customer"]["id"]) for row in rows(reply)]


@pytest.fixture
def branched(simulator: Callable[..., Client], tmp_path: Path) -> Client:
    """Return a client whose world has a company with a subsidiary without contacts."""
    entities = [*DEFAULT["legalEntities"], SUBSIDIARY]
    return simulator(fixture=write_default_world(tmp_path, legalEntities=entities))


def test_m3_a_reader_sees_all_legal_entities(client: Client) -> None:
    assert ids(call(client, "legal-entities")) == ENTITIES
    assert ids(call(client, "legal-entities/search", json={})) == ENTITIES
    company = call(client, f"legal-entities/{COMPANY}").get_json()
    assert company == {"id": COMPANY, "name": "SomeCompany", "type": "COMPANY", "metadata": METADATA}


def test_m3_a_customer_lists_own_legal_entities_but_cannot_read_one(client: Client) -> None:
    assert ids(call(client, "legal-entities", "customer-token")) == sorted([COMPANY, THIRD_COMPANY])
    assert ids(call(client, "legal-entities/search", "customer2-token", json={})) == [ANOTHER_COMPANY]
    assert ids(call(client, f"legal-entities?id={ANOTHER_COMPANY}", "customer-token")) == []
    alone = call(client, f"legal-entities/{COMPANY}", "customer-token")
    assert alone.status_code == 403
    assert "customermanagement.legalentity_read" in alone.headers["X-Mock-Hint"]


def test_m3_a_token_that_is_bound_to_a_legal_entity_lists_the_others_too(client: Client, world: World) -> None:
    scopes = frozenset({"customermanagement.legalentity_read_own"})
    world.tokens.issue("bound", Principal(scopes, client.tenant, "98029737", THIRD_COMPANY))
    world.tokens.issue("nobody's", Principal(scopes, client.tenant))
    assert ids(call(client, "legal-entities", "bound")) == sorted([COMPANY, THIRD_COMPANY])
    assert ids(call(client, "legal-entities", "nobody's")) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"id={COMPANY}", [COMPANY]),
        ("name=SomeBranch", ["subsidiary"]),
        ("name=some", [COMPANY, "subsidiary"]),
        ("type=SUBSIDIARY", ["subsidiary"]),
        ("type=COMPANY", ENTITIES),
        (f"parentId={COMPANY}", ["subsidiary"]),
        ("legalInfo.legalName=SomeBranch%20GmbH", ["subsidiary"]),
        ("legalInfo.countryOfRegistration=DE&type=COMPANY", []),
        ("legalInfo.registrationId=1", []),
        ("q=legalInfo.countryOfRegistration:DE", ["subsidiary"]),
    ],
)
def test_m3_legal_entities_are_filtered_by_their_fields(branched: Client, query: str, expected: list[str]) -> None:
    assert ids(call(branched, f"legal-entities?{query}")) == expected
    if not query.startswith("q="):
        assert ids(call(branched, f"legal-entities/search?{query}", json={})) == expected


def test_m3_a_legal_entity_has_the_fields_of_the_world(branched: Client) -> None:
    assert call(branched, "legal-entities/subsidiary").get_json() == SUBSIDIARY | {"metadata": METADATA}
    assert call(branched, "legal-entities/subsidiary?fields=name").get_json() == {
        "id": "subsidiary",
        "name": "SomeBranch",
    }


def test_m4_a_contact_is_a_customer_of_a_legal_entity(client: Client) -> None:
    contact = rows(call(client, f"contact-assignments?customer.id=98029737&legalEntity.id={COMPANY}"))[0]
    assert re.fullmatch(r"[0-9a-f]{24}", contact.pop("id"))
    assert contact == {
        "legalEntity": {"id": COMPANY, "name": "SomeCompany", "type": "COMPANY", "metadata": METADATA},
        "customer": {"id": "98029737", "name": "John", "surname": "Doe", "email": "john.doe@email.com"},
        "type": "PRIMARY",
        "primary": True,
        "metadata": METADATA,
    }


def test_m4_every_legal_entity_with_customers_has_one_primary_contact_the_first(client: Client) -> None:
    everything = call(client, "contact-assignments?pageSize=1000")
    assert sorted(pairs(everything)) == sorted(PAIRS)
    primary = pairs(call(client, "contact-assignments?primary=true&pageSize=1000"))
    assert dict(primary) == {entity: min(who for other, who in PAIRS if other == entity) for entity, _ in PAIRS}
    assert len(primary) == len(dict(primary))
    others = call(client, "contact-assignments?primary=false&type=CONTACT&pageSize=1000")
    assert sorted(pairs(others)) == sorted(set(PAIRS) - set(primary))
    assert rows(call(client, "contact-assignments?type=BILLING")) == []


def test_m4_contacts_are_found_under_the_ids_that_customers_show(client: Client) -> None:
    assignment_ids = ids(call(client, "contact-assignments?pageSize=1000"))
    assert len(set(assignment_ids)) == len(PAIRS)
    customer = client.get(f"//customer/{client.tenant}/customers/98029737").get_json()
    for entity in customer["b2b"]["legalEntities"]:
        assert entity["contactAssignmentId"] in assignment_ids
        contact = call(client, f"contact-assignments/{entity['contactAssignmentId']}?fields=legalEntity").get_json()
        assert contact["id"] == entity["contactAssignmentId"]
        assert contact["legalEntity"]["name"] == entity["name"]
        assert "customer" not in contact


def test_m5_pages_have_16_rows_and_a_count_when_asked(client: Client) -> None:
    page = call(client, "contact-assignments", headers={"X-Total-Count": "true"})
    assert len(rows(page)) == 16
    assert page.headers["X-Total-Count"] == str(len(PAIRS))
    assert "X-Total-Count" not in call(client, "contact-assignments").headers
    assert pairs(call(client, "contact-assignments?pageNumber=2"))[0] not in pairs(page)


def test_errors_of_legal_entities_have_a_list_of_sentences(client: Client) -> None:
    wrong = call(client, "legal-entities?type=COMPANIES").get_json()
    assert (wrong["code"], wrong["status"], len(wrong["details"])) == (400, "Bad Request", 1)
    for path in ("legal-entities/nowhere", "contact-assignments/nowhere"):
        missing = call(client, path)
        assert (missing.status_code, missing.get_json()["resourceId"]) == (404, "nowhere")
