"""How scenarios run: when steps are due, what they do, and what starts and ends a scenario."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.scenarios import director
from mockserver.settings import Settings
from tests.support.client import TENANT_NUMBERS, Client
from tests.support.clock import ManualClock
from tests.support.samples import COMPANY, GOLDEN, JOHN, PLATINUM, TOOL_FANS
from tests.support.scenario_control import LIST_SEGMENTS, ScenarioControl, segment_names

INACTIVE = {"rows": {"segments": [{"id": GOLDEN, "status": "INACTIVE"}]}}
FROZEN = {"mode": "frozen", "at": "2026-12-24T18:00:00Z"}
GET_SEGMENT = "GET-customer-segment-retrieve-segment"
THREADS = 8


@pytest.fixture
def scenarios(client: Client) -> ScenarioControl:
    return ScenarioControl(client)


@pytest.fixture
def app() -> App:
    """A simulator of its own, for scenarios of all tenants."""
    return build(Settings(), ManualClock())


def control(app: App, tenant: str = "acme") -> ScenarioControl:
    return ScenarioControl(Client(app.flask, tenant))


def states_after(scenarios: ScenarioControl, *calls: tuple[str, str]) -> list[str]:
    """Return the statuses of the first step after each of these calls, given as token and query."""
    states = []
    for token, query in calls:
        scenarios.client.with_token(token).get(query)
        states.append(scenarios.read_states()[0])
    return states


@pytest.mark.parametrize(
    ("when", "calls", "expected"),
    [
        ({"operation": LIST_SEGMENTS}, [("admin-token", f"/{GOLDEN}"), ("admin-token", "")], "wd"),
        ({"operation": LIST_SEGMENTS, "call": 3}, [("admin-token", "")] * 3, "wwd"),
        (
            {"operation": GET_SEGMENT, "path": {"segmentId": GOLDEN}},
            [("admin-token", f"/{PLATINUM}"), ("admin-token", f"/{GOLDEN}")],
            "wd",
        ),
        ({"query": {"q": "id:x y"}}, [("admin-token", "?q=id:x"), ("admin-token", "?q=id:x%20y&q=z")], "wd"),
        ({"persona": "read-token"}, [("admin-token", ""), ("read-token", "")], "wd"),
        ({"persona": "Reader"}, [("admin-token", ""), ("read-token", "")], "wd"),
        ({"at": "before"}, [("no-such-token", ""), ("expired-token", ""), ("read-token", "")], "wwd"),
        ({"at": "before"}, [("read-token", "?sort=id:UP")], "d"),  # refused later, but it has arrived
        ({"at": "after"}, [("read-token", "?sort=id:UP"), ("no-such-token", ""), ("read-token", "")], "wwd"),
        ({"at": "after", "call": 2}, [("read-token", "/missing"), ("read-token", ""), ("read-token", "")], "wwd"),
    ],
)
def test_a_step_runs_at_the_nth_call_that_matches(
    scenarios: ScenarioControl, when: Any, calls: list[tuple[str, str]], expected: str
) -> None:
    scenarios.play({"when": when, "do": {"reset": "rows"}}, personas={"Reader": {"token": "read-token"}})
    assert "".join(state[0] for state in states_after(scenarios, *calls)) == expected


@pytest.mark.parametrize(("phase", "seen"), [("before", "INACTIVE"), ("after", "ACTIVE")])
def test_the_call_itself_sees_what_happens_before_it_and_not_what_happens_after_it(
    scenarios: ScenarioControl, phase: str, seen: str
) -> None:
    scenarios.play({"when": {"at": phase, "operation": GET_SEGMENT}, "do": INACTIVE})
    assert [scenarios.read_status() for _ in range(2)] == [seen, "INACTIVE"]


def test_a_colleague_changes_the_fields_that_the_step_names_and_the_revision(scenarios: ScenarioControl) -> None:
    before = scenarios.client.get(f"/{GOLDEN}").get_json()
    scenarios.play({"when": {}, "do": INACTIVE} | {"when": {"call": 1}}, clock=FROZEN)
    after = scenarios.client.get(f"/{GOLDEN}").get_json()
    metadata = before["metadata"] | {"version": 2, "modifiedAt": "2026-12-24T18:00:00.000Z"}
    assert after == before | {"status": "INACTIVE", "metadata": metadata}


def test_rows_are_added_and_removed(scenarios: ScenarioControl) -> None:
    new = {"id": "new", "name": {"en": "New"}, "status": "ACTIVE", "siteCode": "main"}
    scenarios.play(
        {"when": {"call": 1}, "do": {"rows": {"segments": [new]}, "remove": {"segments": [TOOL_FANS]}}},
        {"when": {"call": 2}, "do": {"remove": {"customerAssignments": [f"{GOLDEN}/{JOHN}/{COMPANY}"]}}},
    )
    assert scenarios.client.get("/new").get_json()["metadata"]["version"] == 1
    john = scenarios.client.with_token("customer-token")
    assert segment_names(john) == []
    assert scenarios.call("GET", "/state")["counts"]["customerAssignments"] < 44
    assert not [row for row in scenarios.call("GET", "/state/itemAssignments") if row["segmentId"] == TOOL_FANS]


def test_a_changed_row_keeps_what_a_null_does_not_remove(scenarios: ScenarioControl) -> None:
    scenarios.play(
        {"when": {"call": 1}, "do": {"rows": {"segments": [{"id": GOLDEN, "description": {"en": "Soon"}}]}}},
        {"when": {"call": 2}, "do": {"rows": {"segments": [{"id": GOLDEN, "description": None}]}}},
    )
    texts = [scenarios.client.get(f"/{GOLDEN}").get_json().get("description") for _ in range(2)]
    assert texts == [{"en": "Soon"}, None]


def test_placeholders_name_the_row_of_the_call(scenarios: ScenarioControl) -> None:
    key = "{segmentId}/{customerId}/{legalEntityId}"
    scenarios.play(
        {
            "when": {"operation": "GET-customer-segment-retrieve-customer"},
            "do": {
                "remove": {"customerAssignments": [key]},
                "rows": {"segments": [{"id": "{segmentId}", "status": "INACTIVE"}]},
            },
        }
    )
    assert scenarios.client.get(f"/{GOLDEN}/customers/{JOHN}/{COMPANY}").status_code == 404
    assert scenarios.read_status() == "INACTIVE"


def test_times_of_the_clock_are_reached_by_steps_by_calls_and_by_the_tester(scenarios: ScenarioControl) -> None:
    scenarios.play(
        {"when": {"seconds": 60}, "do": INACTIVE},
        {"when": {"time": "2026-12-24T19:00:00Z"}, "do": {"advance": {"seconds": 3600}}},
        {"when": {"time": "2026-12-24T20:00:00Z"}, "do": {"advance": {"to": "2026-12-24T19:30:00Z"}}},
        clock=FROZEN,
    )
    assert scenarios.read_states() == ["waiting"] * 3
    scenarios.call("POST", "/clock/advance", {"seconds": 59})
    assert (scenarios.read_states(), scenarios.read_status()) == (["waiting"] * 3, "ACTIVE")
    scenarios.call("POST", "/clock/advance", {"seconds": 1})
    assert scenarios.read_states() == ["done", "waiting", "waiting"]
    scenarios.call("PUT", "/clock", {"mode": "frozen", "at": "2026-12-24T19:00:00Z"})
    assert scenarios.read_states() == ["done"] * 3
    assert scenarios.call("GET", "/clock")["now"] == "2026-12-24T20:00:00.000Z"  # it never goes back


def test_a_clock_that_runs_is_read_at_each_call() -> None:
    clock = ManualClock()
    scenarios = ScenarioControl(Client(build(Settings(), clock).flask, "acme"))
    scenarios.play({"when": {"seconds": 60}, "do": INACTIVE})
    assert scenarios.read_status() == "ACTIVE"
    clock.advance(seconds=60)
    assert scenarios.read_states() == ["waiting"]  # a GET of the control plane changes nothing
    assert scenarios.read_status() == "INACTIVE"
    assert scenarios.read_states() == ["done"]


def test_tokens_are_revoked_and_expire_in_this_tenant_until_the_scenario_ends(scenarios: ScenarioControl) -> None:
    personas = {"Reader": {"token": "read-token"}, "Manager": {"token": "manage-token"}}
    scenarios.play(
        {"when": {"call": 2}, "do": {"revoke": ["Reader"], "expire": ["Manager", "caller"]}}, personas=personas
    )
    callers = {token: scenarios.client.with_token(token) for token in ("read-token", "manage-token", "customer-token")}
    assert [callers["customer-token"].get("").status_code for _ in range(2)] == [200, 401]
    rules = {}
    for token, caller in callers.items():
        reply = caller.get("")
        assert reply.status_code == 401
        rules[token] = scenarios.call("GET", f"/explain/{reply.headers['X-Mock-Explain']}")["rule"]["id"]
    assert rules == {"read-token": "A1", "manage-token": "A2", "customer-token": "A2"}
    listed = {token["token"]: token.get("expiresAt") for token in scenarios.call("GET", "/tokens")["tokens"]}
    assert "read-token" not in listed
    assert listed["manage-token"] is not None
    assert Client(scenarios.client.flask, "elsewhere", "read-token").get("").status_code == 200
    scenarios.call("DELETE", "/scenarios")
    assert [caller.get("").status_code for caller in callers.values()] == [200, 403, 200]


def test_faults_come_and_go_and_personas_are_known_by_their_names(scenarios: ScenarioControl) -> None:
    scenarios.play(
        {"when": {"call": 2}, "do": {"addFaults": [{"id": "late", "persona": "Reader", "response": {"status": 503}}]}},
        {"when": {"call": 4}, "do": {"removeFaults": ["late"]}},
        {"when": {"call": 5}, "do": {"removeFaults": ["all"]}},
        faults=[{"operation": GET_SEGMENT, "response": {"status": 502}}],
        personas={"Reader": {"token": "read-token"}},
    )
    reader = scenarios.client.with_token("read-token")
    assert [reader.get("").status_code for _ in range(2)] == [200, 503]
    assert scenarios.client.get("").status_code == 200
    assert reader.get("").status_code == 200
    assert [scenarios.client.get(f"/{GOLDEN}").status_code for _ in range(2)] == [200, 200]
    assert scenarios.call("GET", "/faults")["faults"] == []


def test_the_faults_of_a_scenario_are_listed_with_its_name(scenarios: ScenarioControl) -> None:
    scenarios.start("slow")
    (fault,) = scenarios.call("GET", "/faults")["faults"]
    assert (fault["id"], fault["scenario"]) == (f"slow.delay.{scenarios.client.tenant}", "slow")
    scenarios.call("DELETE", "/scenarios")


def test_the_rows_or_the_whole_scenario_begin_again(scenarios: ScenarioControl) -> None:
    scenarios.play(
        {"when": {"call": 1}, "do": INACTIVE},
        {"when": {"call": 2}, "do": {"reset": "rows"}},
        {"when": {"call": 3}, "do": {"expire": ["caller"], "advance": {"seconds": 5}}},
        {"when": {"call": 5}, "do": {"reset": "scenario"}},
        clock=FROZEN,
    )
    reader = scenarios.client.with_token("read-token")
    assert [scenarios.read_status() for _ in range(2)] == ["INACTIVE", "ACTIVE"]
    assert reader.get("").status_code == 401
    scenarios.client.put(f"/{GOLDEN}/items/PRODUCT/30000000")
    assert scenarios.call("GET", "/clock")["now"] == "2026-12-24T18:00:05.000Z"
    assert scenarios.client.get(f"/{GOLDEN}/items/PRODUCT/30000000").status_code == 404
    assert scenarios.read_states() == ["waiting"] * 4
    assert scenarios.call("GET", "/clock")["now"] == "2026-12-24T18:00:00.000Z"
    assert scenarios.read_status() == "INACTIVE"  # by the first step again
    assert reader.get("").status_code == 200


def test_a_step_whose_rows_the_tester_removed_fails_and_the_call_goes_on(scenarios: ScenarioControl) -> None:
    scenarios.play({"when": {"operation": LIST_SEGMENTS}, "do": INACTIVE | {"expire": ["caller"]}})
    scenarios.client.delete(f"/{GOLDEN}?forceDelete=true")
    assert scenarios.client.get("").status_code == 200
    (run,) = scenarios.call("GET", "/scenarios")["runs"]
    (step,) = run["steps"]
    assert step["state"] == "failed"
    assert step["problem"].startswith("/rows/segments/0")
    (event,) = scenarios.call("GET", "/requests?limit=1")["requests"]
    assert event["mock"]["scenarioSteps"] == [f"before this call: Step 1 (failed: {step['problem']})"]
    assert event["id"] == step["request"]


@pytest.mark.parametrize("phase", ["before", "after"])
def test_journal_and_explanation_name_the_steps_of_a_call(scenarios: ScenarioControl, phase: str) -> None:
    scenarios.play(
        {"when": {"at": phase, "call": 2}, "do": INACTIVE}, {"when": {"seconds": 0}, "do": {"reset": "rows"}}
    )
    for _ in range(2):
        scenarios.client.get("")
    events = scenarios.call("GET", "/requests?limit=2")["requests"]
    assert [event["mock"].get("scenarioSteps") for event in events] == [[f"{phase} this call: Step 1"], None]
    explanation = scenarios.call("GET", f"/explain/{events[0]['id']}")
    assert explanation["scenario"] == [f"scenario step, {phase} this call: Step 1"]
    later = scenarios.client.get("/missing").headers["X-Mock-Explain"]
    explanation = scenarios.call("GET", f"/explain/{later}")
    assert explanation["scenario"] == [f"scenario step, Step 1 (at the earlier request {events[0]['id']})"]
    assert "scenario" not in scenarios.call("GET", f"/explain/{events[1]['id']}")


def test_a_second_scenario_replaces_the_first(scenarios: ScenarioControl) -> None:
    scenarios.start("segment-ends-at-midnight")
    scenarios.start("third-bulk-element-conflicts")
    assert [run["scenario"] for run in scenarios.call("GET", "/scenarios")["runs"]] == ["third-bulk-element-conflicts"]
    assert scenarios.call("GET", "/clock")["mode"] == "real"
    assert scenarios.call("GET", "/settings")["active"] == "status"
    assert [fault["scenario"] for fault in scenarios.call("GET", "/faults")["faults"]] == [
        "third-bulk-element-conflicts"
    ]
    scenarios.call("POST", "/reset")
    assert scenarios.call("GET", "/state")["world"] == "default"


def test_a_tenant_that_does_not_exist_yet_can_play(app: App) -> None:
    scenarios = control(app, "newcomer")
    assert scenarios.start("segment-ends-at-midnight")[0]["state"] == "waiting"
    assert segment_names(scenarios.client.with_token("customer-token")) == ["Golden Segment", "Tool Fans"]
    assert app.scenarios.find_run("acme") is None


def test_tenants_play_the_same_scenario_on_their_own(app: App) -> None:
    first, second = control(app, "first"), control(app, "second")
    for scenarios in (first, second):
        scenarios.start("segment-ends-at-midnight")
    john = first.client.with_token("customer-token")
    assert [segment_names(john) for _ in range(2)][1] == ["Tool Fans"]
    assert second.read_states() == ["waiting"]
    first.call("DELETE", "/scenarios")
    assert second.call("GET", "/settings")["active"] == "status-and-validity"


def test_the_settings_of_the_tenant_come_back_at_the_end(scenarios: ScenarioControl) -> None:
    scenarios.call("PUT", "/settings", {"active": "status-and-validity", "contract": "warn", "delete_missing": "404"})
    scenarios.play(switches={"active": "status", "contract": "strict", "max_page_size": 5})
    assert scenarios.client.get("?pagesize=5").status_code == 400
    scenarios.call("PUT", "/settings", {"delete_missing": "204"})  # not among those of the scenario, so it stays
    scenarios.call("DELETE", "/scenarios")
    shown = scenarios.call("GET", "/settings")
    assert [shown[name] for name in ("active", "contract", "max_page_size", "delete_missing")] == [
        "status-and-validity",
        "warn",
        0,
        "204",
    ]


def test_rows_that_are_added_to_the_tenant_as_it_is(scenarios: ScenarioControl) -> None:
    scenarios.client.delete(f"/{TOOL_FANS}?forceDelete=true")
    rows = {"segments": [{"id": GOLDEN, "status": "INACTIVE"}], "tokens": [{"token": "mine", "scopes": "all"}]}
    scenarios.play(rows=rows, personas={"I": {"token": "mine"}})
    mine = scenarios.client.with_token("mine")
    assert mine.get(f"/{GOLDEN}").get_json()["metadata"]["version"] == 1  # it belongs to the world
    assert mine.get(f"/{TOOL_FANS}").status_code == 404
    scenarios.call("POST", "/reset")
    assert mine.get("").status_code == 401
    assert scenarios.read_status() == "ACTIVE"


# What the tenants one and two play after these calls, with a server that plays nothing at first.
ENDINGS: list[tuple[list[tuple[str, str]], str, str]] = [
    ([("POST", "/scenarios/slow?tenant=one")], "slow", ""),
    ([("POST", "/scenarios/slow")], "slow", "slow"),
    ([("POST", "/scenarios/slow?tenant=one"), ("POST", "/reset?tenant=one")], "", ""),
    ([("POST", "/scenarios/slow?tenant=one"), ("POST", "/reset")], "", ""),
    ([("POST", "/scenarios/slow"), ("POST", "/reset?tenant=one")], "slow", "slow"),
    ([("POST", "/scenarios/slow"), ("POST", "/scenarios/flaky?tenant=one")], "flaky", "slow"),
    (
        [("POST", "/scenarios/slow"), ("POST", "/scenarios/flaky?tenant=one"), ("POST", "/reset?tenant=one")],
        "slow",
        "slow",
    ),
    ([("POST", "/scenarios/slow"), ("POST", "/reset")], "", ""),
    ([("POST", "/scenarios/slow"), ("DELETE", "/scenarios?tenant=one")], "", "slow"),
    ([("POST", "/scenarios/slow"), ("DELETE", "/scenarios")], "", ""),
    ([("POST", "/scenarios/slow"), ("DELETE", "/tenants/one")], "slow", "slow"),
    ([("POST", "/scenarios/slow?tenant=one"), ("DELETE", "/tenants/one")], "", ""),
    ([("POST", "/scenarios/slow"), ("SEED", "one")], "", "slow"),
    ([("POST", "/scenarios/slow"), ("SEED", "one"), ("POST", "/reset?tenant=one")], "", "slow"),
    ([("POST", "/scenarios/slow"), ("SEED", "one"), ("POST", "/scenarios/flaky")], "flaky", "flaky"),
    ([("POST", "/scenarios/slow"), ("SEED", "")], "", ""),
]


def play_calls(app: App, calls: list[tuple[str, str]]) -> dict[str, str]:
    """Make calls to the control plane; return what the tenants one, two and a new one play then."""
    client = Client(app.flask, "acme", None)
    for tenant in ("one", "two"):
        app.world.tenant(tenant)
    for method, path in calls:
        if method == "SEED":
            body = {"world": "empty"} | ({"tenant": path} if path else {})
            assert client.post("//__admin/seed", json=body).status_code == 200
        else:
            assert client.send(method, f"//__admin{path}").status_code in (200, 204)
    for tenant in ("one", "two", "new"):
        app.world.tenant(tenant)
    return {run.tenant.name: run.scenario.name for run in app.scenarios.runs}


@pytest.mark.parametrize(("calls", "one", "two"), ENDINGS, ids=range(len(ENDINGS)))
def test_what_tenants_play_after_starts_stops_and_resets(
    app: App, calls: list[tuple[str, str]], one: str, two: str
) -> None:
    playing = play_calls(app, calls)
    assert (playing.get("one", ""), playing.get("two", "")) == (one, two)
    general = app.scenarios.general.name if app.scenarios.general else ""
    assert playing.get("new", "") == general
    assert app.faults.is_idle == (not playing)


@pytest.mark.parametrize(
    ("calls", "one", "two"),
    [
        ([], "flaky", "flaky"),
        ([("POST", "/scenarios/slow?tenant=one"), ("POST", "/reset?tenant=one")], "flaky", "flaky"),
        ([("POST", "/scenarios/slow"), ("POST", "/reset?tenant=one")], "slow", "slow"),
        ([("POST", "/scenarios/slow"), ("POST", "/reset")], "flaky", "flaky"),
        ([("DELETE", "/scenarios"), ("POST", "/reset")], "flaky", "flaky"),
        ([("DELETE", "/scenarios")], "", ""),
        ([("DELETE", "/scenarios?tenant=one")], "", "flaky"),
        ([("DELETE", "/scenarios?tenant=one"), ("POST", "/reset?tenant=one")], "flaky", "flaky"),
        ([("SEED", ""), ("POST", "/reset")], "", ""),
        ([("SEED", "one"), ("POST", "/reset")], "", "flaky"),
    ],
)
def test_a_reset_returns_to_the_scenario_of_the_servers_start(calls: list[tuple[str, str]], one: str, two: str) -> None:
    playing = play_calls(build(Settings(scenario="flaky")), calls)
    assert (playing.get("one", ""), playing.get("two", "")) == (one, two)


def test_a_reset_begins_the_scenario_of_the_start_again_with_clock_counts_and_rows() -> None:
    scenarios = control(build(Settings(scenario="segment-ends-at-midnight")))
    john = scenarios.client.with_token("customer-token")
    for _ in range(2):
        assert [segment_names(john) for _ in range(2)] == [["Golden Segment", "Tool Fans"], ["Tool Fans"]]
        scenarios.client.delete(f"/{TOOL_FANS}?forceDelete=true")
        scenarios.call("POST", "/reset")
    assert scenarios.read_states() == ["waiting"]


def test_a_reset_to_a_snapshot_keeps_its_rows() -> None:
    scenarios = control(build(Settings(scenario="segment-ends-at-midnight")))
    scenarios.client.delete(f"/{TOOL_FANS}?forceDelete=true")
    scenarios.call("PUT", "/snapshots/mine")
    scenarios.call("POST", "/reset", {"to": "snapshot:mine"})
    assert scenarios.read_states() == ["waiting"]
    assert scenarios.client.get(f"/{TOOL_FANS}").status_code == 404
    scenarios.call("POST", "/reset", {"to": "empty"})
    assert scenarios.call("GET", "/state")["counts"]["segments"] == 0
    assert scenarios.call("GET", "/settings")["active"] == "status-and-validity"


def test_a_refused_scenario_leaves_what_is_running(app: App) -> None:
    scenarios = control(app)
    scenarios.start("segment-ends-at-midnight")
    other = control(app, "other")
    other.client.delete(f"/{GOLDEN}?forceDelete=true")
    definition = {"title": "x", "timeline": [{"step": "x", "when": {"call": 1}, "do": INACTIVE}]}
    reply = other.client.with_token(None).post("//__admin/scenarios/own", json=definition)
    assert reply.status_code == 400  # the rows of one tenant do not fit, so it starts in none
    assert [run.scenario.name for run in app.scenarios.runs] == ["segment-ends-at-midnight"]
    assert scenarios.read_states() == ["waiting"]


def test_calls_for_ever_new_tenants_are_refused_in_the_end(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(director, "MAX_GREETED_TENANTS", 3)
    client = Client(app.flask, "acme", None)
    client.post("//__admin/scenarios/flaky")
    statuses = [Client(app.flask, f"tenant{number}", "nobody").get("").status_code for number in range(5)]
    assert statuses == [401, 401, 401, 503, 503]
    assert "tenants play the scenario already" in Client(app.flask, "tenant4").get("").get_json()["message"]
    client.delete("//__admin/scenarios")
    assert Client(app.flask, "tenant4").get("").status_code == 200


def test_without_a_scenario_no_call_is_watched(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[str] = []
    monkeypatch.setattr(type(app.scenarios), "before_call", lambda *_: watched.append("before"))
    monkeypatch.setattr(type(app.scenarios), "after_call", lambda *_: watched.append("after"))
    scenarios = control(app)
    scenarios.client.get("")
    assert watched == []
    scenarios.start("flaky")
    scenarios.client.get("")
    scenarios.call("DELETE", "/scenarios")
    scenarios.client.get("")
    assert watched == ["before", "after"]


def test_with_auth_off_all_calls_count() -> None:
    scenarios = control(build(Settings(auth="off")))
    scenarios.play({"when": {"at": "before"}, "do": {"reset": "rows"}})
    scenarios.client.with_token(None).get("")
    assert scenarios.read_states() == ["done"]


def run_at_once(act: Any, threads: int = THREADS) -> list[Any]:
    barrier = Barrier(threads)

    def wait_and_act(number: int) -> Any:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(wait_and_act, range(threads)))


@pytest.fixture
def many_switches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let threads switch often."""
    import sys  # noqa: PLC0415

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("many_switches")
@pytest.mark.parametrize("phase", ["before", "after"])
def test_under_parallel_calls_a_step_runs_once_at_the_call_with_its_number(
    scenarios: ScenarioControl, phase: str
) -> None:
    for number in (1, THREADS // 2, THREADS):
        scenarios.play(
            {"when": {"at": phase, "call": number}, "do": INACTIVE},
            {"when": {"at": phase, "call": THREADS + 1}, "do": {"reset": "rows"}},
        )
        statuses = run_at_once(lambda _: scenarios.client.get("").status_code)
        assert statuses == [200] * THREADS
        (run,) = scenarios.call("GET", "/scenarios")["runs"]
        assert [(step["state"], step["calls"]) for step in run["steps"]] == [("done", number), ("waiting", THREADS)]
        segments = scenarios.call("GET", "/state/segments")
        assert next(row for row in segments if row["id"] == GOLDEN)["metadata"]["version"] == 2
        events = scenarios.call("GET", f"/requests?limit={THREADS}")["requests"]
        assert sum("scenarioSteps" in event["mock"] for event in events) == 1
        scenarios.call("POST", "/reset")


@pytest.mark.usefixtures("many_switches")
def test_starts_stops_and_resets_during_calls_leave_a_consistent_tenant() -> None:
    app = build(Settings())
    scenarios = control(app, f"load{next(TENANT_NUMBERS)}")
    actions = [
        "/scenarios/segment-ends-at-midnight",
        "/scenarios/colleague-changed-the-segment",
        "/reset",
        "/scenarios/empty-catalogue",
    ]

    def act(number: int) -> list[int]:
        if number < 2:
            return [
                scenarios.client.with_token(None)
                .post(f"//__admin{actions[turn % 4]}?tenant={scenarios.client.tenant}")
                .status_code
                for turn in range(20)
            ]
        caller = scenarios.client.with_token("admin-token")
        body = {"name": {"en": "x"}, "status": "ACTIVE", "siteCode": "main", "metadata": {"version": 1}}
        return [
            caller.put(f"/{GOLDEN}", json=body).status_code if turn % 3 else caller.get("").status_code
            for turn in range(30)
        ]

    statuses = {status for result in run_at_once(act) for status in result}
    assert statuses <= {200, 204, 409}
    scenarios.call("POST", "/reset")
    assert app.faults.is_idle
    assert scenarios.call("GET", "/state")["world"] == "default"
    assert scenarios.call("GET", "/clock")["mode"] == "real"
    assert scenarios.call("GET", "/settings")["active"] == "status"
    assert scenarios.read_status() == "ACTIVE"


@pytest.mark.usefixtures("many_switches")
def test_new_tenants_play_while_the_scenario_for_all_changes() -> None:
    app = build(Settings())
    client = Client(app.flask, "acme", None)

    def act(number: int) -> None:
        for turn in range(20):
            if number == 0:
                client.post(f"//__admin/scenarios/{('flaky', 'third-bulk-element-conflicts')[turn % 2]}")
            else:
                app.world.tenant(f"tenant{number}x{turn}")

    run_at_once(act, 4)
    assert {run.scenario.name for run in app.scenarios.runs} == {"third-bulk-element-conflicts"}
    assert len(app.scenarios.runs) == len(app.world.tenants(None))
    assert {fault.scenario for fault in app.faults.faults} == {"third-bulk-element-conflicts"}


def test_changes_name_the_scenario_that_makes_them(scenarios: ScenarioControl) -> None:
    """Changes by calls before and after its steps name the call."""
    rename = {"rows": {"segments": [{"id": PLATINUM, "status": "INACTIVE"}]}}
    scenarios.client.put(f"/{TOOL_FANS}/customers/{JOHN}")
    scenarios.play({"when": {"operation": LIST_SEGMENTS}, "do": INACTIVE}, {"when": {"seconds": 3600}, "do": rename})
    scenarios.client.get("")
    scenarios.client.delete(f"/{TOOL_FANS}/customers/{JOHN}")
    scenarios.call("POST", "/clock/advance", {"seconds": 3600})
    told = [change["sentence"].removesuffix(".") for change in scenarios.call("GET", "/changes")["changes"]]
    causes = [sentence.partition(" by ")[2].partition(":")[0].partition(" /")[0] for sentence in told]
    assert causes == ["PUT", "scenario own", "DELETE", "scenario own"]
