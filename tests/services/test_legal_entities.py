"""Writes of legal entities, contact assignments and locations: rules M9 and M10."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client
from tests.support.samples import ANOTHER_COMPANY, COMPANY, GOLDEN, JACK, JOHN

BRANCH = {"name": "Branch", "type": "SUBSIDIARY", "parentId": COMPANY}
OFFICE = {"name": "Office", "type": "OFFICE", "contactDetails": {"emails": ["a@example.com"], "city": "Hamburg"}}
JACK_OF_COMPANY = {"legalEntity": {"id": COMPANY}, "customer": {"id": JACK}}


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Send a request below /customer-management of the tenant, check its status, and return the body of the reply."""
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//customer-management/{client.tenant}/{path}", **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def find_entities(client: Client, customer: str) -> list[str]:
    """Return the legal entities that a customer belongs to, by the profile."""
    reply = client.with_token(f"customer:{customer}").get(f"//customer/{client.tenant}/me")
    return [entity["id"] for entity in reply.get_json().get("b2b", {}).get("legalEntities", ())]


def test_m9_a_legal_entity_is_created_and_replaced(client: Client) -> None:
    call(client, "POST", "locations", {**OFFICE, "id": "office"}, 201)
    places = {
        "entitiesAddresses": [{"id": "office"}],
        "customerGroups": [{"id": "1gr5e52e-6e27-4ac5-9471-2467d3fb7500"}],
    }
    approval = {"approvalGroup": [{"id": "01259b38670025c174560caa"}, {"id": "nobody"}]}
    id_ = call(client, "POST", "legal-entities", {"name": "ABC", **places, **approval, "unknown": 1}, 201)["id"]
    stored = call(client, "GET", f"legal-entities/{id_}")
    assert (stored["type"], stored["metadata"]["version"], "unknown" in stored) == ("COMPANY", 1, False)
    assert stored["entitiesAddresses"][0]["contactDetails"]["city"] == "Hamburg"
    assert stored["customerGroups"][0]["name"]["en"] == "Customers"
    assert [member.get("customer", {}).get("id") for member in stored["approvalGroup"]] == [JOHN, None]
    replaced = {"name": "New", "type": "COMPANY", "restrictions": None, "metadata": {"version": 1}}
    call(client, "PUT", f"legal-entities/{id_}", replaced, 204)
    call(client, "PUT", f"legal-entities/{id_}", replaced, 409)
    assert call(client, "GET", f"legal-entities/{id_}").keys() == {"id", "name", "type", "metadata"}
    call(client, "PUT", "legal-entities/branch", BRANCH, 201)
    call(client, "PUT", "legal-entities/branch", {**BRANCH, "parentId": "nothing"}, 400)
    call(client, "PUT", f"legal-entities/{COMPANY}", {**BRANCH, "parentId": "branch"}, 400)
    call(client, "POST", "legal-entities", {"name": "ABC", "entitiesAddresses": [{"id": "nowhere"}]}, 400)
    call(client, "POST", "legal-entities", {"name": "ABC", "id": "with blank"}, 400)


def test_m9_a_hierarchy_leads_to_the_top(client: Client) -> None:
    call(client, "PUT", "legal-entities/branch", BRANCH, 201)
    call(client, "PUT", "legal-entities/desk", {**BRANCH, "parentId": "branch"}, 201)
    hierarchy = call(client, "GET", "legal-entities/desk/parent-hierarchy")
    assert [entity["id"] for entity in hierarchy] == ["desk", "branch", COMPANY]
    call(client, "GET", "legal-entities/nothing/parent-hierarchy", status=404)


def test_m9_a_deleted_legal_entity_takes_what_depends_on_it_with_it(client: Client) -> None:
    call(client, "PUT", "legal-entities/branch", BRANCH, 201)
    listed = {"name": {"en": "X"}, "siteCode": "main", "legalEntityId": COMPANY}
    reply = client.post(f"//price/{client.tenant}/price-lists", json=listed)
    assert reply.status_code == 201
    call(client, "DELETE", f"legal-entities/{COMPANY}", status=204)
    call(client, "DELETE", f"legal-entities/{COMPANY}", status=404)
    call(client, "GET", "legal-entities/branch", status=404)
    assert COMPANY not in find_entities(client, JOHN)
    members = client.get(f"/{GOLDEN}/customers").get_json()
    assert [row.get("legalEntity", {}).get("id") for row in members] == [ANOTHER_COMPANY]
    groups = client.get(f"//iam/{client.tenant}/groups?q=b2b.legalEntityId:{COMPANY}").get_json()
    assert groups == []
    assert client.get(f"//price/{client.tenant}/price-lists?q=legalEntityId:{COMPANY}").get_json() == []


