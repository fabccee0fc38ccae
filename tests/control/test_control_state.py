"""The control plane changes state, tenants, clock and tokens, and a reset restores them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from mockserver.access import READ_OWN_SEGMENTS, READ_SEGMENTS
from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.store.clock import LATEST_TIME, AdjustableClock
from mockserver.store.world import World
from mockserver.worlds import comparing, exporting
from mockserver.worlds.published_ids import EMPLOYEE_GROUP as STAFF
from tests.support.client import Admin, Client
from tests.support.clock import ManualClock
from tests.support.samples import DEFAULT, GOLDEN, HAMMER, ITEM, NEW_ITEM, REGULARS, SCREWDRIVER, TOOL_FANS, WORLDS

NOON = "2026-01-01T12:00:00.000Z"
COLLECTIONS = ["languages", *WORLDS.collections]


@pytest.fixture
def admin(client: Client) -> Admin:
    return Admin(client)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_collection_put_back_as_it_was_changes_nothing(client: Client, admin: Admin, collection: str) -> None:
    before, rows = client.list_all_items(), admin.call("GET", f"/state/{collection}")
    counts = admin.call("PUT", f"/state/{collection}", rows)
    count = len(rows["supported"] if collection == "languages" else rows)
    assert (counts["collection"], counts["rows"]) == (collection, count)
    assert admin.call("GET", f"/state/{collection}") == rows
    assert admin.call("GET", "/snapshots/world/diff")["changes"] == {}
    assert client.list_all_items() == before


def test_collections_show_what_the_world_file_has(admin: Admin) -> None:
    counts = admin.call("GET", "/state")["counts"]
    assert counts == {section: len(DEFAULT.get(section, [])) for section in WORLDS.collections} | {"languages": 3}
    for section in ("products", "segments", "customers"):
        assert admin.call("GET", f"/state/{section}") == sorted(DEFAULT[section], key=lambda row: row["id"])


def test_a_world_of_all_sections_gives_the_same_state(client: Client, admin: Admin) -> None:
    client.put("/mine", json={"name": {"de": "Meins"}, "siteCode": "main"})
    admin.call("PUT", "/state/languages", {"default": "de", "supported": ["de", "en", "fr"]})
    world = {section: admin.call("GET", f"/state/{section}") for section in admin.call("GET", "/state")["counts"]}
    copy = Admin(Client(client.flask, f"{client.tenant}b"))
    copy.call("POST", "/seed", {"inline": world})
    for section, rows in world.items():
        assert copy.call("GET", f"/state/{section}") == rows, section
    assert copy.client.with_token("read-token").get("/mine", headers={"Accept-Language": "ar"}).get_json()["name"] == {
        "de": "Meins"
    }


# What clients may write, although no published example has it.
ODD_WRITES: list[tuple[str, Any]] = [
    (f"/{'s' * 300}", {"name": {"en": "S"}, "siteCode": "main"}),
    ("/odd%0Aid", {"name": {}, "description": {}, "siteCode": "main", "validity": {}}),
    (
        "//iam/{tenant}/groups/odd%00group",
        {"name": {"": ""}, "description": {}, "userType": "CUSTOMER", "b2b": {"a": 1}},
    ),
    ("//iam/{tenant}/groups/same", {"name": {"en": "G"}, "accessControls": ["a", "a"], "restrictions": ["a", "a"]}),
    (f"//iam/{{tenant}}/groups/{STAFF}/users/EMPLOYEE/{'e' * 300}", None),
]


def test_whatever_clients_may_write_can_be_copied(client: Client, admin: Admin) -> None:
    for path, body in ODD_WRITES:
        assert client.put(path.format(tenant=client.tenant), json=body).status_code == 201, path
    assert client.put("/odd%0Aid/groups/odd%00group").status_code == 201
    world = {section: admin.call("GET", f"/state/{section}") for section in admin.call("GET", "/state")["counts"]}
    copy = Admin(Client(client.flask, f"{client.tenant}b"))
    copy.call("POST", "/seed", {"inline": world})
    assert {section: copy.call("GET", f"/state/{section}") for section in world} == world


def test_languages_are_replaced_compared_and_never_empty(client: Client, admin: Admin) -> None:
    assert admin.call("PUT", "/state/languages", {"default": "de", "supported": ["de", "en"]})["rows"] == 2
    assert admin.call("GET", "/snapshots/world/diff")["changes"] == {
        "languages": {"removed": ["ar"], "changed": ["de", "en"]}
    }
    assert admin.call("DELETE", "/state/languages", status=422)["message"].startswith("A tenant has at least one")
    wrong: Any
    for wrong in ([], {"default": 5}, {"default": "ar", "supported": ["de"]}, {"default": "de", "supported": []}):
        error = admin.call("PUT", "/state/languages", wrong, 400)
        assert error["details"]["field"].startswith("/languages")
    assert admin.call("PUT", "/state/products", {"default": "de"}, 400)["details"]["field"] == "/products"
    admin.call("POST", "/undo")
    assert admin.call("GET", "/state/languages") == DEFAULT["languages"]


def test_client_writes_show_and_can_be_copied_to_another_tenant(client: Client, admin: Admin) -> None:
    client.put(NEW_ITEM, json={"mixins": {"a": 1}, "metadata": {"mixins": {"a": "https://example.com/a.json"}}})
    client.put(f"/{TOOL_FANS}/customers/18249883")
    client.put(f"/{TOOL_FANS}/groups/{REGULARS}", json={"mixins": {}})
    other = Client(client.flask, f"{client.tenant}b")
    for section in ("itemAssignments", "customerAssignments", "groupAssignments"):
        Admin(other).call("PUT", f"/state/{section}", admin.call("GET", f"/state/{section}"))
    for path in (NEW_ITEM, f"/{TOOL_FANS}/groups/{REGULARS}"):
        assert other.get(path).get_json() == client.get(path).get_json() != []
    assert [row["id"] for row in other.with_token("customer2-token").get("").get_json()] == [GOLDEN, TOOL_FANS]


def test_invalid_rows_change_nothing(client: Client, admin: Admin) -> None:
    before = client.list_all_items()
    for rows in ([{"id": 5}], [DEFAULT["products"][0]] * 2, [DEFAULT["products"][0] | {"categories": ["nowhere"]}]):
        error = admin.call("PUT", "/state/products", rows, 400)
        assert error["details"]["field"].startswith("/products/")
    assert admin.call("DELETE", "/state/segments", status=400)["details"]["type"] == "world"
    assert client.list_all_items() == before


def test_an_unknown_collection_gets_the_known_names(admin: Admin) -> None:
    for method, body in (("GET", None), ("PUT", []), ("DELETE", None)):
        assert "itemAssignments" in admin.call(method, "/state/things", body, 422)["message"]


def test_c14_force_lets_items_leave_the_catalogue(client: Client, admin: Admin) -> None:
    admin.call("DELETE", "/state/products", status=400)
    admin.call("DELETE", "/state/products", force="true")
    assert client.get(ITEM).get_json()["item"] == {"id": HAMMER}
    admin.call("POST", "/undo")
    assert client.get(ITEM).get_json()["item"]["code"] == "123"


def test_c14_items_of_a_segment_that_was_removed_are_in_no_list(client: Client, admin: Admin) -> None:
    rows = admin.call("GET", "/state/segments")
    admin.call("PUT", "/state/segments", [row for row in rows if row["id"] != GOLDEN], force="true")
    stored = admin.call("GET", "/state/itemAssignments")
    expected = [(row["segmentId"], row["itemId"]) for row in stored if row["segmentId"] != GOLDEN]
    assert 0 < len(expected) < len(stored)
    assert [(row["segmentId"], row["item"]["id"]) for row in client.list_all_items()] == expected


def test_mixin_schemas_can_be_added(client: Client, admin: Admin) -> None:
    size = {"enum": ["S", "M"]}
    properties = {"size": size, "sizes": {"items": size}}
    schema = {"url": "https://example.com/size.json", "schema": {"properties": properties}}
    admin.call("PUT", "/state/mixinSchemas", [schema])
    body = {"mixins": {"m": {"size": "XL"}}, "metadata": {"mixins": {"m": schema["url"]}}}
    assert client.put(ITEM, json=body).status_code == 400
    body["mixins"]["m"]["size"] = "M"  # type: ignore[index]
    assert client.put(ITEM, json=body).status_code == 204
    body["mixins"]["m"]["sizes"] = ["S", "X" * 300]  # type: ignore[index]
    details = client.put(ITEM, json=body).get_json()["details"]
    assert (details["field"], details["type"], len(details["message"])) == ("/mixins/m/sizes/1", "enum", 200)
    assert admin.call("PUT", "/state/mixinSchemas", [{"url": "x", "file": "/etc/passwd"}], 400)["details"]["message"]


def test_snapshots_are_saved_restored_compared_and_deleted(client: Client, admin: Admin) -> None:
    before = client.list_all_items()
    admin.call("PUT", "/snapshots/before")
    client.delete(ITEM)
    client.put(NEW_ITEM)
    client.put(f"/{GOLDEN}/items/PRODUCT/{SCREWDRIVER}")
    client.put("/mine", json={"name": {"en": "Mine"}, "siteCode": "main"})
    assert admin.call("GET", "/snapshots/before/diff")["changes"] == {
        "segments": {"added": ["mine"]},
        "itemAssignments": {
            "added": [f"{TOOL_FANS}/PRODUCT/{HAMMER}"],
            "removed": [f"{GOLDEN}/PRODUCT/{HAMMER}"],
            "changed": [f"{GOLDEN}/PRODUCT/{SCREWDRIVER}"],
        },
    }
    after = client.list_all_items()
    admin.call("PUT", "/snapshots/after")
    admin.call("POST", "/snapshots/before/restore")
    assert client.list_all_items() == before
    assert admin.call("GET", "/snapshots/before/diff")["changes"] == {}
    assert "itemAssignments" in admin.call("GET", "/snapshots/before/diff?with=after")["changes"]
    admin.call("POST", "/snapshots/after/restore")
    assert client.list_all_items() == after
    assert admin.call("GET", "/snapshots")["snapshots"] == ["after", "before"]
    admin.call("DELETE", "/snapshots/after", status=204)
    assert "before" in admin.call("POST", "/snapshots/after/restore", status=404)["message"]


def test_there_are_at_most_100_snapshots(admin: Admin) -> None:
    for number in range(100):
        admin.call("PUT", f"/snapshots/{number}")
    admin.call("PUT", "/snapshots/7")
    assert "100" in admin.call("PUT", "/snapshots/101", status=422)["message"]


def test_undo_reverts_changes_one_by_one_and_resets_too(client: Client, admin: Admin) -> None:
    states = [client.list_all_items()]
    for path in (ITEM, f"/{GOLDEN}/items/PRODUCT/{SCREWDRIVER}"):
        client.delete(path)
        states.append(client.list_all_items())
    admin.call("POST", "/reset")
    client.put(ITEM, json={"metadata": {"version": 9}})  # fails and changes nothing
    client.delete(f"/{GOLDEN}/items/PRODUCT/nowhere")  # nothing to delete
    for state in reversed(states):
        assert admin.call("POST", "/undo")["undone"] == 1
        assert client.list_all_items() == state
    assert admin.call("POST", "/undo", {"steps": 100})["undone"] == 0


def test_undo_ignores_requests_that_change_nothing(client: Client, admin: Admin) -> None:
    client.put("/empty", json={"name": {"en": "Empty"}, "siteCode": "main"})
    for segment in (GOLDEN, "empty", "nowhere"):
        client.delete(f"/{segment}/items/PRODUCT/bulk", json=["nowhere"])
        client.put(f"/{segment}/items/PRODUCT/bulk", json=[{"id": "nowhere"}])
        client.delete(f"/{segment}/customers/bulk", json=[{"customerId": "nobody"}])
    (tenant,) = [entry for entry in admin.call("GET", "/tenants")["tenants"] if entry["name"] == client.tenant]
    assert tenant["version"] == 1


def test_undo_reverts_several_changes_as_one(client: Client, admin: Admin) -> None:
    before = client.list_all_items()
    for _ in range(3):
        client.put(ITEM)
    assert admin.call("POST", "/undo", {"steps": 2})["undone"] == 2
    assert client.get(ITEM).get_json()["metadata"]["version"] == 2
    (tenant,) = [entry for entry in admin.call("GET", "/tenants")["tenants"] if entry["name"] == client.tenant]
    assert tenant["version"] == 4
    assert admin.call("POST", "/undo", {"steps": 9})["undone"] == 1
    assert client.list_all_items() == before


def test_undo_reverts_at_most_100_changes(client: Client, admin: Admin) -> None:
    for _ in range(101):
        client.put(ITEM)
    assert [admin.call("POST", "/undo", {"steps": 100})["undone"] for _ in range(2)] == [100, 0]
    assert client.get(ITEM).get_json()["metadata"]["version"] == 2


def test_a_reset_restores_the_world_nothing_or_a_snapshot(client: Client, admin: Admin) -> None:
    before = client.list_all_items()
    client.delete(ITEM)
    admin.call("PUT", "/snapshots/without")
    assert admin.call("POST", "/reset", {"to": "empty"})["to"] == "empty"
    assert sum(admin.call("GET", "/state")["counts"].values()) == 3  # the languages stay
    admin.call("POST", "/reset", to="snapshot:without")
    assert client.get(ITEM).status_code == 404
    assert client.get(f"/{GOLDEN}/items/PRODUCT/{SCREWDRIVER}").status_code == 200
    admin.call("POST", "/reset")
    assert client.list_all_items() == before
    assert "without" in admin.call("POST", "/reset", {"to": "snapshot:none"}, 404)["message"]
    assert "empty" in admin.call("POST", "/reset", {"to": "elsewhere"}, 422)["message"]


def test_a_reset_of_all_tenants_changes_none_if_one_cannot_be_reset(client: Client) -> None:
    app = build(Settings()).flask
    one, two = Client(app, "one"), Client(app, "two")
    Admin(one).call("PUT", "/snapshots/here")
    for tenant in (one, two):
        tenant.delete(ITEM)
    reply = one.with_token(None).post("//__admin/reset", json={"to": "snapshot:here"})
    assert reply.status_code == 404
    assert [tenant.get(ITEM).status_code for tenant in (one, two)] == [404, 404]


def test_a_tenant_starts_from_another_world_and_resets_go_back_to_it(client: Client, admin: Admin) -> None:
    assert admin.call("POST", "/seed", {"world": "empty"}) == {"world": "empty", "tenants": [client.tenant]}
    assert client.get("").get_json() == []
    client.put("/mine", json={"name": {"en": "Mine"}, "siteCode": "main"})
    admin.call("POST", "/reset")
    assert client.get("").get_json() == []
    generated = {"seed": 7, "counts": {"segments": 3, "products": 2, "legalEntities": 1, "itemAssignments": 4}}
    assert admin.call("POST", "/seed", generated)["world"] == "seed-7"
    first = client.list_all_items()
    assert len(client.get("").get_json()) == 3
    admin.call("POST", "/seed", {"seed": 8})
    assert client.list_all_items() != first
    admin.call("POST", "/seed", generated)
    assert client.list_all_items() == first


def test_a_world_can_be_sent_inline(client: Client, admin: Admin) -> None:
    token: dict[str, Any] = {
        "token": f"jane-{client.tenant}",
        "scopes": [READ_OWN_SEGMENTS],
        "customerId": "jane",
        "tenant": client.tenant,
    }
    world = {
        "sites": [{"code": "s", "name": "S", "defaultLanguage": "en", "languages": ["en"], "currency": "EUR"}],
        "customers": [{"id": "jane", "firstName": "J", "lastName": "J", "email": "j@example.com"}],
        "segments": [
            {
                "id": "seg",
                "name": {"en": "Seg"},
                "status": "ACTIVE",
                "siteCode": "s",
                "metadata": DEFAULT["segments"][0]["metadata"],
            }
        ],
        "customerAssignments": [
            {
                "segmentId": "seg",
                "customerId": "jane",
                "assignmentType": "AUTOMATIC",
                "metadata": DEFAULT["segments"][0]["metadata"],
            }
        ],
        "tokens": [token],
    }
    admin.call("POST", "/seed", {"inline": world})
    assert [row["id"] for row in client.with_token(f"jane-{client.tenant}").get("").get_json()] == ["seg"]


def request_service_token(client: Client, id_: str, secret: str, scope: str = "") -> TestResponse:
    form = {"grant_type": "client_credentials", "client_id": id_, "client_secret": secret, "scope": scope}
    return client.with_token(None).post("//oauth/token", data=form)


def request_anonymous_token(client: Client, id_: str) -> TestResponse:
    query = {"tenant": client.tenant, "client_id": id_}
    return client.with_token(None).get("//customerlogin/auth/anonymous/login", query_string=query)


def test_b10_clients_and_tokens_of_a_seeded_world_work_at_once(client: Client, admin: Admin) -> None:
    id_, other = f"shop-{client.tenant}", Client(client.flask, f"{client.tenant}b")
    world = {
        "clients": [
            {"id": id_, "secret": "s3cret", "scopes": [READ_SEGMENTS]},
            {"id": "reader", "secret": "other", "scopes": [READ_SEGMENTS]},
        ],
        "tokens": [{"token": id_, "scopes": [READ_SEGMENTS]}, {"token": "no-scope-token", "scopes": [READ_SEGMENTS]}],
    }
    assert request_anonymous_token(client, id_).status_code == 401
    admin.call("POST", "/seed", {"inline": world})
    for scope in ("", f"tenant={client.tenant}"):
        reply = request_service_token(client, id_, "s3cret", scope)
        assert reply.get_json()["scope"] == f"{READ_SEGMENTS} tenant={client.tenant}"
        token = reply.get_json()["access_token"]
        assert [tenant.with_token(token).get("").status_code for tenant in (client, other)] == [200, 401]
    assert request_anonymous_token(client, id_).status_code == 200
    assert request_anonymous_token(client, "storefront").status_code == 200  # of the start
    assert request_service_token(client, "reader", "other", f"tenant={client.tenant}").status_code == 200
    for token in (id_, "no-scope-token", "admin-token"):
        assert client.with_token(token).get("").status_code == 200
    assert {id_, "no-scope-token"} <= {row["token"] for row in admin.call("GET", "/tokens")["tokens"]}
    # Another tenant has neither.
    assert [other.with_token(token).get("").status_code for token in (id_, "no-scope-token")] == [401, 403]
    assert request_anonymous_token(other, id_).status_code == 401
    assert request_service_token(other, id_, "s3cret", f"tenant={other.tenant}").status_code == 401
    assert request_service_token(other, "reader", "secret", f"tenant={other.tenant}").status_code == 200
    # They outlive a reset, and go with the world.
    admin.call("POST", "/reset")
    assert client.with_token(id_).get("").status_code == 200
    admin.call("POST", "/seed", {"world": "default"})
    assert [client.with_token(token).get("").status_code for token in (id_, "no-scope-token")] == [401, 403]
    assert request_anonymous_token(client, id_).status_code == 401


def test_b10_a_revoked_token_is_valid_again_after_a_seed(client: Client, admin: Admin) -> None:
    name = f"mine-{client.tenant}"
    for _ in range(2):
        admin.call("POST", "/seed", {"inline": {"tokens": [{"token": name, "scopes": [READ_SEGMENTS]}]}})
        assert client.with_token(name).get("").status_code == 200
        admin.call("DELETE", f"/tokens/{name}", status=204)
        assert client.with_token(name).get("").status_code == 401


def test_b10_a_dropped_tenant_loses_the_clients_and_tokens_of_its_world(client: Client, admin: Admin) -> None:
    name = f"mine-{client.tenant}"
    world = {
        "tokens": [{"token": name, "scopes": [READ_SEGMENTS]}],
        "clients": [{"id": name, "secret": "s3cret", "scopes": []}],
    }
    admin.call("POST", "/seed", {"inline": world})
    client.with_token(None).delete(f"//__admin/tenants/{client.tenant}")
    assert client.with_token(name).get("").status_code == 401
    assert request_anonymous_token(client, name).status_code == 401
    assert request_service_token(client, name, "s3cret").status_code == 401


def test_b10_a_seed_for_all_is_for_future_tenants_too() -> None:
    client = Client(build(Settings()).flask, "one")
    world = {
        "clients": [{"id": "shop", "secret": "s3cret", "scopes": [READ_SEGMENTS]}],
        "tokens": [{"token": "mine", "scopes": [READ_SEGMENTS]}],
    }
    client.with_token(None).post("//__admin/seed", json={"inline": world})
    token = request_service_token(client, "shop", "s3cret").get_json()["access_token"]
    for tenant in ("one", "two"):
        assert request_anonymous_token(Client(client.flask, tenant), "shop").status_code == 200
        for name in ("mine", token, "admin-token"):
            assert Client(client.flask, tenant, name).get("").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"world": "default", "seed": 1}, 422),
        ({"world": "../default"}, 422),
        ({"world": "/etc/passwd"}, 422),
        ({"inline": {"things": []}}, 400),
        ({"inline": {"mixinSchemas": [{"url": "x", "file": "../fixtures/schemas/segmentAttributes.json"}]}}, 400),
        ({"inline": {"mixinSchemas": [{"url": "x", "schema": {"$ref": "https://example.com/x"}}]}}, 400),
        ({"seed": 1, "counts": {"products": 10**9}}, 400),
        ({"seed": 1, "counts": {"sites": 0}}, 400),
        ({"seed": 1, "counts": {"depth": 21}}, 400),
        ({"seed": 1, "counts": {"vouchers": 1}}, 400),
        ({"seed": 1, "counts": {"legal_entities": 1}}, 400),
        ({"seed": "1"}, 400),
    ],
    ids=str,
)
def test_invalid_seeds_change_nothing(client: Client, admin: Admin, body: Any, status: int) -> None:
    before = client.list_all_items()
    admin.call("POST", "/seed", body, status)
    assert client.list_all_items() == before


def test_a_seed_without_a_tenant_is_for_present_and_future_tenants() -> None:
    client = Client(build(Settings()).flask, "one")
    client.get("/items")
    assert client.with_token(None).post("//__admin/seed", json={"world": "empty"}).get_json()["tenants"] == ["one"]
    for tenant in ("one", "two"):
        assert Client(client.flask, tenant).get("").get_json() == []


def test_restores_are_atomic_under_traffic(client: Client, admin: Admin) -> None:
    """A reader sees one of two states completely, whatever restores run meanwhile."""
    admin.call("PUT", "/snapshots/full")
    full = client.list_all_items()
    admin.call("DELETE", "/state/itemAssignments")
    admin.call("PUT", "/snapshots/none")
    finished, row_counts = Event(), []

    def read() -> None:
        while not finished.is_set():
            row_counts.append(client.list_all_items())

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for name in ["full", "none"] * 40:
        admin.call("POST", f"/snapshots/{name}/restore")
    finished.set()
    for reader in readers:
        reader.join()
    assert row_counts
    assert all(state in ([], full) for state in row_counts)


states = st.lists(st.sampled_from([ITEM, NEW_ITEM, f"/{GOLDEN}", f"/{TOOL_FANS}/customers/18249883"]), max_size=6)
TENANTS = count()


@given(states)
def test_any_state_can_be_exported_and_rebuilt(shared: App, steps: list[str]) -> None:
    client = Client(shared.flask, f"export{next(TENANTS)}")
    for index, path in enumerate(steps):
        body = {"name": {"en": "G"}, "siteCode": "main"} if path == f"/{GOLDEN}" else {}
        if client.put(path, json=body).status_code == 204 and index % 2:
            client.delete(path)
    state = shared.world.tenant(client.tenant).state
    world = exporting.export_world(state, WORLDS.collections)
    again = WORLDS.build_state(world)
    assert comparing.diff_states(state, again, WORLDS.collections) == {}
    assert exporting.export_world(again, WORLDS.collections) == world


def test_tenants_are_listed_and_dropped(client: Client, admin: Admin) -> None:
    client.delete(ITEM)
    (tenant,) = [entry for entry in admin.call("GET", "/tenants")["tenants"] if entry["name"] == client.tenant]
    assert tenant == {"name": client.tenant, "world": "default", "version": 1, "idleSeconds": 0}
    admin.call("DELETE", f"/tenants/{client.tenant}", status=204)
    assert client.get(ITEM).status_code == 200


def test_settings_change_the_switches_of_one_tenant(client: Client, admin: Admin) -> None:
    other = Client(client.flask, f"{client.tenant}b")
    assert admin.call("PUT", "/settings", {"delete_missing": "404", "max_page_size": 2})["max_page_size"] == 2
    assert client.delete("/nowhere").status_code == 404
    assert other.delete("/nowhere").status_code == 204
    assert len(client.get("/items").get_json()) == 2
    assert len(other.get("/items").get_json()) == 60
    assert admin.call("PUT", "/settings", {"max_page_size": 0})["delete_missing"] == "404"
    assert len(client.get("/items").get_json()) == 60
    Admin(other).call("PUT", "/settings", {"max_page_size": 3})
    admin.call("POST", "/reset")
    assert client.delete("/nowhere").status_code == 204
    assert len(other.get("/items").get_json()) == 3
    wrong: Any
    for wrong in ({"delete_missing": 404}, {"delete_mising": "404"}, {"max_page_size": -1}, [], "x"):
        admin.call("PUT", "/settings", wrong, 400)


def test_settings_without_a_tenant_are_for_present_and_future_tenants() -> None:
    client = Client(build(Settings()).flask, "one")
    client.get("/items")
    caller = client.with_token(None)
    assert caller.get("//__admin/settings").get_json()["missing_parent"] == "empty"
    caller.put("//__admin/settings", json={"missing_parent": "404"})
    assert [Client(client.flask, tenant).get("/nowhere/items").status_code for tenant in ("one", "two")] == [404, 404]
    caller.post("//__admin/reset?tenant=one")
    assert client.get("/nowhere/items").status_code == 404
    caller.post("//__admin/reset")
    assert [Client(client.flask, tenant).get("/nowhere/items").status_code for tenant in ("one", "three")] == [200, 200]


def create_item(client: Client) -> str:
    client.delete(NEW_ITEM)
    client.put(NEW_ITEM)
    return str(client.get(NEW_ITEM).get_json()["metadata"]["createdAt"])


def test_the_clock_can_be_frozen_moved_and_run(clock: ManualClock) -> None:
    client = Client(build(Settings(), clock).flask, "acme")
    admin = Admin(client)
    assert admin.call("GET", "/clock") == {"mode": "real", "now": NOON, "rate": 1}
    assert create_item(client) == NOON
    clock_report = admin.call("PUT", "/clock", {"mode": "frozen", "at": "2030-05-05T05:05:05Z"})
    assert clock_report == {"mode": "frozen", "now": "2030-05-05T05:05:05.000Z", "rate": 0}
    clock.advance(hours=1)
    assert create_item(client) == "2030-05-05T05:05:05.000Z"
    admin.call("POST", "/clock/advance", {"seconds": 1.5})
    assert create_item(client) == "2030-05-05T05:05:06.500Z"
    admin.call("POST", "/clock/advance", {"to": "2030-05-06T00:00:00Z"})
    assert create_item(client) == "2030-05-06T00:00:00.000Z"
    admin.call("PUT", "/clock", {"mode": "offset", "seconds": -3600})
    assert create_item(client) == NOON
    assert admin.call("GET", "/clock") == {"mode": "offset", "now": NOON, "rate": 1}
    admin.call("PUT", "/clock", {"mode": "scaled", "rate": 60})
    clock.advance(minutes=1)
    assert create_item(client) == "2026-01-01T13:00:00.000Z"
    admin.call("POST", "/clock/advance", {"seconds": 60})
    assert admin.call("GET", "/clock") == {"mode": "scaled", "now": "2026-01-01T13:01:00.000Z", "rate": 60}
    admin.call("PUT", "/clock", {"mode": "scaled", "rate": 2, "at": "2027-01-01T00:00:00Z"})
    clock.advance(minutes=1)
    assert admin.call("GET", "/clock") == {"mode": "scaled", "now": "2027-01-01T00:02:00.000Z", "rate": 2}
    admin.call("PUT", "/clock", {"mode": "real"})
    assert create_item(client) == "2026-01-01T13:02:00.000Z"
    admin.call("POST", "/clock/advance", {"seconds": 60})
    assert admin.call("GET", "/clock") == {"mode": "offset", "now": "2026-01-01T13:03:00.000Z", "rate": 1}
    admin.call("POST", "/reset")
    assert admin.call("GET", "/clock")["mode"] == "real"


def test_tenants_follow_the_servers_clock_until_they_have_their_own(clock: ManualClock) -> None:
    app = build(Settings(), clock).flask
    one, two = Client(app, "one"), Client(app, "two")
    Admin(two).call("PUT", "/clock", {"mode": "frozen"})
    one.with_token(None).put("//__admin/clock", json={"mode": "frozen", "at": "2031-01-01T00:00:00Z"})
    assert (create_item(one), create_item(two)) == ("2031-01-01T00:00:00.000Z", NOON)


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "frozen", "at": "yesterday"},
        {"mode": "frozen", "at": "2024-12-31T23:59:60Z"},
        {"mode": "scaled", "rate": -1},
        {"mode": "scaled", "rate": 1e300},
        {"mode": "slow"},
        {},
    ],
    ids=str,
)
def test_invalid_clock_settings(admin: Admin, body: Any) -> None:
    admin.call("PUT", "/clock", body, 400)
    assert admin.call("GET", "/clock")["mode"] == "real"


def test_a_clock_that_is_moved_far_stops_at_an_end_of_time(client: Client, admin: Admin) -> None:
    for seconds in (1e300, -1e300):
        admin.call("PUT", "/clock", {"mode": "offset", "seconds": seconds})
        assert create_item(client).startswith("9000-01-01" if seconds > 0 else "1970-01-01")
    admin.call("PUT", "/clock", {"mode": "frozen", "at": "9999-12-31T23:59:59Z"})
    admin.call("POST", "/clock/advance", {"seconds": 1e18})
    assert create_item(client).startswith("9000-01-01")


@given(
    st.lists(st.tuples(st.sampled_from("fasx"), st.integers(-(10**6), 10**6), st.integers(0, 10**5)), max_size=8),
)
def test_a_controlled_clock_stays_within_its_years(steps: list[tuple[str, int, int]]) -> None:
    behind = ManualClock()
    clock = AdjustableClock(behind)
    for kind, seconds, forward in steps:
        match kind:
            case "f":
                clock.freeze()
            case "a":
                clock.advance(abs(seconds))
            case "s":
                clock.shift(seconds)
            case _:
                clock.scale(abs(seconds))
        before = clock.now()
        behind.advance(seconds=forward)
        assert before <= clock.now() <= LATEST_TIME


def test_the_clock_drives_validity_and_the_expiry_of_tokens(clock: ManualClock) -> None:
    client = Client(build(Settings(), clock).flask, "acme")
    admin = Admin(client)
    minted = admin.call("POST", "/tokens", {"scopes": [READ_SEGMENTS], "tenant": "acme", "lifetimeSeconds": 60}, 201)
    assert minted["expiresAt"] == "2026-01-01T12:01:00.000Z"
    reader = client.with_token(minted["token"])
    assert reader.get("/items").status_code == 200
    admin.call("POST", "/clock/advance", {"seconds": 60})
    assert reader.get("/items").get_json()["fault"]["faultstring"] == "Access Token expired"
    admin.call("PUT", "/clock", {"mode": "frozen", "at": "2019-01-01T00:00:00Z"})
    assert client.with_token("expired-token").get("/items").status_code == 200
    admin.call("PUT", "/settings", {"active": "status-and-validity"})
    validity = {"from": "2019-01-01T00:00:00Z", "to": "2019-02-01T00:00:00Z"}
    client.put(f"/{GOLDEN}", json={"name": {"en": "G"}, "siteCode": "main", "status": "ACTIVE", "validity": validity})
    assert [row["id"] for row in client.with_token("customer2-token").get("").get_json()] == [GOLDEN]
    admin.call("POST", "/clock/advance", {"to": "2019-02-01T00:00:00Z"})
    assert client.with_token("customer2-token").get("").get_json() == []


def test_tokens_can_be_issued_for_anyone(client: Client, admin: Admin) -> None:
    body: dict[str, Any] = {
        "token": f"mine-{client.tenant}",
        "name": "shop",
        "scopes": [READ_OWN_SEGMENTS],
        "customerId": "98029737",
        "legalEntityId": "5f2c1d7e9b8a4c3d2e1f0a9b",
        "tenant": client.tenant,
    }
    assert admin.call("POST", "/tokens", body, 201) == body
    shop = client.with_token(body["token"])
    assert [row["id"] for row in shop.get("").get_json()] == [TOOL_FANS]
    assert Client(client.flask, f"{client.tenant}b", shop.token).get("").status_code == 401
    tokens = {token["token"]: token for token in admin.call("GET", "/tokens")["tokens"]}
    assert tokens[body["token"]] == body
    assert "admin-token" in tokens
    for query, is_listed in (("", True), (f"?tenant={client.tenant}b", False)):
        everyones = client.with_token(None).get(f"//__admin/tokens{query}").get_json()["tokens"]
        assert (body in everyones) is is_listed
        assert "admin-token" in [token["token"] for token in everyones]
    made_up = admin.call("POST", "/tokens", {"scopes": []}, 201)["token"]
    assert len(made_up) == 32
    assert client.with_token(made_up).get("").status_code == 403


def test_a_token_can_be_revoked_in_one_tenant_until_its_reset(client: Client, admin: Admin) -> None:
    other = Client(client.flask, f"{client.tenant}b")
    admin.call("DELETE", "/tokens/read-token", status=204)
    assert client.with_token("read-token").get("/items").status_code == 401
    assert other.with_token("read-token").get("/items").status_code == 200
    admin.call("DELETE", "/tokens/read-token", status=404)
    assert "read-token" not in [token["token"] for token in admin.call("GET", "/tokens")["tokens"]]
    admin.call("POST", "/reset")
    assert client.with_token("read-token").get("/items").status_code == 200


def test_a_token_can_be_revoked_everywhere_until_it_is_issued_again() -> None:
    client = Client(build(Settings()).flask, "one", "read-token")
    caller = client.with_token(None)
    assert caller.delete("//__admin/tokens/read-token").status_code == 204
    caller.post("//__admin/reset")
    assert client.get("/items").status_code == 401
    assert caller.post("//__admin/tokens", json={"token": "read-token", "scopes": [READ_SEGMENTS]}).status_code == 201
    assert client.get("/items").status_code == 200


def test_a_token_can_expire_early_in_one_tenant_until_its_reset(client: Client, admin: Admin, world: World) -> None:
    tokens, clock, reader = world.tokens, world.clock_of(client.tenant), client.with_token("read-token")
    assert tokens.expire("read-token", client.tenant, clock.now())
    assert "A2" in admin.call("GET", f"/explain/{reader.get('/items').headers['X-Mock-Explain']}")["rule"]["id"]
    assert [token["token"] for token in admin.call("GET", "/tokens")["tokens"]].count("read-token") == 1
    assert Client(client.flask, f"{client.tenant}b", "read-token").get("/items").status_code == 200
    assert tokens.expire("expired-token", client.tenant, clock.now())  # at the earlier of both times
    holder = tokens.find_holder("Bearer expired-token", client.tenant)
    assert holder is not None
    assert str(holder.expires_at) == "2020-01-01 00:00:00+00:00"
    tokens.reinstate("read-token", client.tenant)
    assert reader.get("/items").status_code == 200
    assert tokens.revoke("read-token", client.tenant)
    assert not tokens.expire("read-token", client.tenant, clock.now())
    assert not tokens.expire("no-such-token", client.tenant, clock.now())
    admin.call("POST", "/reset")
    assert reader.get("/items").status_code == 200


@pytest.mark.parametrize("token", ["", "a b", "ü", "x" * 1001, "a\nb"])
def test_tokens_that_do_not_fit_a_header(admin: Admin, token: str) -> None:
    admin.call("POST", "/tokens", {"scopes": [], "token": token}, 400)


def test_a_get_changes_nothing(client: Client, shared: App) -> None:
    tenant = shared.world.tenant(client.tenant)
    before = tenant.version
    for operation in shared.control_operations:
        if operation.method == "GET":
            path = operation.path.replace("{name}", "world").replace("{collection}", "segments")
            client.with_token(None).get(f"/{path}?tenant={client.tenant}")
    assert tenant.version == before


def test_categories_cannot_nest_deeper_than_a_reply(client: Client, admin: Admin) -> None:
    one = {"code": "c", "name": {"en": "C"}, "position": 0, "published": True}
    chain = [one | {"id": f"c{index}"} | ({"parentId": f"c{index - 1}"} if index else {}) for index in range(1500)]
    shuffled = [*chain[1:], chain[0]]
    admin.call("PUT", "/state/categories", shuffled[:99] + shuffled[-1:], force="true")
    assert client.get(f"//category/{client.tenant}/category-trees").status_code == 200
    for rows in (chain, shuffled[:100] + shuffled[-1:], [*chain[1:50], chain[0] | {"parentId": "c49"}]):
        error = admin.call("PUT", "/state/categories", rows, 400, force="true")
        assert error["details"]["field"].endswith("/parentId")
    assert len(admin.call("GET", "/state/categories")) == 100


def test_state_calls_without_a_tenant_use_the_default_tenant(simulator: Callable[..., Client]) -> None:
    client = simulator()
    assert client.put("/spring", json={"name": {"en": "Spring"}, "siteCode": "main"}).status_code == 201
    unnamed, explicit = (client.get(f"//__admin/state/segments{query}") for query in ("", "?tenant=acme"))
    assert unnamed.data == explicit.data
    assert b'"spring"' in unnamed.data
