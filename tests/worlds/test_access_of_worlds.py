"""Who may call in a world of one's own: its tokens and clients, the defaults, and the token of each customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from mockserver.app import App, build
from mockserver.resources import data_folder
from mockserver.settings import Settings
from mockserver.strict_yaml import load_yaml
from mockserver.worlds.exporting import export_rows
from mockserver.worlds.reading import WorldText
from tests.support.client import Admin, Client
from tests.support.samples import WORLDS

SMALL = load_yaml((data_folder("fixtures") / "start" / "small.yaml").read_text())
DEFAULT_CLIENTS = ["admin", "manager", "reader", "storefront"]
CLIENT_TOKENS = ["admin-token", "manage-token", "read-token", "no-scope-token", "expired-token"]
OWN = {"clients": [{"id": "shop", "secret": "s3cret"}], "tokens": [{"token": "mine", "customerId": "jane"}]}

Serve = Callable[..., Client]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Return a function that serves the small world with further sections."""

    def start(sections: dict[str, Any] | None = None, **settings: Any) -> Client:
        path = tmp_path / "shop.json"
        path.write_bytes(orjson.dumps(SMALL | (sections or {})))
        return Client(build(Settings(fixture=str(path), **settings)).flask, "acme")

    return start


def list_tokens(client: Client) -> list[str]:
    tokens = client.get(f"//__admin/tokens?tenant={client.tenant}").get_json()["tokens"]
    return [token["token"] for token in tokens]


def log_in_visitor(client: Client, client_id: str) -> Any:
    query = {"tenant": client.tenant, "client_id": client_id}
    return client.with_token(None).get("//customerlogin/auth/anonymous/login", query_string=query)


def request_token(client: Client, client_id: str, secret: str = "s3cret", *, names_tenant: bool = True) -> Any:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    form |= {"scope": f"tenant={client.tenant}"} if names_tenant else {}
    return client.with_token(None).post("//oauth/token", data=form)


def test_own_clients_and_tokens_add_to_the_defaults(serve: Serve) -> None:
    client = serve(OWN)
    assert list_tokens(client) == [*CLIENT_TOKENS, "mine", "customer:jane"]
    for token in ("mine", "customer:jane"):
        assert [row["id"] for row in client.with_token(token).get("").get_json()] == ["regulars"]
    assert {log_in_visitor(client, id_).status_code for id_ in (*DEFAULT_CLIENTS, "shop")} == {200}
    assert request_token(client, "shop").status_code == request_token(client, "reader", "secret").status_code == 200


def test_only_means_only_the_clients_and_tokens_of_the_file(serve: Serve) -> None:
    client = serve(OWN | {"access": "only"})
    assert list_tokens(client) == ["mine"]
    assert client.with_token("mine").get("").status_code == 200
    for token in ("admin-token", "customer:jane"):
        assert client.with_token(token).get("").status_code == 401
    assert log_in_visitor(client, "shop").status_code == 200
    assert log_in_visitor(client, "storefront").headers["X-Mock-Hint"].startswith("known clients: shop;")


def test_only_without_tokens_admits_nobody_and_says_so(serve: Serve) -> None:
    client = serve({"access": "only"})
    assert list_tokens(client) == []
    assert client.get("").headers["X-Mock-Hint"] == "unknown token; request one from POST /oauth/token"
    assert client.with_token(None).get("").headers["X-Mock-Hint"] == "send the header Authorization: Bearer TOKEN"
    assert request_token(client, "admin").headers["X-Mock-Hint"] == "known clients: none"


def test_an_own_client_or_token_replaces_the_default_one(serve: Serve) -> None:
    client = serve({"clients": [{"id": "admin", "secret": "other"}], "tokens": [{"token": "admin-token"}]})
    assert client.get("").status_code == 403
    assert request_token(client, "admin", "other").status_code == 200
    assert request_token(client, "admin", "secret").status_code == 401


def test_b11_each_customer_of_a_tenant_has_a_token(serve: Serve) -> None:
    client = serve({"customers": [{"id": id_} for id_ in ("jane", "joe", "jürgen")]})
    assert list_tokens(client) == [*CLIENT_TOKENS, "customer:jane", "customer:joe"]  # a header cannot hold the third
    for id_ in ("jane", "joe"):
        profile = client.with_token(f"customer:{id_}").get("//customer/acme/me").get_json()
        assert (profile["id"], profile["contactEmail"]) == (id_, f"{id_}@example.com")
    rows = [{"id": "max"}, {"id": "jane"}]
    assert Admin(client).call("PUT", "/state/customers", rows)["rows"] == 2
    assert client.with_token("customer:max").get("").get_json() == []
    unknown = client.with_token("customer:joe").get("")
    assert unknown.status_code == 401
    assert unknown.headers["X-Mock-Hint"] == (
        "there is no such customer; use customer:jane, or request one from POST /oauth/token"
    )
    other = Client(client.flask, "other")
    assert other.with_token("customer:joe").get("").status_code == 200
    assert other.with_token("customer:max").get("").status_code == 401


