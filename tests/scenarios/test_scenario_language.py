"""What scenarios may say: each mistake has a place and says what would be right, and nothing is started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.resources import data_folder
from mockserver.scenarios.scenario_library import MAX_SCENARIO_BYTES
from mockserver.scenarios.scenario_mistakes import MAX_SHOWN_MISTAKES, ScenarioError
from mockserver.scenarios.scenario_schema import write_scenario_schema
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.live_server import run_command, start_server
from tests.support.samples import GOLDEN, JOHN
from tests.support.scenario_control import LIST_SEGMENTS, PUT_SEGMENT, ScenarioControl

CALL = {"operation": LIST_SEGMENTS}
ADVANCE = {"advance": {"seconds": 1}}


def with_step(when: Any, do: Any, **more: Any) -> dict[str, Any]:
    return {"title": "Own", "timeline": [{"step": "A step", "when": when, "do": do}], **more}


def with_action(**do: Any) -> dict[str, Any]:
    return with_step(CALL, do)


WHEN, DO = "/timeline/0/when", "/timeline/0/do"
MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"description": "x"}, "/title", "is missing"),
    ({"tittle": "x"}, "/tittle", "there is no such field; did you mean title?"),
    ({"title": 12}, "/title", "must be a text, not 12; put it in quotation marks: '12'"),
    ({"title": ""}, "/title", "must not be empty"),
    ({"title": None}, "/title", "must be a text, not null"),
    ({"title": "x", "world": "defualt"}, "/world", "unknown world 'defualt'; did you mean default?"),
    ({"title": "x", "world": ["default"]}, "/world", 'must be a text, not ["default"]'),
    (
        {"title": "x", "world": "../shop.yaml"},
        "/world",
        "a scenario without a file can use only worlds that have names; or bring the rows",
    ),
    ({"title": "x", "clock": {"mode": "frosen"}}, "/clock/mode", '"frosen" is not allowed; did you mean frozen?'),
    ({"title": "x", "clock": {"mode": "frozen", "at": "noon"}}, "/clock/at", '"noon" is not a time such as'),
    ({"title": "x", "clock": {"at": "2026-12-24T18:00:00Z"}}, "/clock/mode", "is missing"),
    ({"title": "x", "clock": "frozen"}, "/clock", 'must be an object (`key: value`), not "frozen"'),
    ({"title": "x", "switches": {"activ": "status"}}, "/switches/activ", "did you mean active?"),
    ({"title": "x", "switches": {"active": "yes"}}, "/switches/active", '"yes" is not allowed; there are status,'),
    ({"title": "x", "switches": {"tenant": "acme"}}, "/switches/tenant", "there is no such field"),
    ({"title": "x", "switches": {"bulk_index_base": 1}}, "/switches/bulk_index_base", "put it in quotation marks: '1'"),
    (
        {"title": "x", "switches": {"match_descendants": True}},
        "/switches/match_descendants",
        "put it in quotation marks: 'true'",
    ),
    (
        {"title": "x", "faults": [{"operation": "zzz", "commit": True}]},
        "/faults/0/operation",
        "`mockserver routes` lists",
    ),
    ({"title": "x", "rows": {"mixinSchemas": [{"url": "x", "file": "y"}]}}, "/rows/mixinSchemas/0/file", "as `schema`"),
    (
        {"title": "x", "rows": {"mixinSchemas": [{"url": "x", "schema": {"type": 1}}]}},
        "/rows/mixinSchemas/0/schema",
        "not a JSON Schema",
    ),
    ({"title": "x", "rows": {"customers": [{"id": 7}]}}, "/rows/customers/0/id", "a row needs its key"),
    ({"title": "x", "rows": {"segments": [{"id": GOLDEN, "metadata": 1}]}}, "/rows/segments/0/metadata", "not of type"),
    ({"title": "x", "rows": {"segments": [{"id": "new"}]}}, "/rows/segments/0", "or give a new row a `name`"),
    ({"title": "x", "rows": {"customers": [{"id": JOHN + "0"}]}}, "/rows/customers/0", f"did you mean {JOHN}?"),
    ({"title": "x", "faults": {"response": {}}}, "/faults", "must be a list"),
    ({"title": "x", "faults": [{}]}, "/faults/0/response", "The fault does nothing"),
    ({"title": "x", "faults": [{"tenant": "acme", "response": {"status": 503}}]}, "/faults/0/tenant", "no such field"),
    (
        {"title": "x", "faults": [{"response": {"status": "503"}}]},
        "/faults/0/response/status",
        "must be a whole number",
    ),
    (
        {"title": "x", "faults": [{"operation": "GET-customer-segment-list", "response": {"status": 503}}]},
        "/faults/0/operation",
        "there is no operation 'GET-customer-segment-list'; did you mean GET-customer-segment-",
    ),
    (
        {"title": "x", "faults": [{"operation": LIST_SEGMENTS, "response": {"status": 418}}]},
        "/faults/0",
        f"{LIST_SEGMENTS} has no status 418; choose one of 200",
    ),
    ({"title": "x", "faults": [{"item": {"code": 409}}]}, "/faults/0/item", "by one of index, id, nth, every"),
    ({"title": "x", "faults": [{"item": {"nth": 201, "code": 409}}]}, "/faults/0", "No bulk has 201 elements"),
    (
        {"title": "x", "faults": [{"id": "a", "response": {"status": 503}}, {"id": "a", "response": {"status": 503}}]},
        "/faults/1/id",
        "'a' is taken",
    ),
    ({"title": "x", "personas": {"John": {"tocken": "t"}}}, "/personas/John/tocken", "did you mean token?"),
    ({"title": "x", "personas": {"John": "customer-token"}}, "/personas/John", "must be an object"),
    (
        {"title": "x", "personas": {"John": {"token": "custmer-token"}}},
        "/personas/John/token",
        "did you mean customer-",
    ),
    ({"title": "x", "personas": {"caller": {"token": "read-token"}}}, "/personas/caller", "choose another one"),
    ({"title": "x", "rows": {"segment": []}}, "/rows/segment", "did you mean segments?"),
    ({"title": "x", "rows": {"segments": {"id": GOLDEN}}}, "/rows/segments", "must be a list"),
    ({"title": "x", "rows": {"segments": [{"status": "ACTIVE"}]}}, "/rows/segments/0/id", "a row needs its key"),
    ({"title": "x", "rows": {"segments": [{"id": GOLDEN, "status": "ON"}]}}, "/rows/segments/0/status", "ACTIVE"),
    (
        {"title": "x", "rows": {"segments": [{"id": GOLDEN, "siteCode": "mian"}]}},
        "/rows/segments/0/siteCode",
        "mean main?",
    ),
    (
        {
            "title": "x",
            "rows": {"customerAssignments": [{"segmentId": GOLDEN, "customerId": JOHN, "legalEntityId": "x"}]},
        },
        "/rows/customerAssignments/0/legalEntityId",
        "does not belong to",
    ),
    (
        {"title": "x", "rows": {"customers": [{"id": JOHN}, {"id": "18249883", "email": "John.Doe@email.com"}]}},
        "/rows/customers/1/email",
        "is also the email of customer '98029737'; give each its own",
    ),
    (
        {"title": "x", "rows": {"customers": [{"id": JOHN, "email": "jack.smith@email.com"}]}},
        "/rows/customers/0/email",
        "is also the email of customer '18249883'; give each its own",
    ),
    (
        {"title": "x", "rows": {"sites": [{"code": "main", "defaultLanguage": "fr", "languages": ["en", "de"]}]}},
        "/rows/sites/0/defaultLanguage",
        "'fr' is not among the languages: en, de",
    ),
    ({"title": "x", "rows": {"tokens": [{"token": "t", "scopes": 1}]}}, "/rows/tokens/0/scopes", "1"),
    (
        {"title": "x", "rows": {"categories": [{"id": "12468504", "parentId": "12468506"}]}},
        "/rows/categories/0/parentId",
        "'12468504' is its own ancestor: ",
    ),
    (
        {"title": "x", "remove": {"products": ["12468505"]}},
        "/remove/products/0",
        "there is no '12468505'; did you mean",
    ),
    ({"title": "x", "remove": {"products": "everything"}}, "/remove/products", "all"),
    ({"title": "x", "timeline": {"step": "x"}}, "/timeline", "must be a list"),
    ({"title": "x", "timeline": ["x"]}, "/timeline/0", "must be an object"),
    ({"title": "x", "timeline": [{}]}, "/timeline/0/step", "is missing"),
    (with_step({}, ADVANCE), WHEN, "must not be empty"),
    (with_step(3, ADVANCE), WHEN, "must be an object"),
    (with_step({"operation": "GET-customer-segment-retrieve-segment s"}, ADVANCE), f"{WHEN}/operation", "did you mean"),
    (with_step({"path": {"segmentID": "x"}, **CALL}, ADVANCE), f"{WHEN}/path", "known names: tenant"),
    (with_step({"call": "2", **CALL}, ADVANCE), f"{WHEN}/call", 'must be a whole number, not "2"'),
    (with_step({"call": 0, **CALL}, ADVANCE), f"{WHEN}/call", "less than the minimum of 1"),
    (with_step({"at": "during", **CALL}, ADVANCE), f"{WHEN}/at", "there are before, after"),
    (with_step({"time": "2026-13-01T00:00:00Z"}, ADVANCE), f"{WHEN}/time", "is not a time"),
    (with_step({"time": "2026-12-01T00:00:00Z", **CALL}, ADVANCE), WHEN, "give either a call, a time, or seconds"),
    (with_step({"seconds": -1}, ADVANCE), f"{WHEN}/seconds", "less than the minimum of 0"),
    (with_action(), DO, "must not be empty"),
    (with_action(advanced={}), f"{DO}/advanced", "did you mean advance?"),
    (with_action(advance=5), f"{DO}/advance", "must be an object"),
    (with_action(advance={}), f"{DO}/advance", "give either seconds, or to, a time"),
    (with_action(advance={"to": "tomorrow"}), f"{DO}/advance/to", "is not a time"),
    (with_action(expire="caller"), f"{DO}/expire", "must be a list"),
    (with_action(expire=["John"]), f"{DO}/expire/0", "unknown persona 'John'; there are caller"),
    (
        with_step({"seconds": 5}, {"revoke": ["caller"]}),
        f"{DO}/revoke/0",
        "unknown persona 'caller'; there is nothing to choose from",
    ),
    (with_action(removeFaults=["late"]), f"{DO}/removeFaults/0", "no fault has the id 'late'; there are all"),
    (with_action(addFaults=[]), f"{DO}/addFaults", "must not be empty"),
    (with_action(addFaults=[{}]), f"{DO}/addFaults/0/response", "The fault does nothing"),
    (with_action(reset="all"), f"{DO}/reset", "there are rows, scenario"),
    (with_action(reset="scenario", advance={"seconds": 1}), f"{DO}/reset", "nothing else can be done"),
    (with_step({"seconds": 0}, {"reset": "scenario"}), f"{DO}/reset", "begin again at every call"),
    (with_step({"time": "2026-01-01T00:00:00Z"}, {"reset": "scenario"}), f"{DO}/reset", "begin again at every call"),
    (
        with_action(rows={"segments": [{"id": "{segmentId}"}]}),
        f"{DO}/rows",
        "{segmentId} is not in the path of the call",
    ),
    (
        with_step({"operation": PUT_SEGMENT}, {"remove": {"segments": ["{segmentID}"]}}),
        f"{DO}/remove",
        "{segmentID} is not in the path of the call; did you mean segmentId?",
    ),
    (with_action(rows={"segments": [{"id": GOLDEN, "status": 1}]}), f"{DO}/rows/segments/0/status", "ACTIVE"),
    (with_action(remove={"segments": ["x"]}), f"{DO}/remove/segments/0", "there is no 'x'; there are "),
    (with_action(rows={"tokens": []}), f"{DO}/rows/tokens", "there is no such field"),
]


@pytest.fixture
def scenarios(client: Client) -> ScenarioControl:
    return ScenarioControl(client)


@pytest.mark.parametrize(("definition", "place", "reason"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_has_a_place_and_says_what_would_be_right(
    scenarios: ScenarioControl, definition: Any, place: str, reason: str
) -> None:
    mistakes = scenarios.find_mistakes(definition)
    near = {found: why for found, why in mistakes.items() if found == place or (place[-1] == "/" and place in found)}
    assert near, mistakes
    assert reason in next(iter(near.values()))


def test_all_mistakes_are_reported_at_once(scenarios: ScenarioControl) -> None:
    mistakes = scenarios.find_mistakes(
        {
            "world": "nowhere",
            "faults": [
                {"response": {"status": 503}},
                {"response": {"status": 1000}},
                {"operation": "x", "commit": True},
            ],
            "timeline": [
                {"step": "x", "when": {"call": 0}, "do": {}},
                {"step": 1, "when": CALL, "do": {"expire": ["x"]}},
            ],
        }
    )
    assert list(mistakes) == [
        "/faults/1/response/status",
        "/faults/2/operation",
        "/timeline/0/do",
        "/timeline/0/when/call",
        "/timeline/1/do/expire/0",
        "/timeline/1/step",
        "/title",
        "/world",
    ]


def test_a_long_list_of_mistakes_is_cut(scenarios: ScenarioControl) -> None:
    definition = {"title": "x", "faults": [{"every": 0} for _ in range(50)]}
    assert len(scenarios.find_mistakes(definition)) == MAX_SHOWN_MISTAKES


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "title: [", "a: &x 1\nb: *x", "\x00", "title: x\ntitle: y"])
def test_a_body_that_is_no_scenario_is_refused(client: Client, body: str) -> None:
    reply = client.with_token(None).post(
        f"//__admin/scenarios/own?tenant={client.tenant}", data=body, content_type="application/yaml"
    )
    assert reply.status_code == 400, reply.text


@pytest.mark.parametrize("name", ["a b", "..", "-x", "x" * 61, "ä"])
def test_a_name_that_no_scenario_can_have_is_refused(scenarios: ScenarioControl, name: str) -> None:
    assert scenarios.client.post(f"//__admin/scenarios/{name}", json={"title": "x"}).status_code in (400, 404)


def test_an_own_scenario_cannot_take_the_name_of_a_shipped_one(scenarios: ScenarioControl) -> None:
    reply = scenarios.call("POST", "/scenarios/slow", {"title": "x"}, 422)
    assert "give yours another name" in reply["message"]


def test_an_unknown_name_gets_the_nearest(scenarios: ScenarioControl) -> None:
    for method in ("POST", "GET"):
        assert "did you mean slow?" in scenarios.call(method, "/scenarios/slwo", status=404)["message"]


def test_yaml_and_json_say_the_same(client: Client) -> None:
    text = "title: Own\ntimeline:\n- {step: x, when: {call: 2}, do: {reset: rows}}\n"
    path = f"//__admin/scenarios/own?tenant={client.tenant}"
    caller = client.with_token(None)
    steps = [
        caller.post(path, data=text, content_type="application/yaml"),
        caller.post(
            path, json={"title": "Own", "timeline": [{"step": "x", "when": {"call": 2}, "do": {"reset": "rows"}}]}
        ),
    ]
    first, second = (reply.get_json()["runs"][0]["steps"] for reply in steps)
    assert first == second == [{"step": "x", "when": "before call 2 of any operation", "state": "waiting", "calls": 0}]


def test_the_schema_for_editors_is_the_one_that_is_enforced(shared: App) -> None:
    text = (data_folder("fixtures") / "scenario.schema.json").read_text()
    assert text == write_scenario_schema(shared.scenarios.library.schema), "run `mockserver scenario-schema`"
    assert run_command("scenario-schema").stdout == text


def test_a_folder_adds_scenarios_that_may_change_while_the_server_runs(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "world.yaml").write_text("description: An empty world\n")
    path.write_text("title: Mine\nworld: shop/world.yaml\n")
    client = Client(build(Settings(scenarios=tmp_path)).flask, "acme")
    scenarios = ScenarioControl(client)
    scenarios.start("mine")
    assert scenarios.call("GET", "/state")["counts"]["segments"] == 0
    path.write_text("title: Mine\nworld: [half")
    (listed,) = [found for found in scenarios.call("GET", "/scenarios")["scenarios"] if found["name"] == "mine"]
    assert listed["mistakes"] == [{"field": "", "message": "line 2 column 8: did not find expected ',' or ']'"}]
    scenarios.call("POST", "/scenarios/mine", status=400)
    assert scenarios.call("GET", "/scenarios")["runs"][0]["scenario"] == "mine"  # it goes on as it was
    path.write_text("title: Again\n")
    assert scenarios.call("POST", "/scenarios/mine")["title"] == "Again"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"title: [", "line 1 column 9: did not find expected node content"),
        (b"", "must be an object"),
        (b"\xff\xfe", "not UTF-8"),
        (b"- title", "must be an object"),
        (b"title: x\nworld: missing.yaml", "No such file"),
        (b"title: x # " + b"x" * MAX_SCENARIO_BYTES, f"longer than {MAX_SCENARIO_BYTES} bytes"),
        (b"[" * 100_000, "nests deeper"),
    ],
    ids=range(7),
)
def test_a_broken_file_ends_the_start_with_its_name_and_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    for settings in (Settings(scenario=str(path)), Settings(scenarios=tmp_path)):
        with pytest.raises(ScenarioError, match=reason) as raised:
            build(settings)
        assert str(path) in str(raised.value)


def test_a_file_of_100_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(ScenarioError, match="longer than"):
        build(Settings(scenario=str(path)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scenario", "slwo"], "--scenario: Unknown scenario 'slwo'; did you mean slow?"),
        (["--scenario", "missing/slow.yaml"], "missing/slow.yaml: No such file or directory"),
    ],
)
def test_the_command_line_names_what_would_be_right(arguments: list[str], message: str) -> None:
    completed = run_command("serve", "--port", "0", *arguments)
    assert (completed.returncode, completed.stdout) == (2, "")
    assert completed.stderr == f"mockserver: {message}\n"


def test_the_command_line_lists_all_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("tittle: x\nworld: 1\n")
    completed = run_command("serve", "--port", "0", "--scenario", str(path))
    assert completed.returncode == 2
    assert completed.stderr.splitlines() == [
        f"mockserver: {path} has 3 mistakes:",
        "/title: is missing",
        "/tittle: there is no such field; did you mean title?",
        "/world: must be a text, not 1; put it in quotation marks: '1'",
    ]


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_folder_that_cannot_be_listed_ends_the_start_with_its_name(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "stories"
    if kind == "file":
        folder.write_text("title: Mine")
    with pytest.raises(ScenarioError, match="--scenarios takes a folder") as raised:
        build(Settings(scenarios=folder))
    assert str(folder) in str(raised.value)


def test_the_shipped_scenarios_stay_if_the_folder_disappears(tmp_path: Path) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    scenarios = ScenarioControl(Client(build(Settings(scenarios=folder)).flask, "acme"))
    folder.rmdir()
    assert "slow" in [found["name"] for found in scenarios.call("GET", "/scenarios")["scenarios"]]
    scenarios.start("slow")


def test_an_own_file_cannot_take_the_name_of_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "slow.yaml").write_text("title: Mine")
    with pytest.raises(ScenarioError, match="a shipped scenario has this name"):
        build(Settings(scenarios=tmp_path))


def test_a_server_starts_with_a_scenario_from_a_file_or_a_variable(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(
        json.dumps({"title": "Mine", "clock": {"mode": "frozen", "at": "2030-01-01T00:00:00Z"}})
    )
    with start_server(MOCKSERVER_SCENARIO="mine.json", folder=tmp_path) as (_, ready):
        assert ready["scenario"] == "mine"


def test_a_definition_that_is_too_long_or_nests_too_deeply_is_refused(scenarios: ScenarioControl) -> None:
    assert "longer than" in scenarios.find_mistakes({"title": "x", "description": "x" * MAX_SCENARIO_BYTES})[""]
    nested: Any = "x"
    for _ in range(90):
        nested = [nested]
    assert "/description" in scenarios.find_mistakes({"title": "x", "description": nested})
    reply = scenarios.client.post(
        "//__admin/scenarios/own", data="[" * 100_000 + "]" * 100_000, content_type="application/json"
    )
    assert reply.status_code == 400


@pytest.mark.parametrize("text", [r'title: "\ud800"', r'{"title": "\ud800"}', 'title: "\\ud83d\\ude00"'])
@pytest.mark.parametrize("media_type", ["application/yaml", "application/json"])
def test_texts_that_are_not_unicode_are_no_defect(client: Client, text: str, media_type: str) -> None:
    path = f"//__admin/scenarios/own?tenant={client.tenant}"
    assert client.post(path, data=text, content_type=media_type).status_code in (200, 400)


def test_a_hundred_thousand_mistakes_are_found_soon(scenarios: ScenarioControl) -> None:
    keys = [f"key{number}" for number in range(50_000)]
    for definition in (
        {"title": "x", "remove": {"products": keys}},
        {"title": "x", "rows": {"products": [{"id": key} for key in keys]}},
        dict.fromkeys(keys, 1),
        {"title": "x", "timeline": [{}] * 50_000},
    ):
        assert len(scenarios.find_mistakes(definition)) >= MAX_SHOWN_MISTAKES / 2


def test_changes_of_steps_are_tried_in_order_or_at_the_start(scenarios: ScenarioControl) -> None:
    new = {"id": "new", "name": {"en": "New"}, "status": "ACTIVE", "siteCode": "main"}
    renamed = {"segments": [{"id": "new", "status": "INACTIVE"}]}
    gone = {"remove": {"segments": [GOLDEN]}}
    scenarios.play(
        {"when": {"call": 1}, "do": {"rows": {"segments": [new]}}},
        {"when": {"call": 2}, "do": {"rows": renamed}},
        {"when": {"call": 3}, "do": gone},
        {"when": {"call": 3}, "do": gone},  # whichever comes first
        {"when": {"call": 4}, "do": {"reset": "rows", **gone}},
    )
    scenarios.find_mistakes({"title": "x", "timeline": [{"step": "x", "when": {"call": 1}, "do": {"rows": renamed}}]})


@pytest.mark.parametrize("name", ["my story", "-x", "x" * 61, "é"])
def test_a_file_needs_a_name_that_calls_can_use(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.yaml").write_text("title: x")
    with pytest.raises(ScenarioError, match="must consist of letters"):
        build(Settings(scenarios=tmp_path))
