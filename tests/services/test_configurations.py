"""Properties of the tenant, of its clients and of all tenants: rule N7."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client

OWNERS = ["configurations", "clients/mine/configurations"]


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Send a request below /configuration of the tenant, check its status, and return the body of the reply."""
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//configuration/{client.tenant}/{path}", **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


@pytest.mark.parametrize("path", OWNERS)
def test_n7_properties_are_written(client: Client, path: str) -> None:
    values = [{"a": 1}, "text", [{"b": 2}], False]
    bodies = [{"key": f"k{number}", "value": value, "unknown": 1} for number, value in enumerate(values)]
    created = call(client, "POST", path, bodies, 201)
    assert [row["value"] for row in created] == values
    assert [call(client, "GET", f"{path}/k{number}") for number in range(4)] == created
    assert {row["version"] for row in created} == {1}
    assert "unknown" not in created[0]
    changed = call(client, "PUT", f"{path}/k1", {"key": "other", "value": "new", "version": 1})
    assert (changed["key"], changed["value"], changed["version"]) == ("k1", "new", 2)
    call(client, "PUT", f"{path}/k1", {"key": "k1", "value": "newer", "version": 1}, 409)
    call(client, "PUT", f"{path}/nothing", {"key": "nothing", "value": "x"}, 404)
    call(client, "PUT", f"{path}/k1", {"key": "k1", "value": 5}, 400)
    assert [row["key"] for row in call(client, "GET", f"{path}?keys=k3, k0,nothing")] == ["k0", "k3"]
    call(client, "DELETE", f"{path}/k1", status=204)
    call(client, "DELETE", f"{path}/k1", status=404)


@pytest.mark.parametrize("path", OWNERS)
def test_n7_all_properties_are_created_or_none(client: Client, path: str) -> None:
    call(client, "POST", path, [{"key": "first", "value": "x"}], 201)
    call(client, "POST", path, [{"key": "second", "value": "x"}, {"key": "first", "value": "x"}], 409)
    call(client, "GET", f"{path}/second", status=404)
    call(client, "POST", path, [{"key": "twice", "value": "x"}, {"key": "twice", "value": "x"}], 409)


def test_n7_some_properties_cannot_be_written(client: Client) -> None:
    for method, body in (("PUT", {"key": "project_lang", "value": "[]"}), ("DELETE", None)):
        call(client, method, "configurations/project_lang", body, 400)
    call(client, "POST", "configurations", [{"key": "project_curr", "value": "[]"}], 400)
    call(client, "POST", "configurations", [{"key": "fixed", "value": "x", "readOnly": True}], 201)
    call(client, "PUT", "configurations/fixed", {"key": "fixed", "value": "y"}, 400)
    call(client, "DELETE", "configurations/fixed", status=400)


def test_n7_clients_have_properties_of_their_own(client: Client) -> None:
    assert call(client, "GET", "clients") == ["app", "storefront"]
    (created,) = call(client, "POST", "clients/mine/configurations", [{"key": "theme", "value": "red"}], 201)
    assert (created["client"], created["_id"], "id" in created) == ("mine", "mine/theme", False)
    assert call(client, "GET", "clients") == ["app", "mine", "storefront"]
    assert call(client, "GET", "configurations/theme")["value"] == "light"
    assert call(client, "GET", "clients/nobody/configurations") == []


def test_n7_properties_of_all_tenants_are_read_by_everybody(client: Client) -> None:
    visitor = client.with_token("no-scope-token")
    assert [row["key"] for row in call(visitor, "GET", "global-configurations")] == ["maintenance", "region"]
    assert [row["value"] for row in call(visitor, "GET", "global-configurations?keys=region")] == [{"code": "EU"}]
    call(visitor, "GET", "configurations", status=403)
