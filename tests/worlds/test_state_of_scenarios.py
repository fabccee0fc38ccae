"""`serve --state` and scenarios: a restart continues each tenant as it was before, and what new tenants start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.cli.state_option import keep_state
from mockserver.settings import Settings, Switches
from mockserver.store.tenant import NewTenants
from mockserver.worlds.state_keeper import StateKeeper
from tests.support.client import Admin, Client
from tests.support.clock import ManualClock
from tests.support.live_server import TIMEOUT_SECONDS, send_request, start_server
from tests.support.samples import DEFAULT, GOLDEN, HAMMER, JOHN, TOOL_FANS
from tests.support.state_files import describe_tenants, read_file, serve_with

ITEM = f"/{GOLDEN}/items/PRODUCT/{HAMMER}"
STORY = {
    "title": "Story",
    "world": "empty",
    "rows": {
        "sites": [{"code": "main", "name": "Main"}],
        "segments": [{"id": "told", "name": "Told", "siteCode": "main"}],
    },
    "clock": {"mode": "frozen", "at": "2026-12-24T18:00:00Z"},
    "switches": {"delete_missing": "404"},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.yaml"


def prepare(client: Client) -> None:
    """Change a tenant's rows, clock, switches and ids before a scenario starts."""
    admin = Admin(client)
    admin.call("PUT", "/clock", {"mode": "offset", "seconds": 3600})
    admin.call("PUT", "/settings", {"unknown_mixin": "reject", "contract": "warn"})
    assert client.delete(ITEM).status_code == 204
    assert client.post("", json={"name": {"en": "Own"}, "siteCode": "main"}).status_code == 201


def play(client: Client) -> None:
    Admin(client).call("POST", "/scenarios/story", STORY)
    assert client.put("/written", json={"name": {"en": "W"}, "siteCode": "main"}).status_code == 201


def replace_story(client: Client) -> None:
    play(client)
    Admin(client).call("POST", "/scenarios/second", {**STORY, "title": "Second"})


def start_again(client: Client) -> None:
    play(client)
    Admin(client).call("POST", "/scenarios/story")


@pytest.mark.parametrize("act", [play, replace_story, start_again])
@pytest.mark.parametrize("prepare_tenant", [prepare, lambda _: None])
def test_a_restart_during_a_scenario_gives_the_tenant_back(
    path: Path, prepare_tenant: Callable[[Client], None], act: Callable[[Client], None]
) -> None:
    with serve_with(path) as app:
        client = Client(app.flask, "one")
        prepare_tenant(client)
        before = describe_tenants(app.world)
        act(client)
    with serve_with(path) as app:
        client = Client(app.flask, "one")
        assert Admin(client).call("GET", "/scenarios")["runs"] == []
        assert describe_tenants(app.world) == before
        assert [client.get(f"/{id_}").status_code for id_ in (GOLDEN, "told", "written")] == [200, 404, 404]
        Admin(client).call("DELETE", "/scenarios")
        Admin(client).call("POST", "/reset")
        assert client.get(ITEM).status_code == 200


def stop(admin: Admin) -> None:
    admin.call("DELETE", "/scenarios")


def reset(admin: Admin) -> None:
    admin.call("POST", "/reset", to="empty")


def seed(admin: Admin) -> None:
    admin.call("POST", "/seed", {"world": "empty"})


@pytest.mark.parametrize(("end", "statuses"), [(stop, [404, 200]), (reset, [404, 404]), (seed, [404, 404])])
def test_a_scenario_that_is_over_holds_nothing_back(
    path: Path, end: Callable[[Admin], None], statuses: list[int]
) -> None:
    with serve_with(path) as app:
        client = Client(app.flask, "one")
        prepare(client)
        play(client)
        end(Admin(client))
        present = describe_tenants(app.world)
    with serve_with(path) as app:
        client = Client(app.flask, "one")
        assert describe_tenants(app.world) == present
        assert [client.get(f"/{id_}").status_code for id_ in (GOLDEN, "told")] == statuses


