"""Customer assignments over HTTP: rules A8, A12, C9, C14, D6 to D15, E6."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.access import READ_OWN_SEGMENTS
from mockserver.app import build
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.clock import ManualClock
from tests.support.samples import (
    ANOTHER_COMPANY,
    COMPANY,
    DEFAULT,
    GOLDEN,
    JACK,
    JOHN,
    PLATINUM,
    THIRD_COMPANY,
    TOOL_FANS,
    write_default_world,
)

B2C = f"/{TOOL_FANS}/customers/{JACK}"
B2B = f"/{TOOL_FANS}/customers/{JOHN}/{COMPANY}"
BULK = f"/{TOOL_FANS}/customers/bulk"
THEN = "2024-10-12T12:00:00.000Z"


def keys(reply: Any) -> list[tuple[str, str | None]]:
    return [(row["customer"]["id"], row.get("legalEntity", {}).get("id")) for row in reply.get_json()]


def members(client: Client, segment: str = TOOL_FANS) -> Any:
    return client.with_token("read-token").get(f"/{segment}/customers?pageSize=1000").get_json()


def own(client: Client, token: str = "customer2-token") -> list[str]:
    return [row["id"] for row in client.with_token(token).get("").get_json()]


def test_rows_join_names_from_the_world(client: Client) -> None:
    (row,) = [member for member in members(client, GOLDEN) if member["customer"]["id"] == JOHN]
    assert row == {
        "customer": {"id": JOHN, "firstName": "John", "lastName": "Doe", "email": "john.doe@email.com"},
        "legalEntity": {"id": COMPANY, "name": "SomeCompany"},
        "assignmentType": "MANUAL",
        "metadata": {"createdAt": THEN, "modifiedAt": THEN, "version": 1},
    }
    assert client.get(f"/{GOLDEN}/customers/{JOHN}/{COMPANY}").get_json() == row


def test_lists_and_searches_find_by_q_sort_and_page(client: Client) -> None:
    assert (JACK, ANOTHER_COMPANY) in keys(client.get(f"/{GOLDEN}/customers"))
    reply = client.get(f"/{GOLDEN}/customers", query_string={"q": "customer.lastName:Smith", "fields": "metadata"})
    assert reply.get_json()[0].keys() == {"customer", "legalEntity", "metadata"}
    reply = client.post(f"/{GOLDEN}/customers/search", json={"q": f"legalEntity.id:{COMPANY}"})
    assert keys(reply) == [(JOHN, COMPANY)]
    page = client.get(f"/{GOLDEN}/customers?pageSize=1&sort=customer.firstName:DESC", headers={"X-Total-Count": "true"})
    assert len(page.get_json()) == 1
    assert page.headers["X-Total-Count"] == str(len(members(client, GOLDEN)))


def test_a8_a_customer_lists_only_the_own_assignment_of_an_active_segment(client: Client) -> None:
    assert keys(client.with_token("customer-token").get(f"/{GOLDEN}/customers")) == [(JOHN, COMPANY)]
    assert keys(client.with_token("customer2-token").get(f"/{GOLDEN}/customers")) == [(JACK, ANOTHER_COMPANY)]
    for segment in (TOOL_FANS, "nowhere"):
        assert client.with_token("customer2-token").get(f"/{segment}/customers").get_json() == []
    assert client.with_token("customer-token").get(f"/{PLATINUM}/customers").get_json() == []


def test_a8_searching_and_reading_one_are_not_for_customers(client: Client) -> None:
    customer = client.with_token("customer-token")
    assert customer.post(f"/{GOLDEN}/customers/search").status_code == 403
    assert customer.get(f"/{TOOL_FANS}/customers/{JOHN}").status_code == 403
    assert customer.get(f"/{GOLDEN}/customers/{JOHN}/{COMPANY}").status_code == 403


@pytest.mark.parametrize(
    ("query", "ids"), [(f"q=customer.id:{JOHN}", [JOHN]), ("q=customer.id:nobody", []), ("sort=customer.id", [JOHN])]
)
def test_a8_a_customer_queries_and_sorts_the_own_assignments(client: Client, query: str, ids: list[str]) -> None:
    reply = client.with_token("customer-token").get(f"/{GOLDEN}/customers?{query}")
    assert [row["customer"]["id"] for row in reply.get_json()] == ids


def test_a12_the_legal_entity_of_the_token_decides_which_own_assignments_show(
    simulator: Callable[..., Client], tmp_path: Path
) -> None:
    bound = {"token": "bound", "customerId": JOHN, "legalEntityId": THIRD_COMPANY, "scopes": [READ_OWN_SEGMENTS]}
    manager = {"token": "manager", "scopes": ["customersegment.segment_manage"]}
    client = simulator(fixture=write_default_world(tmp_path, tokens=[bound, manager]))
    for entity in (COMPANY, THIRD_COMPANY):
        client.with_token("manager").put(f"/{TOOL_FANS}/customers/{JOHN}/{entity}")
    reply = client.with_token("bound").get(f"/{TOOL_FANS}/customers")
    assert keys(reply) == [(JOHN, None), (JOHN, THIRD_COMPANY)]
    assert client.with_token("bound").get(f"/{GOLDEN}/customers").get_json() == []


def test_a12_for_a_member_of_one_legal_entity_the_query_narrows_nothing(simulator: Callable[..., Client]) -> None:
    client = simulator(references="lenient")
    client.put(f"/{TOOL_FANS}/customers/{JACK}/{COMPANY}")
    reply = client.with_token("customer2-token").get(f"?legalEntityId={ANOTHER_COMPANY}").get_json()
    assert [row["id"] for row in reply] == [GOLDEN, TOOL_FANS]


def test_c9_switched_a_missing_segment_is_not_found(simulator: Callable[..., Client]) -> None:
    client = simulator(missing_parent="404")
    assert client.get("/nowhere/customers").status_code == 404
    assert client.post("/nowhere/customers/search").status_code == 404
    assert client.with_token("customer2-token").get(f"/{TOOL_FANS}/customers").status_code == 404


def test_c9_a_missing_segment_has_no_customers(client: Client) -> None:
    assert client.get("/nowhere/customers").get_json() == []
    assert client.post("/nowhere/customers/search").get_json() == []


def test_c10_a_missing_assignment_is_named(client: Client) -> None:
    reply = client.get(f"/{TOOL_FANS}/customers/{JACK}")
    assert (reply.status_code, reply.get_json()["resourceId"]) == (404, JACK)
    assert client.get(f"/{TOOL_FANS}/customers/{JOHN}/{COMPANY}").status_code == 404


def test_c14_a_row_whose_customer_left_keeps_the_id(client: Client, shared: Any) -> None:
    shared.world.tenant(client.tenant).change(
        lambda state: (
            state.without_document("customers", JOHN).without_document("legalEntities", COMPANY),
            None,
        )
    )
    row = client.get(f"/{GOLDEN}/customers/{JOHN}/{COMPANY}").get_json()
    assert (row["customer"], row["legalEntity"]) == ({"id": JOHN}, {"id": COMPANY})


@pytest.mark.parametrize("path", [B2C, B2B])
def test_d1_d2_d3_upserts_create_replace_and_check_versions(clock: ManualClock, path: str) -> None:
    client = Client(build(Settings(), clock).flask, "acme")
    created = client.put(path)
    assert (created.status_code, created.data) == (201, b"")
    clock.advance(hours=1)
    body = {"mixins": {"a": 1}, "metadata": {"mixins": {"a": "https://example.com/a.json"}, "version": 1}}
    assert client.put(path, json=body).status_code == 204
    noon, later = "2026-01-01T12:00:00.000Z", "2026-01-01T13:00:00.000Z"
    stored = client.get(path).get_json()
    assert stored["metadata"] == {
        "createdAt": noon,
        "modifiedAt": later,
        "version": 2,
        "mixins": {"a": "https://example.com/a.json"},
    }
    assert stored["mixins"] == {"a": 1}
    assert client.put(path, json=body).status_code == 409
    assert client.get(path).get_json() == stored
    client.put(path, json={})
    assert "mixins" not in client.get(path).get_json()


def test_d6_a_segment_must_exist(client: Client) -> None:
    for path in (f"/nowhere/customers/{JOHN}", f"/nowhere/customers/{JOHN}/{COMPANY}"):
        reply = client.put(path, json={})
        assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, "segmentId")


@pytest.mark.parametrize(
    ("who", "field"),
    [
        ("nobody", "customerId"),
        (f"nobody/{COMPANY}", "customerId"),
        (f"{JOHN}/nowhere", "legalEntityId"),
        (f"{JOHN}/{ANOTHER_COMPANY}", "legalEntityId"),
    ],
)
def test_d7_customer_and_legal_entity_must_exist_and_belong_together(client: Client, who: str, field: str) -> None:
    before = members(client)
    reply = client.put(f"/{TOOL_FANS}/customers/{who}", json={})
    assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, field)
    assert members(client) == before


def test_d7_a_customer_of_no_legal_entity_belongs_to_none(client: Client) -> None:
    alone = next(customer["id"] for customer in DEFAULT["customers"] if not customer.get("legalEntities"))
    assert client.put(f"/{TOOL_FANS}/customers/{alone}").status_code == 201
    reply = client.put(f"/{TOOL_FANS}/customers/{alone}/{COMPANY}")
    assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, "legalEntityId")


def test_d7_switched_any_customer_is_accepted_and_named(simulator: Callable[..., Client]) -> None:
    client = simulator(references="lenient")
    assert client.put(f"/{TOOL_FANS}/customers/nobody/nowhere").status_code == 201
    row = client.get(f"/{TOOL_FANS}/customers/nobody/nowhere").get_json()
    assert row["customer"] == {
        "id": "nobody",
        "firstName": "Customer",
        "lastName": "nobody",
        "email": "nobody@example.com",
    }
    assert row["legalEntity"] == {"id": "nowhere", "name": "Legal entity nowhere"}
    assert row in client.get(f"/{TOOL_FANS}/customers").get_json()


def test_d9_removing_a_missing_assignment_succeeds(client: Client) -> None:
    for path in (B2C, B2B, f"/nowhere/customers/{JOHN}"):
        assert client.delete(path).status_code == 204


def test_d9_switched_a_missing_assignment_is_not_found(simulator: Callable[..., Client]) -> None:
    client = simulator(delete_missing="404")
    client.put(B2C)
    assert [client.delete(B2C).status_code for _ in range(2)] == [204, 404]
    assert client.delete(BULK, json=[{"customerId": JACK}]).get_json()[0]["code"] == 404


def test_d14_an_automatic_assignment_that_is_written_becomes_manual(client: Client) -> None:
    row = next(
        assignment for assignment in DEFAULT["customerAssignments"] if assignment["assignmentType"] == "AUTOMATIC"
    )
    path = f"/{row['segmentId']}/customers/{row['customerId']}"
    if "legalEntityId" in row:
        path += f"/{row['legalEntityId']}"
    assert client.get(path).get_json()["assignmentType"] == "AUTOMATIC"
    assert client.put(path).status_code == 204
    assert client.get(path).get_json()["assignmentType"] == "MANUAL"


def test_d15_each_legal_entity_and_none_have_an_assignment_of_their_own(client: Client) -> None:
    paths = [f"/{TOOL_FANS}/customers/{JOHN}{entity}" for entity in ("", f"/{COMPANY}", f"/{THIRD_COMPANY}")]
    assert [client.put(path).status_code for path in paths] == [204, 201, 201]
    assert keys(client.get(f"/{TOOL_FANS}/customers?q=customer.id:{JOHN}")) == [
        (JOHN, None),
        (JOHN, THIRD_COMPANY),
        (JOHN, COMPANY),
    ]
    assert "legalEntity" not in client.get(paths[0]).get_json()
    client.delete(paths[0])
    assert [client.get(path).status_code for path in paths] == [404, 200, 200]


def test_memberships_show_at_once_in_what_a_customer_sees(client: Client) -> None:
    customer = client.with_token("customer2-token")
    assert own(client) == [GOLDEN]
    assert [client.put(B2C).status_code for _ in range(2)] == [201, 204]
    assert own(client) == [GOLDEN, TOOL_FANS]
    assert customer.get("/items/category-trees").get_json() != []
    assert len(customer.get("/items").get_json()) == 4
    assert keys(customer.get(f"/{TOOL_FANS}/customers")) == [(JACK, None)]
    client.delete(B2C)
    client.delete(f"/{GOLDEN}/customers/{JACK}/{ANOTHER_COMPANY}")
    assert own(client) == []
    assert customer.get("/items").get_json() == []
    assert customer.get("/items/category-trees").get_json() == []


def test_e1_a_bad_element_fails_alone(client: Client) -> None:
    elements: list[Any] = [
        {"customerId": JOHN},
        {"customerId": JACK},
        {"customerId": JACK, "legalEntityId": ANOTHER_COMPANY},
        {"customerId": JACK, "legalEntityId": COMPANY},
        {"customerId": "nobody"},
        {},
        {"customerId": 5},
        {"customerId": ""},
        {"customerId": JACK, "legalEntityId": ""},
        {"customerId": JACK, "metadata": {"version": 7}},
        {"customerId": JACK, "metadata": {"version": 1}},
        None,
    ]
    entries = client.put(BULK, json=elements).get_json()
    assert [entry["code"] for entry in entries] == [204, 201, 201, 400, 400, 400, 400, 400, 400, 409, 204, 400]
    assert entries[1] == {"index": 1, "code": 201, "status": "Created"}
    assert set(keys(client.get(f"/{TOOL_FANS}/customers"))) >= {(JOHN, None), (JACK, None), (JACK, ANOTHER_COMPANY)}


@pytest.mark.parametrize("base", ["0", "1"])
def test_e3_switched_the_index_counts_from_1(simulator: Callable[..., Client], base: str) -> None:
    client = simulator(bulk_index_base=base)
    for entries in (client.put(BULK, json=[{}, {}]), client.delete(BULK, json=[{}, {}])):
        assert [entry["index"] for entry in entries.get_json()] == [int(base), int(base) + 1]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_e4_201_elements_are_too_many(client: Client, method: str) -> None:
    element = {"customerId": JACK}
    assert len(client.send(method, BULK, json=[element] * 200).get_json()) == 200
    reply = client.send(method, BULK, json=[element] * 201)
    assert (reply.status_code, reply.get_json()["details"]["message"]) == (
        400,
        "Maximum size of the payload array is 200.",
    )


def test_e6_removals_take_customers_with_or_without_legal_entity(client: Client) -> None:
    client.put(B2B)
    entries = client.delete(
        BULK, json=[{"customerId": JOHN}, {"customerId": JOHN, "legalEntityId": COMPANY}, JOHN, {"id": JOHN}]
    ).get_json()
    assert [entry["code"] for entry in entries] == [204, 204, 400, 400]
    assert not [key for key in keys(client.get(f"/{TOOL_FANS}/customers")) if key[0] == JOHN]


@pytest.mark.parametrize("body", [None, {}, "text", 5, {"customerId": JOHN}])
def test_e6_a_removal_without_an_array_is_refused(client: Client, body: Any) -> None:
    before = members(client)
    reply = client.delete(BULK) if body is None else client.delete(BULK, json=body)
    assert reply.status_code == 400
    assert members(client) == before
