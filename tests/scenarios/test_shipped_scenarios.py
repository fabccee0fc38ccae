"""Each shipped scenario does what it says."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import RemoteDisconnected

import pytest

from mockserver.app import build
from mockserver.resources import data_folder
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.live_server import TIMEOUT_SECONDS, Connection, serve_in_thread
from tests.support.samples import GOLDEN, SCREWDRIVER, TOOL_FANS
from tests.support.scenario_control import ScenarioControl, segment_names

NAMES = sorted(path.stem for path in (data_folder("fixtures") / "scenarios").glob("*.yaml"))
BULK = f"/{TOOL_FANS}/items/PRODUCT/bulk"
SEGMENT = {"name": {"en": "Gold"}, "status": "ACTIVE", "siteCode": "main"}


@pytest.fixture
def scenarios(client: Client) -> ScenarioControl:
    return ScenarioControl(client)


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_starts_and_stops_and_leaves_nothing_behind(
    scenarios: ScenarioControl, name: str
) -> None:
    paths = ("/settings", "/faults", "/tokens")
    before = [scenarios.call("GET", path) for path in paths]
    scenarios.start(name)
    stopped = scenarios.call("DELETE", "/scenarios")["stopped"]
    assert stopped == [{"tenant": scenarios.client.tenant, "scenario": name}]
    assert [scenarios.call("GET", path) for path in paths] == before
    assert scenarios.call("GET", "/clock")["mode"] == "real"
    scenarios.call("POST", "/reset")
    assert scenarios.call("GET", "/state")["world"] == "default"


def test_all_shipped_scenarios_are_listed_with_title_and_description(scenarios: ScenarioControl) -> None:
    listed = scenarios.call("GET", "/scenarios")["scenarios"]
    assert [scenario["name"] for scenario in listed] == NAMES
    assert all(scenario["title"] and scenario["description"].endswith(".") for scenario in listed)
    assert {scenario["origin"] for scenario in listed} == {"shipped"}


def test_the_token_expires_between_two_pages_and_a_new_one_works(scenarios: ScenarioControl) -> None:
    scenarios.start("token-expires-between-pages")
    reader = scenarios.client.with_token("read-token")
    pages = [reader.get(f"?pageSize=2&pageNumber={number}") for number in (1, 2, 2, 1)]
    assert [page.status_code for page in pages] == [200, 401, 401, 401]
    explanation = scenarios.call("GET", f"/explain/{pages[1].headers['X-Mock-Explain']}")
    assert explanation["scenario"] == ["scenario step, before this call: The caller's token expires"]
    assert explanation["rule"]["id"] == "A2"
    other = Client(reader.flask, "othertenant", "read-token")
    assert other.get("?pageNumber=2").status_code == 200  # the token is as valid as before in other tenants
    assert scenarios.client.with_token("manage-token").get("?pageNumber=2").status_code == 403
    assert scenarios.client.with_token("admin-token").get("?pageNumber=2").status_code == 200
    scenarios.call("POST", "/reset")
    assert reader.get("?pageNumber=2").status_code == 200


def test_a_customer_who_logged_in_can_renew_the_token_that_expired(scenarios: ScenarioControl) -> None:
    scenarios.start("token-expires-between-pages")
    login = {"email": "john.doe@email.com", "password": "secret1"}
    anonymous = scenarios.client.with_token(None).get(
        f"//customerlogin/auth/anonymous/login?tenant={scenarios.client.tenant}&client_id=storefront"
    )
    visitor = scenarios.client.with_token(anonymous.get_json()["access_token"])
    session = visitor.post(f"//customer/{scenarios.client.tenant}/login", json=login).get_json()
    john = scenarios.client.with_token(session["accessToken"])
    assert [john.get(f"?pageNumber={number}").status_code for number in (1, 2)] == [200, 401]


def test_a_colleague_changed_the_segment_that_a_client_replaces(scenarios: ScenarioControl) -> None:
    scenarios.start("colleague-changed-the-segment")
    client = scenarios.client.with_token("admin-token")
    versions = [client.put(f"/{GOLDEN}", json=SEGMENT | {"metadata": {"version": 1}}).status_code]
    versions.append(client.put(f"/{GOLDEN}", json=SEGMENT | {"metadata": {"version": 2}}).status_code)
    assert versions == [409, 204]
    assert scenarios.read_states() == ["done"]


def test_the_third_element_of_a_bulk_conflicts(scenarios: ScenarioControl) -> None:
    scenarios.start("third-bulk-element-conflicts")
    client = scenarios.client.with_token("admin-token")
    elements = [{"id": id_} for id_ in ("12468504", SCREWDRIVER, "30000000", "30000001")]
    assert [entry["code"] for entry in client.put(BULK, json=elements).get_json()] == [201, 201, 409, 201]
    assert [entry["code"] for entry in client.put(BULK, json=elements[:2]).get_json()] == [204, 204]


@pytest.mark.parametrize("base", ["0", "1"])
def test_the_third_element_is_the_third_whatever_the_index_of_the_first(scenarios: ScenarioControl, base: str) -> None:
    scenarios.call("PUT", "/settings", {"bulk_index_base": base})
    scenarios.start("third-bulk-element-conflicts")
    elements = [{"id": id_} for id_ in ("12468504", SCREWDRIVER, "30000000")]
    entries = scenarios.client.with_token("admin-token").put(BULK, json=elements).get_json()
    assert [(entry["index"] - int(base), entry["code"]) for entry in entries] == [(0, 201), (1, 201), (2, 409)]


def test_a_segment_ends_at_midnight(scenarios: ScenarioControl) -> None:
    scenarios.start("segment-ends-at-midnight")
    john = scenarios.client.with_token("customer-token")
    assert [segment_names(john) for _ in range(3)] == [["Golden Segment", "Tool Fans"], ["Tool Fans"], ["Tool Fans"]]
    assert scenarios.call("GET", "/clock")["now"] == "2026-12-25T00:00:00.000Z"


def test_the_clock_alone_does_not_end_a_segment(scenarios: ScenarioControl) -> None:
    scenarios.start("segment-ends-at-midnight")
    scenarios.call("PUT", "/settings", {"active": "status"})
    john = scenarios.client.with_token("customer-token")
    assert [segment_names(john) for _ in range(2)] == [["Golden Segment", "Tool Fans"]] * 2


def test_a_customer_of_two_companies_sees_what_each_may_see(scenarios: ScenarioControl) -> None:
    scenarios.start("customer-of-two-companies")
    some, third = (scenarios.client.with_token(f"john-for-{name}") for name in ("somecompany", "thirdcompany"))
    assert [segment_names(caller) for caller in (some, third, third)] == [
        ["Golden Segment", "Tool Fans"],
        ["Tool Fans"],
        ["Golden Segment", "Tool Fans"],
    ]
    scenarios.call("POST", "/reset")
    assert some.get("").status_code == 401  # the token belongs to the scenario


def test_the_answer_is_lost_after_the_write(scenarios: ScenarioControl) -> None:
    scenarios.start("answer-lost-after-commit")
    client = scenarios.client.with_token("admin-token")
    count = len(client.get("?pageSize=1000").get_json())
    assert [client.post("", json=SEGMENT).status_code for _ in range(2)] == [201, 201]
    assert len(client.get("?pageSize=1000").get_json()) == count + 2
    events = scenarios.call("GET", "/requests")["requests"]
    posts = [event["mock"] for event in events if event["request"]["method"] == "POST"]
    assert [mock.get("fault") for mock in reversed(posts)] == [
        f"answer-lost-after-commit.created.{client.tenant}",
        None,
    ]


def test_the_catalogue_is_empty(scenarios: ScenarioControl) -> None:
    scenarios.start("empty-catalogue")
    client = scenarios.client.with_token("admin-token")
    services = [
        f"//{name}/{client.tenant}/{rows}" for name, rows in (("product", "products"), ("category", "categories"))
    ]
    assert [client.get(path).get_json() for path in services] == [[], []]
    assert client.get("/items").get_json() == []
    assert client.put(f"/{GOLDEN}/items/PRODUCT/{SCREWDRIVER}").status_code == 400
    assert len(segment_names(client)) == 13


def test_every_third_of_200_elements_is_bad(scenarios: ScenarioControl) -> None:
    scenarios.start("every-third-of-200-is-bad")
    elements = [{"id": f"part-{number}"} for number in range(200)]
    entries = scenarios.client.with_token("admin-token").put(BULK, json=elements).get_json()
    assert Counter(entry["code"] for entry in entries) == {201: 134, 400: 66}
    assert [entry["index"] for entry in entries if entry["code"] == 400] == list(range(2, 200, 3))


def test_the_service_is_flaky_in_the_same_way_each_time(scenarios: ScenarioControl) -> None:
    client = scenarios.client.with_token("admin-token")
    rounds = []
    for _ in range(2):
        scenarios.start("flaky")
        rounds.append([client.get("").status_code for _ in range(12)])
    assert rounds[0] == rounds[1]  # a lost connection is a 502 in process
    assert Counter(rounds[0]) == {200: 6, 503: 4, 502: 2}


def test_on_a_socket_answers_are_lost_slow_or_reset() -> None:
    with serve_in_thread(build(Settings())) as port, ExitStack() as closing, ThreadPoolExecutor() as threads:
        admin, caller = (Connection(port, "acme", closing) for _ in range(2))
        admin.send("POST", "/__admin/scenarios/answer-lost-after-commit")
        with pytest.raises(RemoteDisconnected):
            caller.send("POST", "", SEGMENT)
        assert caller.open_another().send("POST", "", SEGMENT)[0] == 201
        admin.send("POST", "/__admin/scenarios/offline")
        for path in ("", "/mine"):
            with pytest.raises(ConnectionError):
                caller.open_another().send("GET", path)
        admin.send("POST", "/__admin/scenarios/slow")
        slow_call = threads.submit(caller.open_another().send, "GET", f"/{GOLDEN}")
        while not admin.send("GET", "/__admin/faults")[1]["faults"][-1]["hits"]:
            pass
        admin.send("DELETE", "/__admin/scenarios")  # lets the call go on at once
        assert slow_call.result(TIMEOUT_SECONDS)[0] == 200
        assert admin.send("GET", "/__admin/faults")[1]["faults"] == []


def test_offline_for_all_tenants_affects_calls_without_a_tenant_and_new_tenants() -> None:
    client = Client(build(Settings()).flask, "acme")
    scenarios = ScenarioControl(client)
    token_request = {"data": {"grant_type": "client_credentials"}, "auth": ("reader", "secret")}
    scenarios.start("offline")
    assert client.get("").status_code == 502  # a lost connection in process
    assert client.with_token(None).post("//oauth/token", **token_request).status_code == 200
    client.with_token(None).post("//__admin/scenarios/offline")
    assert client.with_token(None).post("//oauth/token", **token_request).status_code == 502
    assert Client(client.flask, "newcomer").get("").status_code == 502
    client.with_token(None).delete("//__admin/scenarios")
    assert client.with_token(None).post("//oauth/token", **token_request).status_code == 200
    assert Client(client.flask, "another").get("").status_code == 200
