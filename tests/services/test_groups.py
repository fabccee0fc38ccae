"""Assignments of IAM groups to segments, and what the customers of these groups see (A4a, A8a, A8b, D10a, D18, D19)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.access import READ_OWN_SEGMENTS, READ_SEGMENTS, Principal
from mockserver.app import App
from tests.support.client import Admin, Client
from tests.support.samples import (
    ATTRIBUTES,
    COMPANY,
    COMPANY_GROUP,
    EMPLOYEES,
    GOLDEN,
    HAMMER,
    JACK,
    JOHN,
    MANAGER,
    MANAGERS,
    PLATINUM,
    REGULARS,
    THIRD_COMPANY,
    TOOL_FANS,
    write_default_world,
)


@pytest.fixture
def manager(client: Client) -> Client:
    """Return a client that writes."""
    return client.with_token("manage-token")


@pytest.fixture
def jack(client: Client) -> Client:
    """Return a client of Jack, who is in the group REGULARS."""
    return client.with_token("customer2-token")


@pytest.fixture
def john_for(shared: App, client: Client) -> Callable[[str | None], Client]:
    """Return a function that returns a client of John, who acts for this legal entity."""

    def issue(entity: str | None) -> Client:
        token = f"john-{client.tenant}-{entity}"
        principal = Principal(frozenset({READ_OWN_SEGMENTS}), client.tenant, JOHN, entity)
        shared.world.tokens.issue(token, principal)
        return client.with_token(token)

    return issue


def ids_at(client: Client, path: str) -> list[str]:
    reply = client.get(path)
    assert reply.status_code == 200, reply.text
    return [row["id"] for row in reply.get_json()]


def list_group_ids(client: Client, segment: str, query: str = "") -> list[str]:
    reply = client.with_token("read-token").get(f"/{segment}/groups{query}")
    assert reply.status_code == 200, reply.text
    return [row["group"]["id"] for row in reply.get_json()]


# The caller's own segments.


def test_a8a_a_customer_lists_own_active_segments(client: Client, jack: Client) -> None:
    assert ids_at(client.with_token("customer-token"), "/me") == [GOLDEN, TOOL_FANS]
    assert ids_at(jack, "/me") == [GOLDEN]


def test_a8a_a_token_without_customer_has_no_own_segments(shared: App, client: Client) -> None:
    shared.world.tokens.issue("service", Principal(frozenset({READ_OWN_SEGMENTS}), client.tenant))
    reply = client.with_token("service").get("/me", headers={"X-Total-Count": "true"})
    assert (reply.status_code, reply.get_json(), reply.headers["X-Total-Count"]) == (200, [], "0")


def test_a8a_a_customer_who_sees_everything_still_lists_only_own_segments(shared: App, client: Client) -> None:
    shared.world.tokens.issue("both", Principal(frozenset({READ_SEGMENTS, READ_OWN_SEGMENTS}), client.tenant, JACK))
    assert ids_at(client.with_token("both"), "/me") == [GOLDEN]


def test_a8a_the_switch_of_lists_does_not_change_own_segments(simulator: Callable[..., Client]) -> None:
    client = simulator(own_list="catalogue").with_token("customer2-token")
    assert ids_at(client, "/me") == [GOLDEN]
    assert len(ids_at(client, "")) > 1


def test_a8a_own_segments_are_filtered_sorted_paged_counted_and_projected(client: Client) -> None:
    customer = client.with_token("customer-token")
    assert ids_at(customer, '/me?q=name.en:"Golden Segment"') == [GOLDEN]
    assert ids_at(customer, "/me?sort=name.en:DESC") == [TOOL_FANS, GOLDEN]
    assert ids_at(customer, "/me?pageSize=1&pageNumber=2") == [TOOL_FANS]
    reply = customer.get("/me?fields=status&pageSize=1", headers={"X-Total-Count": "true"})
    assert (reply.get_json(), reply.headers["X-Total-Count"]) == ([{"id": GOLDEN, "status": "ACTIVE"}], "2")


def test_d16_me_is_a_word_of_the_paths(client: Client, manager: Client) -> None:
    body = {"id": "me", "name": {"en": "Me"}, "siteCode": "main"}
    assert manager.post("", json=body).status_code == 400
    assert manager.put("/me", json=body).status_code == 400
    assert [entry["code"] for entry in manager.put("/bulk", json=[body]).get_json()] == [400]
    Admin(client).call("PUT", "/state/segments?force=true", [body | {"status": "ACTIVE", "metadata": METADATA}])
    assert ids_at(client.with_token("customer-token"), "/me") == []


METADATA = {"createdAt": "2024-10-12T12:00:00.000Z", "modifiedAt": "2024-10-12T12:00:00.000Z", "version": 1}


# The token of a customer, whatever its scopes.


def test_a4a_customers_need_no_scope_where_the_contract_says_so(shared: App, client: Client) -> None:
    shared.world.tokens.issue("bare", Principal(frozenset(), client.tenant, JACK))
    bare, scoped = client.with_token("bare"), client.with_token("customer2-token")
    client.put(f"/{GOLDEN}/items/CATEGORY/12468505")
    paths = ["", "/me", "/items", f"/{GOLDEN}", f"/{GOLDEN}/items", f"/{GOLDEN}/customers", "/items/category-trees"]
    for path in (*paths, f"/{GOLDEN}/items/PRODUCT/{HAMMER}"):
        assert bare.get(path).get_json() == scoped.get(path).get_json() != []
    for path in ("/search", f"/{GOLDEN}/items/search"):
        assert bare.post(path, json={}).get_json() == scoped.post(path, json={}).get_json() != []
    for path in (f"/{GOLDEN}/groups", f"/{GOLDEN}/customers/{JACK}"):
        assert bare.get(path).status_code == 403
    assert bare.put(f"/{GOLDEN}/groups/{REGULARS}").status_code == 403
    hint = client.with_token("manage-token").get("/me").headers["X-Mock-Hint"]
    assert hint == f"needs one of the scopes {READ_OWN_SEGMENTS}, or the token of a customer"


# Membership by group.

READS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "own segments": ("/me", lambda body: TOOL_FANS in [row["id"] for row in body]),
    "segments": ("", lambda body: TOOL_FANS in [row["id"] for row in body]),
    "a segment": (f"/{TOOL_FANS}", lambda body: body.get("id") == TOOL_FANS),
    "all items": ("/items", lambda body: TOOL_FANS in [row["segmentId"] for row in body]),
    "its items": (f"/{TOOL_FANS}/items", lambda body: body != []),
    "an item": (f"/{TOOL_FANS}/items/CATEGORY/12468505", lambda body: body.get("segmentId") == TOOL_FANS),
    "trees": ("/items/category-trees", lambda body: body != []),
}


def sees(client: Client) -> set[str]:
    """Return through which reads a customer sees TOOL_FANS or what is in it."""
    return {name for name, (path, holds) in READS.items() if holds(client.get(path).get_json())}


def add_user(client: Client, group: str, user: str) -> None:
    call_iam(client, "PUT", f"/groups/{group}/users/CUSTOMER/{user}")


def call_iam(client: Client, method: str, path: str, **request: Any) -> None:
    reply = client.with_token("admin-token").send(method, f"//iam/{client.tenant}{path}", **request)
    assert reply.status_code in (201, 204), reply.text


ENDINGS: dict[str, Callable[[Client], Any]] = {
    "assignment": lambda manager: manager.delete(f"/{TOOL_FANS}/groups/{REGULARS}"),
    "segment": lambda manager: manager.delete(f"/{TOOL_FANS}?forceDelete=true"),
    "user": lambda manager: call_iam(manager, "DELETE", f"/groups/{REGULARS}/users/{JACK}"),
    "group": lambda manager: call_iam(manager, "DELETE", f"/groups/{REGULARS}?forceDelete=true"),
    "status": lambda manager: manager.send(
        "PATCH", f"/{TOOL_FANS}", json=[{"op": "replace", "path": "/status", "value": "INACTIVE"}]
    ),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_a8b_a_customer_belongs_to_the_segments_of_the_group(
    client: Client, manager: Client, jack: Client, end: Callable[[Client], Any]
) -> None:
    assert sees(jack) == set()
    assert manager.put(f"/{TOOL_FANS}/groups/{REGULARS}").status_code == 201
    assert sees(jack) == set(READS)
    assert jack.get(f"/{TOOL_FANS}/customers").get_json() == []  # by the group, not by an assignment of his own
    end(manager)
    assert sees(jack) == set()


def test_a8b_the_segments_of_a_customer_include_those_of_groups(client: Client) -> None:
    reader = client.with_token("read-token")
    assert ids_at(reader, f"?customerId={JACK}") == [PLATINUM, GOLDEN]  # PLATINUM is INACTIVE, and by REGULARS
    direct = ids_at(reader, f"?customerId={MANAGER}")
    add_user(client, REGULARS, MANAGER)
    assert ids_at(reader, f"?customerId={MANAGER}") == sorted({*direct, PLATINUM})


def test_a8b_a_new_user_of_a_group_sees_its_segments(client: Client, manager: Client, jack: Client) -> None:
    manager.put(f"/{TOOL_FANS}/groups/{MANAGERS}")
    assert sees(jack) == set()
    add_user(client, MANAGERS, JACK)
    assert sees(jack) == set(READS)


@pytest.mark.parametrize(
    ("acting", "requested", "counts"),
    [
        (COMPANY, None, True),
        (THIRD_COMPANY, None, False),
        (None, None, False),
        (None, COMPANY, True),
        (None, THIRD_COMPANY, False),
        (THIRD_COMPANY, COMPANY, False),
    ],
)
def test_a8b_a_bound_group_counts_for_its_legal_entity_only(
    client: Client,
    manager: Client,
    john_for: Callable[[str | None], Client],
    acting: str | None,
    requested: str | None,
    counts: bool,
) -> None:
    """John is in COMPANY_GROUP, which is bound to COMPANY; he belongs to the new segment in no other way."""
    manager.post("", json={"id": "bound", "name": {"en": "Bound"}, "siteCode": "main", "status": "ACTIVE"})
    manager.put(f"/bound/groups/{COMPANY_GROUP}")
    john, query = john_for(acting), f"?legalEntityId={requested}" if requested else ""
    assert ("bound" in ids_at(john, query)) == counts
    assert john.get(f"/bound{query}").status_code == (200 if counts else 404)
    assert ("bound" in ids_at(john, "/me")) == (acting == COMPANY)  # takes no legalEntityId
    reader = client.with_token("read-token")
    by_customer = ids_at(reader, f"?customerId={JOHN}" + query.replace("?", "&"))
    assert ("bound" in by_customer) == (requested == COMPANY)


def test_a8b_a_group_that_becomes_one_of_employees_no_longer_counts(
    client: Client, manager: Client, jack: Client
) -> None:
    manager.put(f"/{TOOL_FANS}/groups/{REGULARS}")
    rows = Admin(client).call("GET", "/state/groups")
    changed = [row | {"userType": "EMPLOYEE"} if row["id"] == REGULARS else row for row in rows]
    Admin(client).call("PUT", "/state/groups?force=true", changed)
    assert sees(jack) == set()


# Assignments of groups.


def test_a_group_assignment_has_the_published_fields(client: Client) -> None:
    expected = {
        "segmentId": GOLDEN,
        "group": {"id": COMPANY_GROUP, "name": {"en": "Customers", "de": "Kunden"}},
        "metadata": METADATA,
    }
    reader = client.with_token("read-token")
    assert reader.get(f"/{GOLDEN}/groups").get_json() == [expected]
    assert reader.get(f"/{GOLDEN}/groups/{COMPANY_GROUP}").get_json() == expected
    assert reader.get(f"/{GOLDEN}/groups/{COMPANY_GROUP}?fields=metadata").get_json() == {
        "segmentId": GOLDEN,
        "group": {"id": COMPANY_GROUP},
        "metadata": METADATA,
    }


def test_groups_are_filtered_sorted_paged_counted_and_searched(client: Client, manager: Client) -> None:
    for group in (REGULARS, MANAGERS):
        assert manager.put(f"/{GOLDEN}/groups/{group}").status_code == 201
    in_order = sorted([COMPANY_GROUP, REGULARS, MANAGERS])
    assert list_group_ids(client, GOLDEN) == in_order
    for query, expected in (
        (f"q=group.id:{REGULARS}", [REGULARS]),
        ("q=group.name:Kunden", [COMPANY_GROUP]),
        ("q=group.name.de:Stammkunden", [REGULARS]),
        (f"q=segmentId:{PLATINUM}", []),
        ("q=metadata.version:1", in_order),
        ("sort=group.id:DESC", in_order[::-1]),
        ("sort=group.name.en", [COMPANY_GROUP, MANAGERS, REGULARS]),
        ("pageSize=1&pageNumber=2", in_order[1:2]),
    ):
        assert list_group_ids(client, GOLDEN, f"?{query}") == expected, query
    reply = client.with_token("read-token").post(
        f"/{GOLDEN}/groups/search?pageSize=1", json={"q": "group.name:exists"}, headers={"X-Total-Count": "true"}
    )
    assert ([row["group"]["id"] for row in reply.get_json()], reply.headers["X-Total-Count"]) == (in_order[:1], "3")


def test_a_put_replaces_an_assignment_and_checks_the_version(client: Client, manager: Client) -> None:
    path = f"/{TOOL_FANS}/groups/{REGULARS}"
    body = {"mixins": {"segmentAttributes": {"membershipStatus": "VIP"}}}
    urls = {"mixins": {"segmentAttributes": ATTRIBUTES}}
    assert manager.put(path, json=body | {"metadata": urls}).status_code == 201
    row = client.with_token("read-token").get(path).get_json()
    assert (row["mixins"], row["metadata"]["mixins"]) == (body["mixins"], urls["mixins"])
    assert manager.put(path, json={"metadata": {"version": 7}}).status_code == 409
    assert manager.put(path, json={"mixins": {"segmentAttributes": 5}, "metadata": urls}).status_code == 400
    assert manager.put(path, json={"metadata": {"version": 1}}).status_code == 204
    row = client.with_token("read-token").get(path).get_json()
    assert row["metadata"]["version"] == 2
    assert "mixins" not in row


@pytest.mark.parametrize(
    ("segment", "group", "field", "rule"),
    [
        ("nowhere", REGULARS, "segmentId", "D6"),
        (GOLDEN, "nowhere", "groupId", "D7"),
        (GOLDEN, EMPLOYEES, "groupId", "D18"),
    ],
)
def test_d18_only_existing_groups_of_customers_can_be_assigned(
    client: Client, manager: Client, segment: str, group: str, field: str, rule: str
) -> None:
    reply = manager.put(f"/{segment}/groups/{group}")
    assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, field)
    explained = Admin(client).call("GET", f"/explain/{reply.headers['X-Mock-Explain']}")
    assert explained["rule"]["id"] == rule
    assert list_group_ids(client, GOLDEN) == [COMPANY_GROUP]


def test_d7_switched_any_group_is_accepted_and_named_but_none_of_employees(simulator: Callable[..., Client]) -> None:
    client = simulator(references="lenient")
    assert client.put(f"/{GOLDEN}/groups/new").status_code == 201
    assert client.get(f"/{GOLDEN}/groups/new").get_json()["group"] == {"id": "new", "name": {"en": "Group new"}}
    assert client.put(f"/{GOLDEN}/groups/{EMPLOYEES}").status_code == 400


def test_d9_a_removal_is_repeatable(client: Client, manager: Client) -> None:
    assert [manager.delete(f"/{GOLDEN}/groups/{COMPANY_GROUP}").status_code for _ in range(2)] == [204, 204]
    assert list_group_ids(client, GOLDEN) == []


def test_c9_the_groups_of_a_missing_segment(simulator: Callable[..., Client], client: Client) -> None:
    assert list_group_ids(client, "nowhere") == []
    Admin(client).call("PUT", "/state/segments?force=true", [])  # the assignments of the segments stay
    assert list_group_ids(client, GOLDEN) == []
    assert simulator(missing_parent="404").get("/nowhere/groups").status_code == 404


def test_d10a_a_segment_with_groups_stays_unless_forced(client: Client, manager: Client) -> None:
    manager.post("", json={"id": "empty", "name": {"en": "Empty"}, "siteCode": "main"})
    manager.put(f"/empty/groups/{REGULARS}")
    reply = manager.delete("/empty")
    assert reply.status_code == 400
    explained = Admin(client).call("GET", f"/explain/{reply.headers['X-Mock-Explain']}")
    assert explained["rule"]["id"] == "D10a"
    assert "/segments/empty?forceDelete=true" in explained["nearest"]["curl"]
    assert [entry["code"] for entry in manager.delete("/bulk", json=["empty"]).get_json()] == [400]
    assert manager.delete("/empty?forceDelete=true").status_code == 204
    manager.post("", json={"id": "empty", "name": {"en": "Empty"}, "siteCode": "main"})
    assert list_group_ids(client, "empty") == []


# Groups that change or end.


def test_d19_a_deleted_group_takes_its_assignments_with_it(client: Client, manager: Client) -> None:
    admin = Admin(client)
    manager.put(f"/{GOLDEN}/groups/{REGULARS}")
    admin.call("PUT", "/snapshots/before")
    call_iam(client, "DELETE", f"/groups/{REGULARS}?forceDelete=true")
    assert list_group_ids(client, GOLDEN) == [COMPANY_GROUP]
    assert list_group_ids(client, PLATINUM) == []
    changes = admin.call("GET", "/snapshots/before/diff")["changes"]
    assert changes["groupAssignments"] == {"removed": [f"{PLATINUM}/{REGULARS}", f"{GOLDEN}/{REGULARS}"]}


def test_d19_a_group_that_becomes_one_of_employees_loses_its_assignments(client: Client) -> None:
    call_iam(client, "DELETE", f"/groups/{REGULARS}/users")
    call_iam(client, "PUT", f"/groups/{REGULARS}", json={"name": {"en": "Regulars"}, "userType": "CUSTOMER"})
    assert list_group_ids(client, PLATINUM) == [REGULARS]
    call_iam(client, "PUT", f"/groups/{REGULARS}", json={"name": {"en": "Staff"}, "userType": "EMPLOYEE"})
    assert list_group_ids(client, PLATINUM) == []
    Admin(client).call("PUT", "/state/itemAssignments", [])  # which checks the whole state


def test_a_row_shows_the_present_name_of_its_group(client: Client) -> None:
    reader, path = client.with_token("read-token"), f"/{GOLDEN}/groups/{COMPANY_GROUP}"
    reader.get(path)
    renamed = {"name": {"en": "Clients"}, "userType": "CUSTOMER", "b2b": {"legalEntityId": COMPANY}}
    call_iam(client, "PUT", f"/groups/{COMPANY_GROUP}", json=renamed)
    assert reader.get(path).get_json()["group"]["name"] == {"en": "Clients"}
    Admin(client).call("PUT", "/state/groups?force=true", [])
    assert reader.get(path).get_json()["group"] == {"id": COMPANY_GROUP}


# Worlds and the control plane.


def test_the_control_plane_shows_and_replaces_group_assignments(client: Client) -> None:
    admin = Admin(client)
    rows = admin.call("GET", "/state/groupAssignments")
    assert {"segmentId": GOLDEN, "groupId": COMPANY_GROUP, "metadata": METADATA} in rows
    admin.call("PUT", "/state/groupAssignments", [{"segmentId": GOLDEN, "groupId": REGULARS, "metadata": METADATA}])
    assert list_group_ids(client, GOLDEN) == [REGULARS]
    for group, reason in ((EMPLOYEES, "EMPLOYEE"), ("nowhere", "not among the groups")):
        row = {"segmentId": GOLDEN, "groupId": group, "metadata": METADATA}
        refused = admin.call("PUT", "/state/groupAssignments", [row], status=400)
        assert reason in refused["details"]["message"]
    assert list_group_ids(client, GOLDEN) == [REGULARS]


def test_a_world_can_have_group_assignments(simulator: Callable[..., Client], tmp_path: Path) -> None:
    rows = [{"segmentId": TOOL_FANS, "groupId": REGULARS, "metadata": METADATA}]
    client = simulator(fixture=write_default_world(tmp_path, groupAssignments=rows))
    assert ids_at(client.with_token("customer2-token"), "/me") == [GOLDEN, TOOL_FANS]
    assert HAMMER not in [row["item"]["id"] for row in client.get(f"/{TOOL_FANS}/items").get_json()]
