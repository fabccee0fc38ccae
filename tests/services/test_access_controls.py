"""Scopes and access controls of the IAM Service: rules O13 to O15."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client
from tests.support.samples import JACK, JOHN

SCOPE = {"description": {"en": "Reads reports"}, "domain": "reports"}
READERS = {"name": {"en": "Readers", "de": "Leser"}, "scopes": ["price.price_read", "reports.read"]}


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    """Send a request below /iam of the tenant, check its status, and return the body of the reply."""
    request = {} if body is None else {"json": body}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = client.send(method, f"//iam/{client.tenant}/{path}", headers=named, **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def create_readers(client: Client, **fields: Any) -> None:
    """Create the scope `reports.read`, and an access control that has it."""
    call(client, "PUT", "scopes/reports.read", SCOPE, 201)
    call(client, "PUT", "access-controls/readers", {**READERS, **fields}, 201)


def test_o13_own_scopes_are_written_next_to_the_predefined_ones(client: Client) -> None:
    assert call(client, "PUT", "scopes/reports.read", SCOPE, 201) == {"id": "reports.read"}
    stored = call(client, "GET", "scopes/reports.read")
    assert stored == {"id": "reports.read", **SCOPE, "predefined": False, "metadata": stored["metadata"]}
    call(client, "PUT", "scopes/reports.read", {"domain": "new", "metadata": {"version": 1}}, 204)
    call(client, "PUT", "scopes/reports.read", {"metadata": {"version": 1}}, 409)
    call(client, "PUT", "scopes/reports.read", {"metadata": {"author": "me"}}, 400)
    call(client, "PUT", "scopes/reports read", SCOPE, 400)
    shown = call(client, "GET", "scopes/iam.access_read")
    assert (shown["domain"], shown["predefined"]) == ("iam", True)
    call(client, "PUT", "scopes/iam.access_read", SCOPE, 400)
    call(client, "DELETE", "scopes/iam.access_read", status=403)
    names = [row["id"] for row in call(client, "GET", "scopes?q=domain:(new,iam)&pageSize=1000")]
    assert names == sorted(names)
    assert {"reports.read", "iam.access_read", "iam.scope_read_own"} <= set(names)
    call(client, "DELETE", "scopes/reports.read", status=204)
    call(client, "DELETE", "scopes/reports.read", status=204)
    call(client, "GET", "scopes/reports.read", status=404)


def test_o14_an_access_control_has_scopes_that_exist(client: Client) -> None:
    call(client, "PUT", "access-controls/readers", READERS, 400)
    call(client, "PUT", "access-controls/readers", {"scopes": []}, 400)
    create_readers(client)
    stored = call(client, "GET", "access-controls/readers", Accept_Language="de")
    assert stored == {**READERS, "name": {"de": "Leser"}, "id": "readers", "predefined": False} | {
        "metadata": stored["metadata"]
    }
    call(client, "PUT", "access-controls/readers", {**READERS, "metadata": {"version": 7}}, 409)
    call(client, "PUT", "access-controls/readers", {"scopes": ["reports.read"], "metadata": {"version": 1}}, 204)
    assert call(client, "GET", "access-controls/readers")["name"] == {}
    assert [row["id"] for row in call(client, "GET", "access-controls?q=scopes:reports.read")] == ["readers"]
    assert call(client, "GET", "access-controls?roleId=any") == []
    assert len(call(client, "GET", "access-controls?metadataModifiedAt=2024-11-01")) == 1


def test_o14_access_controls_are_restricted_to_a_type_of_groups(client: Client) -> None:
    create_readers(client, restrictedTo="EMPLOYEE")
    call(client, "PUT", "access-controls/readers", {**READERS, "restrictedTo": "CUSTOMER"}, 400)
    call(client, "PUT", "access-controls/readers", READERS, 204)
    assert call(client, "GET", "access-controls/readers")["restrictedTo"] == "EMPLOYEE"
    group = {"name": {"en": "Team"}, "accessControls": ["readers"]}
    call(client, "POST", "groups", {**group, "id": "team", "userType": "CUSTOMER"}, 400)
    call(client, "POST", "groups", {**group, "id": "team", "userType": "EMPLOYEE"}, 201)
    call(client, "PUT", "groups/team", {**group, "userType": "CUSTOMER"}, 400)
    assert [row["id"] for row in call(client, "GET", "groups/team/access-controls")] == ["readers"]


def test_o14_groups_lose_a_deleted_access_control(client: Client) -> None:
    create_readers(client)
    call(client, "POST", "groups", {"id": "team", "name": {"en": "Team"}, "accessControls": ["readers"]}, 201)
    call(client, "DELETE", "access-controls/readers", status=204)
    call(client, "DELETE", "access-controls/readers", status=204)
    assert call(client, "GET", "groups/team")["accessControls"] == []
    call(client, "DELETE", "access-controls/2ac869fc-d548-4ec8-8e06-c01491314124", status=403)
    call(client, "DELETE", "access-controls/084bcaf6-66b8-4ddd-9489-65c5f6449e94", status=204)
    templates = call(client, "GET", "templates?expand=accessControls&sort=name.en:DESC")
    assert [len(row["accessControlsDocuments"]) for row in templates] == [0, 1]
    assert "accessControlsDocuments" not in call(client, "GET", "templates?name=Buyer")[0]


def test_o15_groups_give_scopes_to_their_users(client: Client) -> None:
    create_readers(client)
    for id_, kind, user in (("jacks", "CUSTOMER", JACK), ("team", "EMPLOYEE", "erin")):
        group = {"id": id_, "name": {"en": id_}, "userType": kind, "accessControls": ["readers", "missing"]}
        call(client, "POST", "groups", group, 201)
        call(client, "PUT", f"groups/{id_}/users/{kind}/{user}", status=201)
    tenant = f"tenant={client.tenant}"
    for user in (JACK, "erin"):
        assert call(client, "GET", f"users/{user}/scopes")["scopes"] == f"price.price_read reports.read {tenant}"
        assert [row["id"] for row in call(client, "GET", f"users/{user}/access-controls")] == ["readers"]
    assert call(client, "GET", "users/nobody/scopes") == {"userId": "nobody", "scopes": tenant}
    call(client, "GET", "users/nobody/access-controls", status=404)
    jack = client.with_token(f"customer:{JACK}")
    assert [row["id"] for row in call(jack, "GET", "users/me/access-controls")] == ["readers"]
    assert "reports.read" in call(jack, "GET", "users/me/scopes")["scopes"].split()
    assert call(client, "GET", "users/me/access-controls") == []
    assert len(call(client.with_token(f"customer:{JOHN}"), "GET", "users/me/access-controls")) == 1
