"""The pytest plugin, in projects of its own: each test runs pytest in another process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.live_server import start_server
from tests.support.other_server import other_server
from tests.support.pytest_project import Project

SEGMENTS = "/customer-segment/acme/segments"
IDS = "[row['id'] for row in mock.client.get('/customer-segment/acme/segments?pageSize=1000').json()]"
SHOP = """
languages: {default: en, supported: [en]}
sites: [{code: main, name: Main, active: true, default: true, defaultLanguage: en, languages: [en], currency: EUR}]
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


ISOLATED = f"""
import pytest

@pytest.mark.parametrize("number", range(6))
def test_removes(mock, number):
    ids = {IDS}
    assert len(ids) > 5
    assert mock.client.delete(f"{SEGMENTS}/{{ids[0]}}?forceDelete=true").status_code == 204
    assert len({IDS}) == len(ids) - 1
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_each_test_has_a_world_of_its_own(project: Project, workers: tuple[str, ...]) -> None:
    project.write(test_own=ISOLATED)
    code, output = project.run(*workers)
    assert (code, "6 passed" in output) == (0, True), output


def test_a_running_server_is_used_by_its_url(project: Project) -> None:
    project.write(test_own=ISOLATED)
    with start_server() as (_, ready):
        code, output = project.run("--mock-url", ready["url"], "-n", "2")
        assert code == 0, output
        code, output = project.run("--mock-url", "http://127.0.0.1:1")
    assert (code, "no answer from http://127.0.0.1:1" in output) == (1, True), output


def test_variables_name_a_running_server_and_its_token(project: Project) -> None:
    project.write(test_own="def test_one(mock, mock_server):\n    mock.reset()\n    print('used', mock_server.url)\n")
    with start_server(MOCKSERVER_ADMIN_TOKEN="s3cret") as (_, ready):
        code, output = project.run("-s", MOCKSERVER_URL=ready["url"], MOCKSERVER_ADMIN_TOKEN="s3cret")
        assert (code, f"used {ready['url']}\n" in output) == (0, True), output
        code, output = project.run("--mock-url", "http://127.0.0.1:1", MOCKSERVER_URL=ready["url"])
        assert (code, "no answer from http://127.0.0.1:1" in output) == (1, True), output


def test_another_server_is_refused(project: Project) -> None:
    project.write(test_own="def test_one(mock):\n    pass\n")
    with other_server({"version": "3.13.2"}) as url:
        code, output = project.run("--mock-url", url)
    assert (code, f"{url} is not an emporix-mockserver" in output) == (1, True), output


def test_the_fixture_controls_state_clock_faults_and_tokens(project: Project) -> None:
    project.write(
        test_all=f"""
from datetime import datetime, timedelta, timezone

import pytest

S = "{SEGMENTS}"


def test_control(mock):
    assert mock.tenant == "acme" and mock.url.startswith("http://127.0.0.1:")
    saved = mock.snapshot()
    first = mock.client.get(S).json()[0]["id"]
    assert mock.client.delete(f"{{S}}/{{first}}?forceDelete=true").status_code == 204
    assert saved.diff()["segments"] == {{"removed": [first]}}
    saved.restore()
    assert mock.client.get(f"{{S}}/{{first}}").status_code == 200
    mock.freeze("2030-01-01T00:00:00Z")
    mock.advance(timedelta(hours=1))
    created = mock.client.post(S, json={{"name": {{"en": "New"}}, "siteCode": "main"}}).json()["id"]
    assert mock.client.get(f"{{S}}/{{created}}").json()["metadata"]["createdAt"] == "2030-01-01T01:00:00.000Z"
    with mock.fail("GET-customer-segment-retrieve-segments", 503) as fault:
        assert [mock.client.get(S).status_code for _ in range(2)] == [503, 503]
        assert fault.hits == 2
    assert mock.client.get(S).status_code == 200
    assert mock.client_as("read").delete(f"{{S}}/{{created}}").status_code == 403
    assert mock.client_as(None).get(S).status_code == 401
    short = mock.token("admin", scopes=["customersegment.segment_read"], seconds=60)
    mine = {{"Authorization": f"Bearer {{short}}"}}
    assert mock.client.get(S, headers=mine).status_code == 200
    mock.advance(61)
    assert mock.client.get(S, headers=mine).status_code == 401
    with pytest.raises(Exception, match="unknown persona 'nobody'; the tokens are admin-token"):
        mock.token("nobody")
    assert len(mock.requests(method="POST")) == 1
    assert mock.requests({{"urlPathPattern": ".*/segments/nothing"}}) == []
    assert len(mock.wait_for(method="POST", timeout=0)) == 1
    mock.never(urlPathPattern=".*/nowhere")
    with pytest.raises(AssertionError, match=r"at least 2 expected.*\\nRequests that match:\\n    POST "):
        mock.wait_for(method="POST", count=2, timeout=0)
    with pytest.raises(AssertionError, match=r"Requests that match:\\n    POST "):
        mock.never(method="POST")
    with pytest.raises(AssertionError, match=r"The nearest requests:\\n    [A-Z]+ /customer-segment"):
        mock.wait_for(method="PUT", timeout=0)
    mock.scenario("empty-catalogue")
    with pytest.raises(Exception, match="did you mean slow"):
        mock.scenario("slwo")
    mock.reset("empty")
    assert mock.client.get(S).json() == []
    with pytest.raises(Exception, match="PUT /__admin/settings.*delete_missing"):
        mock.control("PUT", "/settings", {{"delete_missing": "405"}})


@pytest.mark.mock_world("shop.yaml")
def test_file(mock):
    assert mock.client.get(S).json() == []


@pytest.mark.mock_world("empty")
def test_name(mock):
    assert mock.client.get(S).json() == []


