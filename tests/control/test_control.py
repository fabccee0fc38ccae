"""The control plane: reset, health, version, and which hosts and origins are refused."""

from __future__ import annotations

import pytest

from mockserver import __version__
from mockserver.app import App, build
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.samples import ITEM
from tests.support.specs import SERVICES

RESET = {
    "world": "default",
    "to": "world",
    "reset": ["state", "clock", "settings", "revokedTokens", "scenario", "faults"],
}


def test_health_and_version(client: Client) -> None:
    caller = client.with_token(None)
    assert caller.get("//__admin/health").get_json() == {"status": "healthy"}
    assert caller.get("//__admin/version").get_json() == {
        "name": "emporix-mockserver",
        "version": __version__,
        "world": "default",
        "services": {name: len(paths) for name, paths in SERVICES.items()},
    }


@pytest.mark.parametrize("way", ["query", "body"])
def test_reset_restores_one_tenant_and_leaves_the_others(client: Client, way: str) -> None:
    before = client.list_all_items()
    other = Client(client.flask, f"{client.tenant}b")
    for caller in (client, other):
        assert caller.delete(ITEM).status_code == 204
    changed = other.list_all_items()
    reply = (
        client.post(f"//__admin/reset?tenant={client.tenant}")
        if way == "query"
        else client.post("//__admin/reset", json={"tenant": client.tenant})
    )
    assert reply.get_json() == RESET | {"tenants": [client.tenant]}
    assert client.list_all_items() == before
    assert other.list_all_items() == changed


def test_reset_without_a_tenant_restores_all() -> None:
    app = build(Settings()).flask
    tenants = [Client(app, name) for name in ("one", "two")]
    before = [caller.list_all_items() for caller in tenants]
    for caller in tenants:
        caller.delete(ITEM)
    reply = tenants[0].with_token(None).post("//__admin/reset")
    assert reply.get_json() == RESET | {"tenants": ["one", "two"]}
    assert [caller.list_all_items() for caller in tenants] == before


def test_issued_tokens_outlive_a_reset(client: Client) -> None:
    credentials = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "secret"}
    token = client.with_token(None).post("//oauth/token", data=credentials).get_json()["access_token"]
    client.post(f"//__admin/reset?tenant={client.tenant}")
    assert client.with_token(token).get("/items").status_code == 200


@pytest.mark.parametrize("tenant", ["NO", "ab", "a" * 17])
def test_reset_refuses_an_invalid_tenant_name(client: Client, tenant: str) -> None:
    assert client.post(f"//__admin/reset?tenant={tenant}").status_code == 400
    assert client.post("//__admin/reset", json={"tenant": tenant}).status_code == 400
    assert client.post("//__admin/reset", json={"tenants": ["acme"]}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "127.1.2.3"])
def test_loopback_names_are_answered(client: Client, host: str) -> None:
    assert client.get("//__admin/version", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "127.0.0.1.example.com", "127.0.0.1@x", ""])
def test_foreign_hosts_are_refused(client: Client, host: str) -> None:
    reply = client.get("//__admin/version", headers={"Host": host})
    assert reply.status_code == 403
    assert "--allowed-host" in reply.get_json()["message"]


@pytest.mark.parametrize("origin", ["http://example.com", "http://localhost:3000", "null"])
def test_pages_of_other_origins_are_refused(client: Client, origin: str) -> None:
    before = client.list_all_items()
    client.delete(ITEM)
    reply = client.post("//__admin/reset", headers={"Origin": origin})
    assert reply.status_code == 403
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert client.list_all_items() != before


def test_same_origin_pages_are_answered(client: Client) -> None:
    same = {"Host": "localhost:8080", "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
    assert client.get("//__admin/health", headers=same).status_code == 200
    assert client.get("//__admin/health", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_hosts_can_be_allowed(shared: App) -> None:
    app = build(Settings(allowed_host=("mock",))).flask
    for host in ("mock", "mock:8080"):
        assert Client(app, "acme").get("//__admin/version", headers={"Host": host}).status_code == 200
    assert Client(app, "acme").get("//__admin/version", headers={"Host": "mockery"}).status_code == 403


def test_any_tenant_name_works_at_once(client: Client) -> None:
    assert len(Client(client.flask, "neverseen1").list_all_items()) == len(client.list_all_items())


def test_the_empty_world_is_empty_and_has_its_tokens() -> None:
    client = Client(build(Settings(fixture="empty")).flask, "acme")
    assert client.get("/items").get_json() == []
    reply = client.with_token("customer-token").get("/items/category-trees")
    assert reply.status_code == 401
    assert reply.headers["X-Mock-Hint"].startswith("unknown token; use admin-token")