def test_the_scopes_of_a_customers_token_are_those_of_a_login(shared: App) -> None:
    client = Client(shared.flask, "acme")
    own = client.with_token("customer:98029737").get("//iam/acme/users/me/scopes").get_json()
    form = {"email": "john.doe@email.com", "password": "secret1"}
    token = client.with_token("no-scope-token").post("//customer/acme/login", json=form).get_json()["access_token"]
    assert own == client.with_token(token).get("//iam/acme/users/me/scopes").get_json() != []


def test_a_customers_token_can_be_revoked_until_the_reset(client: Client) -> None:
    token = "customer:18249883"
    caller = client.with_token(token)
    assert caller.get("").status_code == 200
    assert client.delete(f"//__admin/tokens/{token}?tenant={client.tenant}").status_code == 204
    assert caller.get("").status_code == 401
    assert token not in list_tokens(client)
    Admin(client).call("POST", "/reset")
    assert caller.get("").status_code == 200
    client.delete(f"//__admin/tokens/{token}?tenant={client.tenant}")
    Admin(client).call("POST", "/seed", {"world": "default"})
    assert caller.get("").status_code == 200


def test_tokens_of_missing_customers_are_not_offered(client: Client) -> None:
    Admin(client).call("POST", "/seed", {"inline": SMALL})
    assert not {"customer-token", "customer2-token", "customer:98029737"} & set(list_tokens(client))
    assert "customer:jane" in list_tokens(client)
    assert client.delete("//__admin/tokens/customer:jane").status_code == 204  # everywhere: only this tenant has her
    assert client.with_token("customer:jane").get("").status_code == 401


@pytest.mark.parametrize("is_for_all", [False, True])
@pytest.mark.parametrize("names_tenant", [False, True])
def test_clients_of_a_seeded_world_work_at_once(names_tenant: bool, is_for_all: bool) -> None:
    client = Client(build(Settings()).flask, "shop1")
    world = SMALL | {"clients": [{"id": "shop", "secret": "s3cret"}, {"id": "admin", "secret": "s3cret"}]}
    query = "" if is_for_all else f"?tenant={client.tenant}"
    assert client.post(f"//__admin/seed{query}", json={"inline": world}).status_code == 200
    for id_ in ("shop", "admin"):
        reply = request_token(client, id_, names_tenant=names_tenant)
        assert reply.status_code == 200
        token = reply.get_json()["access_token"]
        assert client.with_token(token).get("").status_code == 403  # a client without scopes, of this tenant
        assert log_in_visitor(client, id_).status_code == 200
    elsewhere = Client(client.flask, "other")
    assert log_in_visitor(elsewhere, "shop").status_code == (200 if is_for_all else 401)
    assert request_token(elsewhere, "admin", "secret").status_code == (200 if not is_for_all else 401)


def test_b4e_any_client_logs_visitors_in_if_the_server_admits_it(serve: Serve) -> None:
    refused = log_in_visitor(serve(), "my-shop")
    assert refused.status_code == 401
    assert refused.headers["X-Mock-Hint"].endswith("; start with --any-client to accept all")
    client = serve(any_client=True)
    visitor = log_in_visitor(client, "my-shop")
    assert visitor.status_code == 200
    query = {"tenant": "acme", "client_id": "my-shop", "refresh_token": visitor.get_json()["refresh_token"]}
    refresh = "//customerlogin/auth/anonymous/refresh"
    assert client.with_token(None).get(refresh, query_string=query).status_code == 200
    other = query | {"client_id": "your-shop"}
    assert client.with_token(None).get(refresh, query_string=other).status_code == 401
    assert request_token(client, "my-shop").status_code == 401


