"""Worlds: which one a request belongs to, what they share, and when they are dropped."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.records import journal
from mockserver.settings import Settings
from mockserver.simulations import simulation_registry
from mockserver.store import world as tenants
from tests.support.client import Client
from tests.support.live_server import start_server_in_thread
from tests.support.samples import GOLDEN

REMOVE = f"/{GOLDEN}?forceDelete=true"
WAYS = {
    "header": {"X-Mock-World": "Checkout"},
    "header with blanks": {"X-Mock-World": " checkout "},
    "baggage": {"baggage": "mock-world=checkout"},
    "baggage with others": {"baggage": "userId=alice , mock-world = checkout;ttl=1,x-mock-world=other"},
    "baggage with escapes": {"baggage": "mock-world=check%6Fut"},
    "cookie": {"Cookie": "session=1; mock-world=checkout; other-mock-world=no"},
    "quoted cookie": {"Cookie": 'mock-world="checkout"'},
    "host": {"Host": "checkout.localhost:8080"},
    "host in capitals": {"Host": "CHECKOUT.LOCALHOST."},
}
OTHERS = {
    "no world": {},
    "the host localhost": {"Host": "localhost:8080"},
    "another host": {"Host": "checkout.example"},
    "a host that is no name": {"Host": "-.localhost"},
    "a host that only contains the suffix": {"Host": "checkout.localhost.example"},
    "an address": {"Host": "[::1]:8080"},
    "another member": {"baggage": "not-mock-world=checkout"},
    "another cookie": {"Cookie": "my-mock-world=checkout"},
}
INVALID = {  # the headers of a request, the field in the error, and how the message names the place
    "empty header": ({"X-Mock-World": ""}, "X-Mock-World", "the header X-Mock-World"),
    "blank": ({"X-Mock-World": "a b"}, "X-Mock-World", "the header X-Mock-World"),
    "path": ({"X-Mock-World": "../x"}, "X-Mock-World", "the header X-Mock-World"),
    "other letters": ({"X-Mock-World": "größe"}, "X-Mock-World", "the header X-Mock-World"),
    "too long": ({"X-Mock-World": "a" * 65}, "X-Mock-World", "the header X-Mock-World"),
    "baggage": ({"baggage": "mock-world=%00"}, "Baggage", "mock-world in the header Baggage"),
    "cookie": ({"Cookie": "mock-world="}, "Cookie", "mock-world in the header Cookie"),
}


def make(**settings: Any) -> App:
    return build(Settings(**settings))


@pytest.fixture(scope="module")
def app() -> App:
    return make()


@pytest.fixture
def client(app: App) -> Client:
    for simulation in app.simulations.list_named():
        app.simulations.drop_simulation(simulation.name)
    return Client(app.flask, "acme")


def list_worlds(client: Client) -> Any:
    return client.get("//__admin/worlds").get_json()


@pytest.mark.parametrize("way", WAYS)
def test_each_way_leads_to_the_same_world(client: Client, way: str) -> None:
    assert client.delete(REMOVE, headers={"X-Mock-World": "checkout"}).status_code == 204
    reply = client.get(f"/{GOLDEN}", headers=WAYS[way])
    assert (reply.status_code, reply.headers["Vary"]) == (404, "X-Mock-World")
    assert [world["name"] for world in list_worlds(client)["worlds"]] == ["checkout"]


@pytest.mark.parametrize("way", OTHERS)
def test_other_requests_name_no_world(client: Client, way: str) -> None:
    assert client.delete(REMOVE, headers={"X-Mock-World": "checkout"}).status_code == 204
    assert client.get(f"/{GOLDEN}", headers=OTHERS[way]).status_code == 200


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_name_is_a_400_that_says_what_is_valid(client: Client, case: str) -> None:
    headers, field, place = INVALID[case]
    reply = client.get(f"/{GOLDEN}", headers=headers)
    details = reply.get_json()["details"]
    assert (reply.status_code, details["field"], details["type"]) == (400, field, "world")
    assert reply.get_json()["message"] == f"Validation problem with {place}."
    assert "1 to 64 letters, digits, dots, hyphens and underscores" in details["message"]
    assert list_worlds(client)["worlds"] == []


def test_the_header_wins_over_baggage_cookie_and_host(client: Client) -> None:
    ways = {"X-Mock-World": "one", "baggage": "mock-world=two", "Cookie": "mock-world=three", "Host": "four.localhost"}
    for expected in ("one", "two", "three", "four"):
        client.get("", headers=ways)
        assert expected in {world["name"] for world in list_worlds(client)["worlds"]}
        del ways[next(iter(ways))]
    assert len(list_worlds(client)["worlds"]) == 4


@pytest.mark.parametrize("way", ["query", *WAYS])
def test_the_control_plane_is_about_the_world_that_a_call_names(client: Client, way: str) -> None:
    query, headers = ("?world=CHECKOUT", {}) if way == "query" else ("", WAYS[way])
    assert client.post(f"//__admin/reset{query}", headers=headers, json={"to": "empty"}).status_code == 200
    client.get("", headers={"X-Mock-World": "checkout"})
    assert client.post(f"//__admin/reset{query}", headers=headers, json={"to": "empty"}).status_code == 200
    counts = client.get("//__admin/state?world=checkout").get_json()["counts"]
    assert counts["segments"] == 0
    assert client.get("//__admin/state").get_json()["counts"]["segments"] > 0
    (entry,) = client.get(f"//__admin/requests{query}", headers=headers).get_json()["requests"]
    assert (entry["mock"]["world"], entry["mock"]["tenant"]) == ("checkout", "acme")


@pytest.mark.parametrize(
    ("query", "status"), [("world=one&world=two", 400), ("world=one&world=one", 200), ("world=&world=", 200)]
)
def test_a_query_with_different_worlds_is_a_400(client: Client, query: str, status: int) -> None:
    assert client.get(f"//__admin/clock?{query}").status_code == status
    assert "two" not in {world["name"] for world in list_worlds(client)["worlds"]}


def test_the_query_of_the_control_plane_wins_over_the_header(client: Client) -> None:
    client.delete(REMOVE, headers={"X-Mock-World": "one"})
    seen = client.get("//__admin/state/segments?world=one", headers={"X-Mock-World": "two"}).get_json()
    assert GOLDEN not in {segment["id"] for segment in seen}


@pytest.mark.parametrize("query", ["world=%20", "world=a%20b", "tenant=acme&world=%2F"])
def test_an_invalid_world_in_the_query_is_a_400(client: Client, query: str) -> None:
    reply = client.get(f"//__admin/state?{query}")
    assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, "world")


def test_a_world_starts_as_new_tenants_start(client: Client) -> None:
    with_world = {"X-Mock-World": "later"}
    try:
        assert client.post("//__admin/seed", json={"world": "empty"}).status_code == 200
        assert client.send("PUT", "//__admin/settings", json={"delete_missing": "404"}).status_code == 200
        assert client.get("", headers=with_world).get_json() == []
        assert client.delete("/nowhere", headers=with_world).status_code == 404
    finally:
        client.post("//__admin/seed", json={"world": "default"})
        client.post("//__admin/reset")


def test_tokens_and_sessions_of_a_world_are_its_own(client: Client) -> None:
    minted = client.post("//__admin/tokens?world=one", json={"scopes": ["customersegment.segment_read"]})
    other = client.with_token(minted.get_json()["token"])
    assert other.get("", headers={"X-Mock-World": "one"}).status_code == 200
    assert other.get("", headers={"X-Mock-World": "two"}).status_code == 401
    assert other.get("").status_code == 401


def test_coverage_without_a_world_is_that_of_all_worlds(client: Client) -> None:
    client.send("DELETE", "//__admin/coverage")
    names = [None, "one", "two"]
    for name in names:
        client.get("", headers={"X-Mock-World": name} if name else {})

    def count_hits(query: str = "") -> int:
        report = client.get(f"//__admin/coverage{query}").get_json()
        calls = {operation["id"]: operation["calls"] for operation in report["operations"]}
        return int(calls["GET-customer-segment-retrieve-segments"])

    assert (count_hits(), count_hits("?world=one")) == (3, 1)
    assert client.send("DELETE", "//__admin/worlds/One").status_code == 204
    assert count_hits() == 3
    client.send("DELETE", "//__admin/coverage")
    assert count_hits() == 0


def test_dropping_an_unknown_world_is_a_404(client: Client) -> None:
    assert client.send("DELETE", "//__admin/worlds/nowhere").status_code == 404


def test_a_dropped_world_starts_again(client: Client) -> None:
    client.delete(REMOVE, headers={"X-Mock-World": "checkout"})
    client.send("DELETE", "//__admin/worlds/checkout")
    assert client.get(f"/{GOLDEN}", headers={"X-Mock-World": "checkout"}).status_code == 200


def test_the_world_used_least_recently_is_dropped_when_there_are_too_many() -> None:
    app = make(max_worlds=2)
    client = Client(app.flask, "acme")
    for name in ("one", "two", "one", "three"):
        assert client.delete(REMOVE, headers={"X-Mock-World": name}).status_code == 204
    answer = list_worlds(client)
    assert [world["name"] for world in answer["worlds"]] == ["one", "three"]
    assert (answer["limits"], answer["dropped"]) == ({"worlds": 2, "idleMinutes": 1440}, 1)


def test_idle_worlds_are_dropped_when_a_new_one_appears(monkeypatch: pytest.MonkeyPatch) -> None:
    app, now = make(idle_minutes=2), [1000.0]
    monkeypatch.setattr(simulation_registry, "monotonic", lambda: now[0])
    client = Client(app.flask, "acme")
    client.get("", headers={"X-Mock-World": "old"})
    now[0] += 100
    client.get("", headers={"X-Mock-World": "young"})
    now[0] += 100
    client.get("", headers={"X-Mock-World": "new"})
    assert [world["name"] for world in list_worlds(client)["worlds"]] == ["new", "young"]


def test_idle_and_surplus_tenants_are_dropped_but_not_the_default_one(monkeypatch: pytest.MonkeyPatch) -> None:
    app, now = make(max_tenants=3, idle_minutes=2), [1000.0]
    monkeypatch.setattr(tenants, "monotonic", lambda: now[0])

    def use(*names: str) -> None:
        for name in names:
            now[0] += 1
            assert Client(app.flask, name).get("").status_code == 200

    def list_tenants() -> list[str]:
        return app.world.tenant_names

    use("acme", "one", "two", "one", "three")
    assert list_tenants() == ["acme", "one", "three"]
    now[0] += 121
    use("four")
    assert list_tenants() == ["acme", "four"]
    answer = Client(app.flask, "acme").get("//__admin/tenants").get_json()
    assert (answer["limits"], answer["dropped"]) == ({"tenants": 3, "idleMinutes": 2}, 3)


def test_a_state_file_keeps_all_tenants(tmp_path: Path) -> None:
    app = make(state=tmp_path / "shop.state.yaml")
    answer = Client(app.flask, "acme").get("//__admin/tenants")
    assert answer.status_code == 200
    assert answer.get_json()["limits"] == {"tenants": None, "idleMinutes": None}


def test_a_server_may_require_a_world() -> None:
    app = make(require_world=True)
    client = Client(app.flask, "acme")
    reply = client.get("")
    assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, "X-Mock-World")
    assert reply.get_json()["message"] == "The header X-Mock-World is missing."
    assert "--require-world" in reply.get_json()["details"]["message"]
    assert client.get("", headers={"X-Mock-World": "one"}).status_code == 200
    assert client.get("//__admin/state").status_code == 200
    assert client.send("OPTIONS", "").status_code == 204


def test_a_page_may_send_the_header_and_its_responses_vary_by_it(client: Client) -> None:
    page = {"Origin": "http://localhost:3000"}
    asked = page | {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization, x-mock-world",
    }
    preflight = client.with_token(None).send("OPTIONS", "", headers=asked)
    assert preflight.status_code == 204
    assert "x-mock-world" in preflight.headers["Access-Control-Allow-Headers"].lower()
    for headers in (page, page | {"X-Mock-World": "checkout"}):
        vary = client.get("", headers=headers).vary
        assert {"x-mock-world", "origin"} <= set(vary.as_set())


def test_a_fault_of_a_world_holds_only_its_own_calls(app: App, client: Client) -> None:
    rule = {"operation": "GET-customer-segment-retrieve-segments", "response": {"fixedDelayMilliseconds": 1}}
    assert not app.simulations.has_timed_faults
    added = client.post("//__admin/faults?world=slow", json=rule)
    assert (added.status_code, app.simulations.has_timed_faults, app.faults.faults) == (201, True, ())
    client.send("DELETE", "//__admin/worlds/slow")
    assert not app.simulations.has_timed_faults


def test_journals_of_all_worlds_share_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_TOTAL_JOURNAL_BYTES", 40_000)
    monkeypatch.setattr(journal, "BYTES_BETWEEN_CHECKS", 4_000)
    app = make()
    client = Client(app.flask, "acme")
    for number in range(60):
        client.get("", headers={"X-Mock-World": f"w{number % 10}"})
    sizes = [
        record.journal.size_bytes
        for simulation in app.simulations.list_all()
        for record in simulation.records.list_records(None)
    ]
    assert sum(sizes) <= 44_000


def test_worlds_work_over_a_socket_too() -> None:
    app = build(Settings())
    with start_server_in_thread(app) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request(
            "GET",
            "/customer-segment/acme/segments",
            headers={"Authorization": "Bearer admin-token", "Host": "shop.localhost"},
        )
        assert connection.getresponse().status == 200
        connection.close()
    assert [simulation.name for simulation in app.simulations.list_named()] == ["shop"]