def test_tenants_of_a_file_play_the_scenario_of_the_start_and_are_kept_without_it(path: Path, tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(f"title: Short\nrows: {{segments: [{{id: {GOLDEN}, status: INACTIVE}}]}}\n")
    settings = Settings(state=path, scenario=str(tmp_path / "short.yaml"), tenant="one")
    with serve_with(path) as app:
        prepare(Client(app.flask, "one"))
        prepare(Client(app.flask, "two"))
        before = describe_tenants(app.world)
    content = path.read_bytes()
    for _ in range(2):
        app = build(settings, ManualClock())
        with keep_state(app):
            assert [run.tenant.name for run in app.scenarios.runs] == ["one", "two"]
            for name in ("one", "two", "new"):
                assert Client(app.flask, name).get(f"/{GOLDEN}").get_json()["status"] == "INACTIVE"
            assert Client(app.flask, "one").get(ITEM).status_code == 404
            assert Client(app.flask, "one").delete(f"/{TOOL_FANS}/customers/{JOHN}").status_code == 204
        assert path.read_bytes() == content
    with serve_with(path) as app:
        assert describe_tenants(app.world) == before


def test_a_server_that_is_killed_during_a_scenario_has_the_tenant_before_it(path: Path) -> None:
    with start_server("--state", str(path)) as (process, ready):
        segments, admin = f"{ready['url']}/customer-segment/acme/segments", f"{ready['url']}/__admin"
        assert send_request(f"{segments}{ITEM}", "DELETE")[0] == 204
        assert send_request(f"{admin}/scenarios/story?tenant=acme", "POST", STORY)[0] == 200
        assert send_request(f"{segments}/told", "DELETE")[0] == 204
        other = f"{ready['url']}/customer-segment/other/segments"
        assert send_request(f"{other}{ITEM}", "DELETE")[0] == 204
        while "other" not in [row["name"] for row in read_file(path)["tenants"]]:
            process.poll()
        process.kill()
        process.wait(TIMEOUT_SECONDS)
    with start_server("--state", str(path)) as (_, ready):
        segments = f"{ready['url']}/customer-segment/acme/segments"
        assert [send_request(f"{segments}{end}")[0] for end in (ITEM, f"/{GOLDEN}", "/told")] == [404, 200, 404]


def restart(path: Path, change: Callable[[Admin], Any]) -> tuple[NewTenants, App]:
    """Return what new tenants started from after a change of all tenants, and a simulator that continues the file."""
    with serve_with(path) as app:
        Client(app.flask, "known").get("")
        change(Admin(Client(app.flask, "")))
        before = app.world.capture_new_tenants()
    app = build(Settings(), ManualClock())
    keeper = StateKeeper(path, app.world, app.worlds)
    keeper.start()
    assert keeper.stop()
    return before, app


WORLD = {
    "sites": [{"code": "main"}],
    "segments": [{"id": "s", "name": "S", "siteCode": "main"}],
    "tokens": [{"token": "t", "scopes": "all"}],
    "switches": {"delete_missing": "404"},
}
FOR_ALL: dict[str, tuple[str, str, Any]] = {
    "a world": ("POST", "/seed", {"inline": WORLD}),
    "a shipped world": ("POST", "/seed", {"world": "empty"}),
    "settings": ("PUT", "/settings", {"unknown_mixin": "reject", "contract": "strict", "max_page_size": 7}),
}


@pytest.mark.parametrize("name", FOR_ALL)
def test_tenants_that_nobody_has_called_yet_get_what_all_got(path: Path, name: str) -> None:
    method, place, body = FOR_ALL[name]
    before, app = restart(path, lambda admin: admin.call(method, place, body, tenant="") and None)
    after = app.world.capture_new_tenants()
    assert (after.seed.name, after.switches, after.strictness) == (
        before.seed.name,
        before.switches,
        before.strictness,
    )
    assert read_file(path)["tenants"] == []  # the one that was known is as new ones
    for tenant in ("known", "new"):
        assert app.world.tenant(tenant).switches == before.switches
    segments = {row["id"] for row in Client(app.flask, "new").get("").get_json()}
    expected = {"a world": {"s"}, "a shipped world": set()}
    assert segments == expected.get(name, segments)
    assert GOLDEN in segments or name != "settings"
    if name == "a world":
        assert Client(app.flask, "new").with_token("t").get("/s").status_code == 200
        Admin(Client(app.flask, "new")).call("POST", "/reset")
        assert Client(app.flask, "new").get("/s").status_code == 200


def test_a_tenant_with_another_world_or_setting_than_new_ones_keeps_it(path: Path) -> None:
    with serve_with(path) as app:
        one, two, three = (Client(app.flask, name) for name in ("one", "two", "three"))
        for client in (one, two, three):
            client.get("")
        app.world.reseed(app.worlds.build_inline_seed("all", WORLD))
        Admin(one).call("POST", "/seed", {"world": "default"})
        Admin(two).call("PUT", "/settings", {"delete_missing": "204"})
        before = describe_tenants(app.world)
    with serve_with(path, behaviour=Switches(unknown_mixin="reject")) as app:
        after = describe_tenants(app.world)
        assert {name: after[name][:6] for name in after} == {name: before[name][:6] for name in ("one", "two")}
        assert app.world.tenant("two").switches == Switches(unknown_mixin="reject", delete_missing="204")
        assert app.world.tenant("new").switches == Switches(unknown_mixin="reject", delete_missing="404")
        assert len(Client(app.flask, "one").get(f"/{GOLDEN}/items").get_json()) > 1
        assert {row["id"] for row in Client(app.flask, "three").get("").get_json()} == {"s"}


def test_a_newer_version_of_the_world_file_is_no_world_of_its_own(path: Path, tmp_path: Path) -> None:
    """The next start reads it again, so the state file does not have it."""
    file = tmp_path / "shop.yaml"
    file.write_text("sites: [{code: main}]\n")
    app = build(Settings(fixture=str(file)), ManualClock())
    keeper = StateKeeper(path, app.world, app.worlds)
    keeper.start()
    assert Client(app.flask, "one").put("/a", json={"name": {"en": "A"}, "siteCode": "main"}).status_code == 201
    Client(app.flask, "two").get("")
    file.write_text("sites: [{code: main}, {code: second, name: Second}]\n")
    assert app.world_file
    app.world_file.reload()
    assert keeper.stop()
    kept = read_file(path)
    assert (kept["worlds"], "newTenants" in kept) == ([], False)
    assert [row["name"] for row in kept["tenants"]] == ["one"]


def test_a_file_of_the_first_format_is_read_and_then_written_in_the_present_one(path: Path) -> None:
    path.write_text(
        "stateFormat: 1\nids: 0\nworlds: [{name: w, world: {sites: [{code: own}]}}]\ntenants:\n"
        "- {name: acme, version: 3, ids: 0, world: 0, switches: {delete_missing: '404'}, state: {}}\ncomplete: true\n"
    )
    with serve_with(path) as app:
        acme = app.world.tenant("acme")
        assert (acme.version, acme.seed.name, acme.switches.delete_missing) == (3, "w", "404")
        assert app.world.tenant("new").seed is app.world.initial_seed
        assert Client(app.flask, "new").delete(ITEM).status_code == 204
    file = read_file(path)
    assert file["stateFormat"] == 2
    assert [row["name"] for row in file["tenants"]] == ["acme", "new"]
    assert len(DEFAULT["itemAssignments"]) - len(file["tenants"][1]["state"]["itemAssignments"]) == 1