def test_m10_a_contact_assignment_makes_a_customer_a_member(client: Client) -> None:
    id_ = call(client, "POST", "contact-assignments", {**JACK_OF_COMPANY, "type": "BILLING", "primary": True}, 201)[
        "id"
    ]
    shown = call(client, "GET", f"contact-assignments/{id_}")
    assert (shown["type"], shown["primary"], shown["customer"]["id"]) == ("BILLING", True, JACK)
    assert find_entities(client, JACK) == [ANOTHER_COMPANY, COMPANY]
    call(client, "POST", "contact-assignments", JACK_OF_COMPANY, 409)
    call(client, "PUT", "contact-assignments/other", {**JACK_OF_COMPANY, "type": "CONTACT"}, 409)
    changed = {**JACK_OF_COMPANY, "type": "PRIMARY", "metadata": {"version": 1}}
    call(client, "PUT", f"contact-assignments/{id_}", changed, 204)
    call(client, "PUT", f"contact-assignments/{id_}", changed, 409)
    shown = call(client, "GET", f"contact-assignments/{id_}")
    assert (shown["type"], shown["primary"], shown["metadata"]["version"]) == ("PRIMARY", True, 2)
    call(client, "DELETE", f"contact-assignments/{id_}", status=204)
    call(client, "DELETE", f"contact-assignments/{id_}", status=404)
    assert find_entities(client, JACK) == [ANOTHER_COMPANY]


def test_m10_an_assignment_of_the_world_can_be_changed(client: Client) -> None:
    (old,) = call(client, "GET", f"contact-assignments?customer.id={JOHN}&legalEntity.id={COMPANY}")
    moved = {"legalEntity": {"id": ANOTHER_COMPANY}, "customer": {"id": JOHN}, "type": "LOGISTICS"}
    call(client, "PUT", f"contact-assignments/{old['id']}", moved, 204)
    assert COMPANY not in find_entities(client, JOHN)
    assert ANOTHER_COMPANY in find_entities(client, JOHN)
    shown = call(client, "GET", f"contact-assignments/{old['id']}")
    assert (shown["legalEntity"]["id"], shown["type"], shown["primary"]) == (ANOTHER_COMPANY, "LOGISTICS", False)


@pytest.mark.parametrize("field", ["legalEntity", "customer"])
def test_m10_both_sides_must_exist(client: Client, field: str) -> None:
    refused = call(client, "POST", "contact-assignments", {**JACK_OF_COMPANY, field: {"id": "nothing"}}, 400)
    assert refused["details"][0].startswith(f"/{field}/id")


FILTERS = {
    "name=OFF": ["mine"],
    "contactDetails.city=ham": ["mine"],
    "contactDetails.email=EXAMPLE": ["mine"],
    "contactDetails.countryCode=DE": [],
    "type=WAREHOUSE": [],
}


def test_m9_locations_are_filtered_and_leave_their_entities(client: Client) -> None:
    client.put(f"//__admin/state/locations?tenant={client.tenant}", json=[])
    call(client, "POST", "locations", {**OFFICE, "id": "mine"}, 201)
    found = {query: [row["id"] for row in call(client, "GET", f"locations?{query}")] for query in FILTERS}
    assert found == FILTERS
    call(client, "PUT", "legal-entities/abc", {**BRANCH, "entitiesAddresses": [{"id": "mine"}]}, 201)
    call(client, "PUT", "locations/mine", {**OFFICE, "metadata": {"version": 2}}, 409)
    call(client, "PUT", "locations/mine", {**OFFICE, "type": "WAREHOUSE"}, 204)
    call(client, "DELETE", "locations/mine", status=204)
    call(client, "DELETE", "locations/mine", status=404)
    assert call(client, "GET", "legal-entities/abc")["entitiesAddresses"] == []