def test_hints_and_examples_name_tokens_of_the_world(serve: Serve) -> None:
    client = serve({"tokens": [{"token": "all", "scopes": "all"}], "clients": [{"id": "shop"}], "access": "only"})
    hints = [
        client.with_token(None).get("").headers["X-Mock-Hint"],
        client.with_token("admin-token").get("").headers["X-Mock-Hint"],
        client.with_token("all").get("//customer/acme/me").headers["X-Mock-Hint"],
    ]
    assert hints == [
        "send the header Authorization: Bearer all",
        "unknown token; use all, or request one from POST /oauth/token",
        "needs the token of a customer; log in",
    ]
    script = client.get("//__admin/requests/export?format=curl").get_data(as_text=True)
    assert ': "${TOKEN:=all}"' in script
    assert client.get("//").get_json()["tokens"] == ["all"]


def test_a_caller_without_a_customer_is_pointed_to_one_of_the_world(serve: Serve) -> None:
    client = serve()
    hint = client.get("//customer/acme/me").headers["X-Mock-Hint"]
    assert hint == "needs the token of a customer; log in, or use customer:jane"
    assert client.with_token("customer-token").get("").status_code == 401
    assert client.get("//").get_json()["tokens"] == [*CLIENT_TOKENS, "customer:jane"]


def test_defaults_of_the_world_are_what_an_export_gives(serve: Serve) -> None:
    rows = Admin(serve()).call("GET", "/state/products")
    state = WORLDS.build_state(WORLDS.check(SMALL))
    assert rows == export_rows(state, WORLDS.collections["products"])
    assert rows[0] == {"id": "hammer", "code": "hammer", "name": {"en": "Hammer"}}


def test_a_seed_with_mistakes_lists_them_and_changes_nothing(client: Client) -> None:
    before = client.list_all_items()
    world = SMALL | {"products": [{"id": 1}, {"id": "saw", "nmae": "Saw"}]}
    details = Admin(client).call("POST", "/seed", {"inline": world}, 400)["details"]
    assert details["field"] == "/products/0/id"
    assert details["mistakes"] == [
        {
            "field": "/products/0/id",
            "row": "product 1",
            "message": "1 is a number; expected a text; put it in quotation marks: '1'",
        },
        {"field": "/products/1/nmae", "row": "product saw", "message": "unknown field; did you mean name?"},
        {
            "field": "/itemAssignments/0/itemId",
            "row": "item assignment regulars/hammer",
            "message": "'hammer' is not among the products; there are saw",
        },
    ]
    assert client.list_all_items() == before
    many = Admin(client).call("POST", "/seed", {"inline": {"products": [{"id": 1}] * 30}}, 400)["details"]
    assert (len(many["mistakes"]), many["more"]) == (20, True)


@pytest.mark.parametrize(
    ("scope", "suggestion"),
    [
        ("customersegment.segment_mange", "did you mean customersegment.segment_manage"),
        ("customersegmnt.segment_read", "did you mean customersegment.segment_read"),
        ("site.everything", "there are site.site_manage, site.site_read"),
        ("customersegment.segment_read_own", ""),
        ("customer.consent_view", ""),  # a scope of the login, which no spec declares
        ("cart.cart_manage", ""),  # of a service that is not simulated
        ("anything", ""),
    ],
)
def test_a_misspelt_scope_is_a_warning(scope: str, suggestion: str) -> None:
    warnings: list[str] = []
    library = replace(WORLDS, declared_scopes=build(Settings()).worlds.declared_scopes, warn=warnings.append)
    for section, row in (("tokens", {"token": "t"}), ("clients", {"id": "t"})):
        text = orjson.dumps({section: [row | {"scopes": ["customersegment.segment_read", scope]}]}).decode()
        library.check(orjson.loads(text), Path("w.json"), text=WorldText(text, {}, is_json=True))
    expected = f"no operation needs the scope {scope!r}; {suggestion}"
    assert [
        warning.startswith(f"w.json:1: {section} t: ")
        for warning, section in zip(warnings, ("token", "client"), strict=False)
    ] == ([True, True] if suggestion else [])
    assert all(f"s/0/scopes/1: {expected}" in warning for warning in warnings)


def test_the_server_logs_a_misspelt_scope(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    client = serve({"tokens": [{"token": "mine", "scopes": ["site.site_rread"]}]})
    assert "shop.json:1: token mine: /tokens/0/scopes/0: no operation needs the scope 'site.site_rread'" in caplog.text
    assert client.with_token("mine").get("").status_code == 403
    Admin(client).call("PUT", "/world", {"clients": [{"id": "x", "scopes": ["site.site_reed"]}]})
    assert "world: client x: /clients/0/scopes/0" in caplog.text


def test_a_world_of_tokens_alone_may_name_customers_of_another_one() -> None:
    assert WORLDS.check({"tokens": [OWN["tokens"][0]]})["tokens"][0]["customerId"] == "jane"