@pytest.mark.mock_world({{"segments": []}})
def test_content(mock):
    assert mock.client.get(S).json() == []
"""
    )
    (project.folder / "shop.yaml").write_text(SHOP)
    code, output = project.run()
    assert (code, "4 passed" in output) == (0, True), output


def test_settings_come_from_the_configuration_or_a_fixture(project: Project) -> None:
    test = f"def test_one(mock):\n    assert mock.client.delete('{SEGMENTS}/nowhere').status_code == 404\n"
    project.write(test_own=test)
    (project.folder / "pytest.ini").write_text("[pytest]\nmock_settings =\n    delete_missing = 404\n")
    assert project.run()[0] == 0
    (project.folder / "pytest.ini").unlink()
    assert project.run()[0] == 1
    fixture = "@pytest.fixture(scope='session')\ndef mock_settings():\n    return {'delete_missing': '404'}\n"
    project.write(conftest=f"import pytest\n\n{fixture}")
    assert project.run()[0] == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("port 0", "'port 0' is not a setting with a value"),
        ("prot = 0", "'prot = 0' is not a setting with a value"),
        ("delete_missing = 405", "delete_missing is '204' or '404', not '405'"),
    ],
)
def test_an_invalid_setting_says_what_is_valid(project: Project, line: str, said: str) -> None:
    project.write(test_own="def test_one(mock):\n    pass\n")
    (project.folder / "pytest.ini").write_text(f"[pytest]\nmock_settings =\n    {line}\n")
    code, output = project.run()
    assert (code != 0, said in output) == (True, True), output


def test_a_failing_test_shows_its_calls_and_why_they_failed(project: Project) -> None:
    project.write(
        test_own=f"""
def test_one(mock):
    mock.client.get("{SEGMENTS}?pageSize=0")
    mock.client.get("/customer-segment/acme/segmentz")
    mock.client.put("{SEGMENTS}/628cd20c6e8b2432b6346ca6/items/PRODUCT/12468504", json={{"foo": 1}})
    assert False
"""
    )
    code, output = project.run()
    assert code == 1
    for line in (
        f"GET {SEGMENTS}?pageSize=0 as admin-token: 400",
        "pageSize: must be at least 1",
        "rule C1: ",
        "This works: curl http://127.0.0.1:",
        "Did you mean GET /customer-segment/{tenant}/segments?",
        "PUT-customer-segment-update-item body /foo: This field is not declared.",
    ):
        assert line in output, output


def test_a_passing_test_shows_nothing(project: Project) -> None:
    project.write(test_own=f"def test_one(mock):\n    mock.client.get('{SEGMENTS}?pageSize=0')\n")
    code, output = project.run("-rA")
    assert (code, "pageSize" in output) == (0, False), output


@pytest.mark.parametrize(
    ("kind", "call", "said"),
    [
        ("unmatched", 'get("/nowhere")', "no operation answers GET /nowhere"),
        ("findings", f'get("{SEGMENTS}?nonsense=1")', "query nonsense: "),
    ],
)
def test_forbidden_calls_fail_a_test(project: Project, kind: str, call: str, said: str) -> None:
    project.write(test_own=f"def test_one(mock):\n    mock.client.{call}\n")
    assert project.run()[0] == 0
    code, output = project.run("--mock-fail-on", kind)
    assert (code, said in output) == (1, True), output
    other = {"unmatched": "findings", "findings": "unmatched"}[kind]
    assert project.run("--mock-fail-on", other)[0] == 0


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_coverage_of_all_tests_is_written_and_gates_the_session(project: Project, workers: tuple[str, ...]) -> None:
    project.write(
        test_own=f"""
def test_list(mock):
    assert mock.client.get("{SEGMENTS}").status_code == 200

def test_read(mock):
    assert mock.client.get("{SEGMENTS}/628cd20c6e8b2432b6346ca6").status_code == 200
"""
    )
    gate = ("--mock-service", "customer-segment", "--mock-min")
    code, output = project.run(*workers, "--mock-coverage", "out/coverage.json", *gate, "operations=5")
    assert code == 0, output
    report = json.loads((project.folder / "out" / "coverage.json").read_text())
    assert {operation["id"]: operation["calls"] for operation in report["operations"] if operation["calls"]} == {
        "GET-customer-segment-retrieve-segments": 1,
        "GET-customer-segment-retrieve-segment": 1,
    }
    code, output = project.run(*workers, *gate, "operations=50")
    assert (code, "operations: 5 % is below the minimum of 50 %; not covered:" in output) == (1, True), output


@pytest.mark.parametrize("suffix", ["html", "xml"])
def test_coverage_is_written_in_the_format_of_the_file(project: Project, suffix: str) -> None:
    project.write(test_own=f"def test_one(mock):\n    mock.client.get('{SEGMENTS}')\n")
    code, output = project.run("--mock-coverage", f"report.{suffix}")
    assert (code, (project.folder / f"report.{suffix}").read_text()[0]) == (0, "<"), output


@pytest.mark.parametrize("value", ["operations", "operations=", "operations=101", "=5", "5"])
def test_an_invalid_minimum_is_a_usage_error(project: Project, value: str) -> None:
    code, output = project.run("--mock-min", value)
    assert (code, "--mock-min takes a dimension and a percentage, such as operations=50" in output) == (4, True), output


def test_the_plugin_imports_nothing_of_ours_before_a_fixture_needs_it(project: Project) -> None:
    project.write(
        test_own="""
import sys

def test_one():
    ours = {name for name in sys.modules if name.partition(".")[0] == "mockserver"}
    assert ours == {"mockserver", "mockserver.testing", "mockserver.testing.pytest_plugin"}
"""
    )
    code, output = project.run()
    assert code == 0, output
