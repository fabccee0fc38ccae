"""The control plane and published services: state, worlds, faults, the journal, coverage and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.cli.ready import format_ready_line
from mockserver.settings import Settings
from tests.support.client import Admin, Client
from tests.support.live_server import TIMEOUT_SECONDS, run_command, send_request, start_server
from tests.support.vendor_files import BADGE, FILES, WAREHOUSE


@pytest.fixture
def client(published_client: Client) -> Client:
    return published_client


DEPOT = {"id": "D1", "name": "Hamburg"}
SHELF = {"depotId": "D1", "code": "S1", "width": 3}


@pytest.fixture
def admin(client: Client) -> Admin:
    return Admin(client)


def create_depot(client: Client, **more: Any) -> None:
    assert client.post(f"//warehouse/{client.tenant}/depots", json={**DEPOT, **more}).status_code == 201


def list_depots(client: Client) -> list[str]:
    return [row["id"] for row in client.get(f"//warehouse/{client.tenant}/depots").get_json()]


def test_a_reset_empties_collections(client: Client, admin: Admin) -> None:
    create_depot(client)
    assert admin.call("GET", "/state")["counts"]["depots"] == 1
    admin.call("POST", "/reset")
    assert list_depots(client) == []
    assert [row["code"] for row in admin.call("GET", "/state/districts")] == ["north", "south"]


def test_a_world_has_sections_for_them(client: Client, admin: Admin) -> None:
    admin.call("POST", "/seed", {"inline": {"depots": [DEPOT], "depotShelves": [SHELF]}})
    row = client.get(f"//warehouse/{client.tenant}/depots/D1").get_json()
    assert (row["name"], row["metadata"]["version"]) == ("Hamburg", 1)
    assert client.get(f"//warehouse/{client.tenant}/depots/D1/shelves/S1").get_json()["width"] == 3
    assert [row["code"] for row in admin.call("GET", "/state/districts")] == ["north", "south"]
    admin.call("POST", "/seed", {"inline": {"depots": [DEPOT], "districts": []}})
    assert admin.call("GET", "/state/districts") == []
    world = admin.call("GET", "/world", format="json")
    assert [row["id"] for row in world["depots"]] == ["D1"]
    admin.call("POST", "/seed", {"inline": {"depots": [{"name": "no id"}]}}, status=400)


def test_a_world_file_has_sections_for_them(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text("depots: [{id: D7, name: Kiel}]\ndistricts: [{code: west}]\n")
    app = build(Settings(service=(str(WAREHOUSE),), fixture=str(world), state=None))
    client = Client(app.flask, "acme")
    assert (list_depots(client), list(app.world.tenant("acme").state.collection("districts"))) == (["D7"], ["west"])


def test_rows_can_be_written_and_deleted_one_by_one(client: Client, admin: Admin) -> None:
    admin.call("PUT", "/state/depots/D1", {"name": "Hamburg"}, status=201)
    admin.call("PUT", "/state/depotShelves/D1/S1", {"width": 1}, status=201)
    admin.call("PATCH", "/state/depotShelves/D1/S1", {"width": 2})
    assert admin.call("GET", "/state/depotShelves/D1/S1")["width"] == 2
    shelf = client.get(f"//warehouse/{client.tenant}/depots/D1/shelves/S1").get_json()
    assert shelf["width"] == 2
    admin.call("DELETE", "/state/depotShelves/D1/S1", status=200)
    assert client.get(f"//warehouse/{client.tenant}/depots/D1/shelves").get_json() == []


def test_ids_with_slashes_are_found(client: Client, admin: Admin) -> None:
    assert client.post(f"//warehouse/{client.tenant}/levels/P%2F1/D1", json={}).status_code == 201
    assert admin.call("GET", "/state/levels/P/1/D1")["product"] == "P/1"


def test_snapshots_undo_and_differences(client: Client, admin: Admin) -> None:
    create_depot(client)
    admin.call("PUT", "/snapshots/one")
    client.delete(f"//warehouse/{client.tenant}/depots/D1")
    (*_, change) = admin.call("GET", "/changes")["changes"]
    assert (change["kind"], change["collection"], change["key"]) == ("removed", "depots", "D1")
    admin.call("POST", "/undo")
    assert list_depots(client) == ["D1"]
    client.delete(f"//warehouse/{client.tenant}/depots/D1")
    assert admin.call("GET", "/snapshots/one/diff")["changes"] == {"depots": {"removed": ["D1"]}}
    admin.call("POST", "/snapshots/one/restore")
    assert list_depots(client) == ["D1"]


def test_changes_name_rows_with_several_ids(client: Client, admin: Admin) -> None:
    client.post(f"//warehouse/{client.tenant}/levels/P1/D1", json={"quantity": 1})
    (change,) = admin.call("GET", "/changes")["changes"]
    assert (change["collection"], change["key"]) == ("levels", "P1/D1")


def test_faults_replace_replies_and_elements(client: Client, admin: Admin) -> None:
    fault = {"operation": "GET-warehouse-list-depots", "response": {"status": 503}, "tenant": client.tenant}
    admin.call("POST", "/faults", fault, status=201)
    assert client.get(f"//warehouse/{client.tenant}/depots").status_code == 503
    reply = client.post(f"//warehouse/{client.tenant}/depots", json=DEPOT, headers={"Prefer": "code=409"})
    assert (reply.status_code, reply.get_json()["message"]) == (409, "Taken")
    assert client.post(f"//warehouse/{client.tenant}/count", json={}, headers={"Prefer": "code=422"}).status_code == 422


def test_the_journal_says_what_is_not_simulated(client: Client, admin: Admin) -> None:
    client.get(f"//warehouse/{client.tenant}/report")
    client.get(f"//warehouse/{client.tenant}/depots?colour=red")
    latest, earlier = admin.call("GET", "/requests", limit="2")["requests"]
    assert (earlier["mock"]["simulated"], "simulated" in latest["mock"]) == (False, False)
    assert (latest["mock"]["service"], latest["mock"]["findings"][0]["place"]) == ("warehouse", "colour")


def test_an_error_can_be_explained(client: Client, admin: Admin) -> None:
    reply = client.post(f"//warehouse/{client.tenant}/depots", json={"id": []})
    told = admin.call("GET", f"/explain/{reply.headers['X-Mock-Explain']}")
    assert told["rule"]["id"] == "G4"


def test_findings_coverage_and_near_misses(client: Client, admin: Admin) -> None:
    client.post(f"//warehouse/{client.tenant}/depots", json={"name": 1})
    (finding,) = (each for each in admin.call("GET", "/findings")["findings"] if each["kind"] == "body")
    assert finding["operationId"] == "POST-warehouse-create-depot"
    assert finding["message"].startswith("This does not fit its schema")
    covered = admin.call("GET", "/coverage", service="warehouse")["operations"]
    assert [each["id"] for each in covered if each["calls"]] == ["POST-warehouse-create-depot"]
    assert client.get(f"//warehouse/{client.tenant}/depot").status_code == 404
    requests = admin.call("GET", "/requests/unmatched")["requests"]
    assert any(request["url"] == f"/warehouse/{client.tenant}/depot" for request in requests)


def test_named_worlds_have_rows_of_their_own(client: Client) -> None:
    headers = {"X-Mock-World": "other"}
    path = f"//warehouse/{client.tenant}/depots"
    assert client.post(path, json=DEPOT, headers=headers).status_code == 201
    assert (len(client.get(path, headers=headers).get_json()), client.get(path).get_json()) == (1, [])


def test_a_server_reports_on_each_file_and_keeps_their_rows(tmp_path: Path) -> None:
    arguments = ("--service", str(FILES), "--state", str(tmp_path / "state.yaml"), "--log-format", "json")
    for expected in (201, 409):
        with start_server(*arguments) as (process, ready):
            badge, warehouse = ready["published"]
            assert (badge["service"], badge["stateful"], badge["byExample"], badge["defects"]) == ("badge", 5, 0, [])
            assert (warehouse["stateful"], len(warehouse["defects"]) > 10) == (21, True)
            path = f"{ready['url']}/warehouse/acme/depots"
            assert send_request(path, "POST", DEPOT)[0] == expected
            process.terminate()
            process.wait(TIMEOUT_SECONDS)


def test_the_ready_line_has_a_line_for_each_file() -> None:
    app = build(Settings(service=(str(BADGE),)))
    text = format_ready_line(app, "http://localhost:1", 0.1)
    assert f"  loads   badge from {app.reports[0].shown_path}: 5 of 5 operations stateful, 0 by example\n" in text


def test_the_command_lists_operations_and_defects() -> None:
    text = run_command("services", str(FILES))
    assert (text.returncode, text.stderr) == (0, "")
    assert "  by example  GET /warehouse/{tenant}/report" in text.stdout
    assert text.stdout.endswith("26 of 31 operations are stateful here, 0 are built in\n")
    reports = json.loads(run_command("services", str(BADGE), "--format", "json").stdout)
    assert [report["stateful"] for report in reports] == [5]


def test_a_mistake_in_a_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "api.yml"
    path.write_text("swagger: '2.0'")
    done = run_command("serve", "--service", str(path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"mockserver: {path}: OpenAPI 2.0, but 3.0 is needed")


def test_an_app_without_files_has_no_reports(shared: App) -> None:
    assert shared.reports == ()
