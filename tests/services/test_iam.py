"""Groups, and the users who are in them: rules O1 to O11."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from mockserver.access import Principal
from mockserver.domain import group_membership
from mockserver.store.state import State
from mockserver.store.world import World
from mockserver.worlds.published_ids import CUSTOMER_GROUP, EMPLOYEE_GROUP, JACK, JOHN, REGULARS_GROUP
from tests.support.client import Client
from tests.support.clock import ManualClock
from tests.support.samples import COMPANY, DEFAULT, THIRD_COMPANY, write_default_world

GROUPS = sorted(group["id"] for group in DEFAULT["groups"])
CUSTOMER_GROUPS = sorted(group["id"] for group in DEFAULT["groups"] if group["userType"] == "CUSTOMER")
COLLEAGUE = "colleague"  # a customer of a world of these tests, of the same company as John
BUYERS = {"name": {"en": "Buyers"}, "userType": "CUSTOMER"}


def call(client: Client, method: str, path: str, token: str = "admin-token", **request: Any) -> TestResponse:
    """Send a request below /iam/{tenant}."""
    return client.with_token(token).send(method, f"//iam/{client.tenant}/{path}", **request)


def rows(client: Client, path: str, token: str = "admin-token", **request: Any) -> Any:
    reply = call(client, "GET", path, token, **request)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def ids(client: Client, path: str, token: str = "admin-token", **request: Any) -> list[str]:
    return [row["id"] for row in rows(client, path, token, **request)]


def users(client: Client, group_id: str, token: str = "admin-token") -> list[str]:
    return [row["userId"] for row in rows(client, f"groups/{group_id}/users", token)]


def refusal(reply: TestResponse) -> tuple[int, str]:
    """Return the status and the first sentence of a refusal, or its hint."""
    details = reply.get_json().get("details") or [reply.headers.get("X-Mock-Hint", "")]
    return reply.status_code, details[0]


@pytest.fixture
def staffed(simulator: Callable[..., Client], tmp_path: Path) -> Client:
    """Return a client whose world has predefined groups, groups of vendors, and a colleague of John."""
    customer = {"id": COLLEAGUE, "firstName": "A", "lastName": "B", "email": "a@b", "legalEntities": [COMPANY]}
    predefined = [
        {"id": f"{code}-{entity}", "code": code, "name": {"en": code}, "userType": "CUSTOMER"}
        | ({"b2b": {"legalEntityId": entity}} if entity != "none" else {})
        for code in ("ADMIN", "BUYER", "CONTACT")
        for entity in (COMPANY, THIRD_COMPANY, "none")
    ]
    vendors = [
        {"id": f"vendor{number}", "vendorId": f"v{number}", "name": {"en": "Vendor"}, "userType": "EMPLOYEE"}
        for number in (1, 2)
    ]
    return simulator(
        fixture=write_default_world(
            tmp_path,
            customers=[*DEFAULT["customers"], customer],
            groups=[*DEFAULT["groups"], *predefined, *vendors],
        )
    )


def test_o1_a_customer_sees_the_groups_of_customers_only(client: Client) -> None:
    assert ids(client, "groups") == GROUPS
    assert ids(client, "groups", "customer-token") == CUSTOMER_GROUPS
    assert ids(client, "groups?userType=EMPLOYEE", "customer-token") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("userType=CUSTOMER", CUSTOMER_GROUPS),
        ("userType=customer", CUSTOMER_GROUPS),
        ("userType=Employee", sorted(set(GROUPS) - set(CUSTOMER_GROUPS))),
        ("name=Kunden", [CUSTOMER_GROUP]),
        ("description=Customers of SomeCompany", [CUSTOMER_GROUP]),
        (f"q=b2b.legalEntityId:{COMPANY}", [CUSTOMER_GROUP]),
        ("q=code:BO_USER", [EMPLOYEE_GROUP]),
        ("metadataModifiedAt=2024-10-12", [CUSTOMER_GROUP, EMPLOYEE_GROUP, REGULARS_GROUP]),
        ("metadataModifiedAt=2024-10-13", []),
        ("sort=name.en:desc&pageSize=1&userType=CUSTOMER", ["ab71d42118fc8043a1cfe862"]),
        ("pageSize=1&pageNumber=2", GROUPS[1:2]),
    ],
)
def test_o2_a_list_is_filtered_sorted_and_paged(client: Client, query: str, expected: list[str]) -> None:
    reply = call(client, "GET", f"groups?{query}", headers={"X-Total-Count": "true"})
    assert [row["id"] for row in reply.get_json()] == expected
    assert int(reply.headers["X-Total-Count"]) >= len(expected)


def test_o2_a_group_modified_at_the_first_moment_of_the_day_is_left_out(
    simulator: Callable[..., Client], clock: ManualClock
) -> None:
    caller = simulator()
    clock.time = datetime(2030, 5, 6, tzinfo=UTC)
    call(caller, "PUT", "groups/at-midnight", json=BUYERS)
    clock.advance(milliseconds=1)
    call(caller, "PUT", "groups/later", json=BUYERS)
    assert ids(caller, "groups?metadataModifiedAt=2030-05-06") == ["later"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("userType=VISITOR", "userType must be CUSTOMER or EMPLOYEE"),
        ("metadataModifiedAt=yesterday", "metadataModifiedAt must be a day such as 2022-01-01"),
        ("metadataModifiedAt=2024-02-30", "metadataModifiedAt must be a day such as 2022-01-01"),
        ("sort=name:UP", "sort must have ASC or DESC as direction"),
    ],
)
def test_o2_a_parameter_without_a_meaning_is_refused(client: Client, query: str, says: str) -> None:
    assert refusal(call(client, "GET", f"groups?{query}")) == (400, says)


def test_o3_a_group_is_created_with_what_is_declared_and_not_null(client: Client) -> None:
    body = BUYERS | {
        "description": {"de": "Einkauf"},
        "b2b": {"legalEntityId": COMPANY},
        "accessControls": None,
        "templates": ["t"],
        "restrictions": ["DE"],
        "mixins": {"own": {"level": 1}},
        "code": "ADMIN",
    }
    reply = call(client, "POST", "groups", json=body)
    assert reply.status_code == 201
    id_ = reply.get_json()["id"]
    group = rows(client, f"groups/{id_}")
    assert group.pop("metadata")["version"] == 1
    assert group == {name: value for name, value in body.items() if name not in {"accessControls", "code"}} | {
        "id": id_
    }


@pytest.mark.parametrize("body", [{}, {"userType": None}, {"userType": "EMPLOYEE"}])
def test_o3_a_group_without_a_user_type_is_for_employees(client: Client, body: dict[str, Any]) -> None:
    for method, path in (("POST", "groups"), ("PUT", "groups/new")):
        id_ = call(client, method, path, json={"name": {"en": "New"}, **body}).get_json()["id"]
        assert rows(client, f"groups/{id_}")["userType"] == "EMPLOYEE"


def test_o3_a_put_creates_and_then_replaces_a_group(client: Client) -> None:
    created = call(client, "PUT", "groups/own-id", json=BUYERS | {"description": {"en": "Old"}})
    assert (created.status_code, created.get_json()) == (201, {"id": "own-id"})
    replaced = call(client, "PUT", "groups/own-id", json=BUYERS | {"metadata": {"version": 1}})
    assert (replaced.status_code, replaced.data) == (204, b"")
    group = rows(client, "groups/own-id")
    assert (group.get("description"), group["metadata"]["version"]) == (None, 2)
    assert call(client, "PUT", "groups/own-id", json=BUYERS | {"metadata": {"version": 1}}).status_code == 409
    assert rows(client, "groups/own-id") == group


def test_o3_a_replacement_keeps_the_vendor_and_the_code(client: Client, staffed: Client) -> None:
    call(staffed, "PUT", "groups/vendor1", json={"name": {"en": "Renamed"}, "vendorId": "other"})
    group = rows(staffed, "groups/vendor1")
    assert (group["name"], group["vendorId"]) == ({"en": "Renamed"}, "v1")
    call(client, "PUT", f"groups/{EMPLOYEE_GROUP}", json={"name": {"en": "Renamed"}})
    assert rows(client, f"groups/{EMPLOYEE_GROUP}")["code"] == "BO_USER"


def test_o3a_only_group_manage_allows_to_write_groups(client: Client, world: World) -> None:
    for scope, status in (("iam.group_read", 403), ("iam.group_manage", 201)):
        world.tokens.issue(scope, Principal(frozenset({scope}), client.tenant))
        assert call(client, "POST", "groups", scope, json=BUYERS).status_code == status
        assert call(client, "PUT", f"groups/{scope}", scope, json=BUYERS).status_code == status


@pytest.mark.parametrize("headers", [{}, {"Content-Language": "de"}, {"Content-Language": "*"}])
def test_o3b_content_language_is_optional_and_changes_nothing(client: Client, headers: dict[str, str]) -> None:
    id_ = call(client, "POST", "groups", json=BUYERS, headers=headers).get_json()["id"]
    assert rows(client, f"groups/{id_}")["name"] == BUYERS["name"]


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "groups", BUYERS | {"vendorId": "v"}, "/vendorId Only groups of the type EMPLOYEE have a vendor."),
        ("PUT", "groups/vendor1", BUYERS, "/userType Only groups of the type EMPLOYEE have a vendor."),
        (
            "PUT",
            f"groups/{CUSTOMER_GROUP}",
            {"name": {"en": "Customers"}},
            "/userType The group has users of the type CUSTOMER; take them out of it first.",
        ),
        (
            "PUT",
            f"groups/{EMPLOYEE_GROUP}",
            BUYERS,
            "/userType The group has users of the type EMPLOYEE; take them out of it first.",
        ),
        (
            "POST",
            f"groups/{CUSTOMER_GROUP}/users",
            {"userId": JACK},
            "/userType The group is for users of the type CUSTOMER.",
        ),
        (
            "POST",
            f"groups/{EMPLOYEE_GROUP}/users",
            {"userId": JACK, "userType": "CUSTOMER"},
            "/userType The group is for users of the type EMPLOYEE.",
        ),
        (
            "PUT",
            f"groups/{CUSTOMER_GROUP}/users/EMPLOYEE/x",
            None,
            "userType The group is for users of the type CUSTOMER.",
        ),
        (
            "POST",
            "groups",
            BUYERS | {"b2b": {"legalEntityId": "x"}},
            "/b2b/legalEntityId None of the legalEntities has this id.",
        ),
    ],
)
def test_o4_types_vendors_and_legal_entities_must_fit(
    staffed: Client, method: str, path: str, body: Any, says: str
) -> None:
    before = rows(staffed, "groups")
    request = {} if body is None else {"json": body}
    assert refusal(call(staffed, method, path, **request)) == (400, says)
    assert rows(staffed, "groups") == before


def test_o4_a_group_without_users_may_change_its_type(client: Client) -> None:
    call(client, "DELETE", f"groups/{CUSTOMER_GROUP}/users")
    assert call(client, "PUT", f"groups/{CUSTOMER_GROUP}", json={"name": {"en": "Staff"}}).status_code == 204
    assert rows(client, f"groups/{CUSTOMER_GROUP}")["userType"] == "EMPLOYEE"


def test_o5_a_group_with_users_is_deleted_by_force_only(client: Client, world: World) -> None:
    path = f"groups/{CUSTOMER_GROUP}"
    world.tokens.issue("manager", Principal(frozenset({"iam.group_manage"}), client.tenant))
    says = "groupId The group has users; forceDelete=true takes them out of it."
    assert refusal(call(client, "DELETE", path)) == (400, says)
    hint = "a group with users needs the scope iam.assignment_manage"
    reply = call(client, "DELETE", f"{path}?forceDelete=true", "manager")
    assert (reply.status_code, reply.headers["X-Mock-Hint"]) == (403, hint)
    assert users(client, CUSTOMER_GROUP) == [JOHN]
    assert call(client, "DELETE", f"{path}?forceDelete=true").status_code == 204
    assert ids(client, f"users/{JOHN}/groups") == []
    call(client, "PUT", path, json=BUYERS)
    assert users(client, CUSTOMER_GROUP) == []  # a new group with the same id does not get the users back


def test_o5_a_group_without_users_needs_no_force_and_a_missing_one_is_a_204(client: Client, world: World) -> None:
    world.tokens.issue("manager", Principal(frozenset({"iam.group_manage"}), client.tenant))
    call(client, "PUT", "groups/empty", json=BUYERS)
    statuses = [call(client, "DELETE", "groups/empty", "manager").status_code for _ in range(2)]
    assert (statuses, call(client, "GET", "groups/empty").status_code) == ([204, 204], 404)


def test_o6_a_user_is_put_into_a_group_once(client: Client) -> None:
    path = f"groups/{REGULARS_GROUP}/users"
    created = call(client, "POST", path, json={"userId": JOHN, "userType": "CUSTOMER"})
    assert created.status_code == 201
    assert rows(client, path)[1] == created.get_json() | {
        "groupId": REGULARS_GROUP,
        "userId": JOHN,
        "userType": "CUSTOMER",
    }
    again = call(client, "POST", path, json={"userId": JOHN, "userType": "CUSTOMER"})
    assert refusal(again) == (400, "/userId The user is in this group already.")
    assert call(client, "PUT", f"{path}/CUSTOMER/{JOHN}").status_code == 204
    call(client, "DELETE", f"{path}/{JOHN}")
    renewed = call(client, "PUT", f"{path}/CUSTOMER/{JOHN}")
    assert (renewed.status_code, renewed.get_json()) == (201, created.get_json())


@pytest.mark.parametrize(
    ("group_id", "user_id", "missing"),
    [("nowhere", JOHN, "nowhere"), (CUSTOMER_GROUP, "nobody", "nobody"), ("nowhere", "nobody", "nowhere")],
)
def test_o6_the_group_and_the_customer_must_exist(client: Client, group_id: str, user_id: str, missing: str) -> None:
    body = {"userId": user_id, "userType": "CUSTOMER"}
    added = call(client, "POST", f"groups/{group_id}/users", json=body)
    put = call(client, "PUT", f"groups/{group_id}/users/CUSTOMER/{user_id}")
    assert [(reply.status_code, reply.get_json()["resourceId"]) for reply in (added, put)] == [(404, missing)] * 2


def test_o6_any_id_is_an_employee_and_switched_any_id_is_a_customer(simulator: Callable[..., Client]) -> None:
    caller = simulator(references="lenient")
    for group_id, user_type in ((EMPLOYEE_GROUP, "EMPLOYEE"), (CUSTOMER_GROUP, "CUSTOMER")):
        assert call(caller, "PUT", f"groups/{group_id}/users/{user_type}/anybody").status_code == 201
    assert call(simulator(), "PUT", f"groups/{EMPLOYEE_GROUP}/users/EMPLOYEE/anybody").status_code == 201


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (f"ADMIN-{COMPANY}", f"BUYER-{COMPANY}", 400),
        (f"BUYER-{COMPANY}", f"ADMIN-{COMPANY}", 400),
        (f"ADMIN-{COMPANY}", f"BUYER-{THIRD_COMPANY}", 201),
        (f"ADMIN-{COMPANY}", f"CONTACT-{COMPANY}", 201),
        (f"CONTACT-{COMPANY}", f"BUYER-{COMPANY}", 201),
        ("ADMIN-none", "BUYER-none", 201),
        (CUSTOMER_GROUP, f"BUYER-{COMPANY}", 201),
    ],
)
def test_o7_a_customer_is_in_one_predefined_group_of_a_legal_entity(
    staffed: Client, first: str, second: str, status: int
) -> None:
    assert call(staffed, "PUT", f"groups/{first}/users/CUSTOMER/{COLLEAGUE}").status_code == 201
    reply = call(staffed, "PUT", f"groups/{second}/users/CUSTOMER/{COLLEAGUE}")
    assert reply.status_code == status
    if status == 400:
        says = f"userId The user is in the group {first.split('-', maxsplit=1)[0]} of this legal entity already."
        assert refusal(reply) == (400, says)
        assert ids(staffed, f"users/{COLLEAGUE}/groups") == [first]


@pytest.mark.parametrize("other", ["vendor2", EMPLOYEE_GROUP])
def test_o7_the_groups_of_an_employee_have_one_vendor(staffed: Client, other: str) -> None:
    assert call(staffed, "PUT", "groups/vendor1/users/EMPLOYEE/clerk").status_code == 201
    reply = call(staffed, "PUT", f"groups/{other}/users/EMPLOYEE/clerk")
    assert refusal(reply) == (400, "userId The user is in groups of another vendor.")


def test_o8_a_customer_sees_and_assigns_colleagues_only(staffed: Client) -> None:
    path = f"groups/{REGULARS_GROUP}/users"
    call(staffed, "PUT", f"{path}/CUSTOMER/{JOHN}")
    assert users(staffed, REGULARS_GROUP, "customer-token") == [JOHN]
    assert users(staffed, REGULARS_GROUP, "customer2-token") == [JACK]
    body = {"userId": COLLEAGUE, "userType": "CUSTOMER"}
    hint = "a user of another company needs the scope iam.assignment_manage"
    for method, target, request in (("POST", path, {"json": body}), ("DELETE", f"{path}/{COLLEAGUE}", {})):
        refused = call(staffed, method, target, "customer2-token", **request)
        assert (refused.status_code, refused.headers["X-Mock-Hint"]) == (403, hint)
        assert call(staffed, method, target, "customer-token", **request).status_code in {201, 204}
    assert call(staffed, "DELETE", f"{path}/{JACK}", "customer-token").status_code == 403
    assert users(staffed, REGULARS_GROUP) == [JACK, JOHN]


@pytest.mark.parametrize(("entity", "sees"), [(COMPANY, True), (THIRD_COMPANY, False), (None, True)])
def test_o8_the_legal_entity_of_the_token_decides_who_is_a_colleague(
    client: Client, world: World, entity: str | None, sees: bool
) -> None:
    colleague = {"id": "c", "firstName": "A", "lastName": "B", "email": "a@b", "legalEntities": [COMPANY]}
    admin = client.with_token(None)
    customers = [*DEFAULT["customers"], colleague]
    admin.put(f"//__admin/state/customers?tenant={client.tenant}", json=customers)
    call(client, "PUT", f"groups/{CUSTOMER_GROUP}/users/CUSTOMER/c")
    token = Principal(frozenset({"iam.user_read_own"}), client.tenant, JOHN, entity)
    world.tokens.issue(f"{client.tenant}-bound", token)
    assert ("c" in users(client, CUSTOMER_GROUP, f"{client.tenant}-bound")) is sees


def test_o9_users_leave_groups_and_missing_ones_are_a_204(client: Client) -> None:
    call(client, "PUT", f"groups/{REGULARS_GROUP}/users/CUSTOMER/{JOHN}")
    for path in (
        f"groups/{REGULARS_GROUP}/users/{JACK}",
        f"groups/{REGULARS_GROUP}/users/nobody",
        "groups/nowhere/users/nobody",
        "groups/nowhere/users",
        "users/nobody/groups",
    ):
        assert call(client, "DELETE", path).status_code == 204
    assert users(client, REGULARS_GROUP) == [JOHN]
    assert ids(client, f"users/{JOHN}/groups") == [CUSTOMER_GROUP, REGULARS_GROUP]
    call(client, "DELETE", f"users/{JOHN}/groups")
    assert (users(client, REGULARS_GROUP), users(client, CUSTOMER_GROUP)) == ([], [])


def test_o9_a_group_of_a_user_is_read_by_members_only(client: Client) -> None:
    group = rows(client, f"users/{JOHN}/groups/{CUSTOMER_GROUP}")
    assert [group] == rows(client, f"users/{JOHN}/groups")
    missing = call(client, "GET", f"users/{JACK}/groups/{CUSTOMER_GROUP}")
    assert (missing.status_code, missing.get_json()["resourceId"]) == (404, CUSTOMER_GROUP)


def test_o10_a_caller_reads_own_scopes(client: Client, world: World) -> None:
    token = Principal(frozenset({"b.read", "a.manage"}), client.tenant, JOHN)
    world.tokens.issue(f"{client.tenant}-scopes", token)
    path = "users/me/scopes"
    tenant = f"tenant={client.tenant}"
    granted = "customer.customer_read_own order.history_view"  # by the access control of a group
    scopes = f"a.manage b.read {granted} {tenant}"
    assert rows(client, path, f"{client.tenant}-scopes") == {"userId": JOHN, "scopes": scopes}
    assert rows(client, path, "no-scope-token") == {"scopes": tenant}
    assert "iam.group_manage" in rows(client, path)["scopes"].split()


def test_o11_texts_are_maps_of_one_language_or_of_all(client: Client) -> None:
    for path in (f"groups/{CUSTOMER_GROUP}", f"users/{JOHN}/groups/{CUSTOMER_GROUP}"):
        assert rows(client, path)["name"] == {"en": "Customers", "de": "Kunden"}
        assert rows(client, path, headers={"Accept-Language": "de"})["name"] == {"de": "Kunden"}
        assert rows(client, path, headers={"Accept-Language": "*"})["name"] == {"en": "Customers", "de": "Kunden"}


NAMES = st.sampled_from("abc")
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), NAMES, NAMES),
        st.tuples(st.just("remove"), NAMES, NAMES),
        st.tuples(st.just("clear"), NAMES, st.just("")),
        st.tuples(st.just("leave"), st.just(""), NAMES),
    ),
    max_size=30,
)


def apply_change(state: State, pairs: set[tuple[str, str]], change: tuple[str, str, str]) -> State:
    """Apply a change to the pairs of group and user, and return the state after the same change."""
    kind, group_id, user_id = change
    if kind == "add":
        pairs.add((group_id, user_id))
        return group_membership.with_group_user(state, membership(group_id, user_id))
    if kind == "remove":
        pairs.discard((group_id, user_id))
        return group_membership.without_group_user(state, group_id, user_id)
    if kind == "clear":
        pairs.difference_update({pair for pair in pairs if pair[0] == group_id})
        return group_membership.without_users_of_group(state, group_id)
    pairs.difference_update({pair for pair in pairs if pair[1] == user_id})
    return group_membership.without_groups_of_user(state, user_id)


def membership(group_id: str, user_id: str) -> dict[str, str]:
    return {"groupId": group_id, "userId": user_id, "userType": "CUSTOMER"}


@given(CHANGES)
def test_groups_know_their_users_and_users_their_groups_after_any_changes(changes: list[tuple[str, str, str]]) -> None:
    state, pairs = State().with_collection("groups", {id_: {"id": id_} for id_ in "abc"}), set[tuple[str, str]]()
    for change in changes:
        state = apply_change(state, pairs, change)
        for name in "abc":
            users_of_group = group_membership.users_of_group(state, name)
            groups_of_user = [group["id"] for group in group_membership.list_groups_of_user(state, name)]
            assert list(users_of_group) == sorted(user for group, user in pairs if group == name)
            assert groups_of_user == sorted(group for group, user in pairs if user == name)
    assert set(state.user_groups) == {user for _, user in pairs}  # users without groups take no memory
    assert set(state.group_users) == {group for group, _ in pairs}
    loaded = group_membership.with_group_users(State(), [membership(*pair) for pair in pairs])
    assert list(loaded.user_groups.items()) == list(state.user_groups.items())
    assert [list(table.items()) for table in loaded.group_users.values()] == [
        list(table.items()) for table in state.group_users.values()
    ]


def test_groups_that_do_not_exist_are_ignored(client: Client) -> None:
    admin = client.with_token(None)
    admin.delete(f"//__admin/state/groups?tenant={client.tenant}&force=true")
    assert ids(client, f"users/{JOHN}/groups") == []
