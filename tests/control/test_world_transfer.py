"""A tenant as a world file: what `GET /__admin/world` exports gives the same tenant again, as YAML and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings

from mockserver.app import build
from mockserver.settings import Settings
from mockserver.store.tenant import Seed
from mockserver.strict_yaml import load_yaml
from mockserver.worlds.exporting import export_world
from mockserver.worlds.mistakes import MAX_MISTAKES
from mockserver.worlds.world_text import encode_line
from tests.support.client import TENANT_NUMBERS, Admin, Client
from tests.support.clock import ManualClock
from tests.support.drawn_worlds import CLIENTS, JSON, TOKENS, WORLD_ROWS, draw_switches
from tests.support.live_server import run_command, serve_in_thread
from tests.support.samples import DEFAULT, GOLDEN, JOHN, WORLDS

APP = build(Settings(), ManualClock())  # not a fixture, since hypothesis would describe it for every example


@given(value=JSON)
@example("x" * 1_000_000)
@example({"k" * 100_000: [{"": "x" * 100_000}]})
def test_a_line_of_yaml_or_json_is_read_back(value: Any) -> None:
    as_yaml = encode_line(value, "yaml")
    assert as_yaml.count(b"\n") == 0
    assert_same(load_yaml(as_yaml.decode()), value)
    assert_same(orjson.loads(encode_line(value, "json")), value)


def assert_same(left: Any, right: Any) -> None:
    """Compare values, their types and the signs of zero too."""
    assert repr(left) == repr(right)


def new_client() -> Client:
    return Client(APP.flask, f"keep{next(TENANT_NUMBERS)}")


def seed_of(client: Client) -> tuple[Any, ...]:
    """Return what a tenant starts from after a reset, and its switches."""
    tenant = APP.world.tenant(client.tenant)
    holders = {token: replace(holder, name="") for token, holder in tenant.seed.tokens.items()}
    rows = repr(export_world(tenant.seed.state, WORLDS.collections))  # with types, and signs of zero
    return rows, holders, tenant.seed.clients, tenant.switches


@pytest.mark.parametrize("media_type", ["application/yaml", "application/json"])
@settings(max_examples=50)
@given(rows=WORLD_ROWS, tokens=TOKENS, clients=CLIENTS, switches=draw_switches())
def test_an_exported_tenant_gives_the_same_tenant(
    media_type: str, rows: Any, tokens: Any, clients: Any, switches: Any
) -> None:
    source, target = new_client(), new_client()
    state = WORLDS.build_state(rows)
    APP.world.reseed(
        Seed("drawn", state, {client.id: client for client in clients}, tokens, switches=switches), source.tenant
    )
    exported = source.get(f"//__admin/world?tenant={source.tenant}", headers={"Accept": media_type})
    assert exported.mimetype == media_type
    reply = target.put(
        f"//__admin/world?tenant={target.tenant}&force=true", data=exported.data, content_type=media_type
    )
    assert reply.status_code == 200, reply.text
    assert seed_of(target) == seed_of(source)
    assert APP.world.tenant(target.tenant).state is APP.world.tenant(target.tenant).seed.state


def test_the_default_tenant_is_the_default_world(client: Client) -> None:
    exported = Admin(client).call("GET", "/world")
    assert exported.keys() == {*WORLDS.collections, "languages", "clients", "tokens"}
    assert {name: len(exported[name]) for name in WORLDS.collections} == {
        name: len(DEFAULT.get(name, [])) for name in WORLDS.collections
    }
    assert [row["id"] for row in exported["clients"]] == ["admin", "manager", "reader", "storefront"]
    assert exported["tokens"][0] == {"token": "admin-token", "scopes": "all"}


@pytest.mark.parametrize("media_type", ["application/yaml", "application/json"])
def test_an_exported_tenant_without_the_customer_of_a_token_can_be_imported(client: Client, media_type: str) -> None:
    client.send("DELETE", f"//customer/{client.tenant}/customers/{JOHN}")
    exported = client.get(f"//__admin/world?tenant={client.tenant}", headers={"Accept": media_type}).data
    assert b"admin-token" in exported
    assert b"customer-token" not in exported
    reply = client.put(f"//__admin/world?tenant={client.tenant}", data=exported, content_type=media_type)
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", None, "application/json"),
        ("", "*/*", "application/json"),
        ("", "application/yaml", "application/yaml"),
        ("", "text/yaml;q=0.9, application/json;q=0.1", "application/yaml"),
        ("", "application/json, application/yaml", "application/json"),
        ("&format=yaml", "application/json", "application/yaml"),
        ("&format=json", "application/yaml", "application/json"),
    ],
)
def test_the_form_is_that_of_the_query_or_of_the_header(
    client: Client, query: str, accept: str | None, media_type: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    assert client.get(f"//__admin/world?tenant={client.tenant}{query}", headers=headers).mimetype == media_type


def test_a_reset_returns_to_an_imported_world_with_its_switches_and_another_world_ends_them(client: Client) -> None:
    admin = Admin(client)
    world = {"switches": {"delete_missing": 404, "match_descendants": False, "max_page_size": 7}}
    assert admin.call("PUT", "/world", world)["world"] == "imported"
    assert client.delete("/nowhere").status_code == 404
    admin.call("PUT", "/settings", {"delete_missing": "204", "unknown_mixin": "reject"})
    assert client.delete("/nowhere").status_code == 204
    admin.call("POST", "/reset")
    settings_now = admin.call("GET", "/settings")
    assert (settings_now["delete_missing"], settings_now["match_descendants"]) == ("404", "false")
    assert (settings_now["max_page_size"], settings_now["unknown_mixin"]) == (7, "accept")
    assert admin.call("GET", "/world")["switches"] == {
        "delete_missing": "404",
        "match_descendants": "false",
        "max_page_size": 7,
    }
    admin.call("PUT", "/settings", {"unknown_mixin": "reject"})
    admin.call("POST", "/seed", {"world": "default"})
    assert admin.call("GET", "/world")["switches"] == {"unknown_mixin": "reject"}


def test_the_switches_of_a_file_are_those_of_new_tenants(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("switches: {delete_missing: '404'}")
    app = build(Settings(fixture=str(tmp_path / "own.yaml")), ManualClock())
    first, admin = Client(app.flask, "first"), Admin(Client(app.flask, "acme"))
    assert first.delete("/nowhere").status_code == 404
    admin.client.send("PUT", "//__admin/settings", json={"delete_missing": "204"})
    assert Client(app.flask, "second").delete("/nowhere").status_code == 204
    admin.client.send("POST", "//__admin/reset")
    assert {Client(app.flask, name).delete("/nowhere").status_code for name in ("first", "third")} == {404}
    admin.client.send("POST", "//__admin/seed", json={"world": "empty"})
    assert {Client(app.flask, name).delete("/nowhere").status_code for name in ("first", "fourth")} == {204}


MISTAKES = [
    ("switches: {own-lists: own}", "/switches/own-lists", "did you mean own_list?"),
    ("switches: {nothing: 1}", "/switches/nothing", "there are own_list"),
    ("switches: {own_list: mine}", "/switches/own_list", '"mine" is not allowed; there are own, catalogue'),
    ("switches: {max_page_size: 0}", "/switches/max_page_size", "0 is less than the minimum of 1"),
    ("switches: []", "/switches", "[] is a list; expected an object"),
    ("segments: [{id: a}]", "/segments/0/siteCode", "is not among the sites"),
    ("itemAssignments: [{segmentId: a", None, "Not YAML: line 1 column 19"),
    ("a: b: c", None, "Not YAML: line 1 column 5"),
    ("- 1", "", "is not of type"),
    ("\udcff", None, "not UTF-8"),
]


@pytest.mark.parametrize(("text", "field", "reason"), MISTAKES)
def test_a_mistake_in_an_imported_world_changes_nothing(
    client: Client, text: str, field: str | None, reason: str
) -> None:
    before = Admin(client).call("GET", "/world")
    reply = client.put(
        f"//__admin/world?tenant={client.tenant}",
        data=text.encode(errors="surrogateescape"),
        content_type="application/yaml",
    )
    assert reply.status_code == 400
    details = reply.get_json()["details"]
    assert reason in details["message"]
    assert field is None or details.get("field", "") == field
    assert Admin(client).call("GET", "/world") == before


def test_references_to_missing_rows_need_force_or_the_switch(client: Client) -> None:
    admin = Admin(client)
    world = admin.call("GET", "/world") | {"products": []}
    admin.call("PUT", "/world", world, 400)
    admin.call("PUT", "/world", world, force="true")
    admin.call("PUT", "/world", world | {"switches": {"references": "lenient"}})


def test_the_schema_is_that_of_the_file_for_editors(client: Client) -> None:
    assert client.get("//__admin/world/schema").get_json() == WORLDS.schema


@pytest.mark.parametrize("name", ["world.yaml", "world.json"])
def test_the_commands_export_and_import(tmp_path: Path, name: str) -> None:
    app = build(Settings(admin_token="s3cret"), ManualClock())
    assert Client(app.flask, "one").delete(f"/{GOLDEN}?forceDelete=true").status_code == 204
    path = str(tmp_path / name)
    with serve_in_thread(app) as port:
        variables = {"MOCKSERVER_URL": f"http://127.0.0.1:{port}", "MOCKSERVER_ADMIN_TOKEN": "s3cret"}
        # A coupon for the removed segment is still there, so the import needs --force.
        for arguments in (["export", path, "--tenant", "one"], ["import", path, "--tenant", "two", "--force"]):
            done = run_command("world", *arguments, variables=variables)
            assert (done.returncode, done.stderr) == (0, "")
        shown = run_command("world", "export", "--tenant", "two", variables=variables)
        refused = run_command("world", "export", "--admin-token", "wrong", variables=variables)
        missing = run_command("world", "import", str(tmp_path / "none.yaml"), variables=variables)
        (tmp_path / name).write_text("{")
        broken = run_command("world", "import", path, variables=variables)
        rows = [*range(MAX_MISTAKES - 2), *({"id": f"p{number}", "categories": ["none"]} for number in range(3))]
        (tmp_path / name).write_text('{"products": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]}\n")
        wrong = run_command("world", "import", path, variables=variables)
        checked = run_command("world", "check", path)
    one, two = app.world.tenant("one"), app.world.tenant("two")
    assert export_world(one.state, WORLDS.collections) == export_world(two.state, WORLDS.collections)
    assert GOLDEN not in two.seed.state.segments
    exported = load_yaml(shown.stdout)
    assert exported["segments"] == export_world(two.state, WORLDS.collections)["segments"]
    assert (wrong.returncode, wrong.stderr) == (2, f"mockserver: {checked.stderr}")
    assert wrong.stderr.startswith(
        f"mockserver: {path} has more than {MAX_MISTAKES} mistakes; these are the first:\n{path}:2: "
    )
    assert wrong.stderr.endswith("'none' is not among the categories: the world has none\n")
    for done, reason in ((refused, "answers 401"), (missing, "none.yaml: No such file"), (broken, "answers 400")):
        assert done.returncode == 2
        assert done.stderr.startswith("mockserver: ")
        assert reason in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_command_without_a_server_says_so() -> None:
    done = run_command("world", "export", "--url", "http://127.0.0.1:1")
    assert done.returncode == 2
    assert "cannot reach a server at http://127.0.0.1:1" in done.stderr
