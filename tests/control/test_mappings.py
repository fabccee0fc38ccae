"""Stubs of WireMock under `/__admin/mappings`: they become faults, or are refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from wiremock.constants import Config
from wiremock.resources.mappings import HttpMethods, Mapping, MappingRequest, MappingResponse
from wiremock.resources.mappings.resource import Mappings

from mockserver.app import App, build
from mockserver.control.mappings import stub_parsing
from mockserver.practices import regexes
from mockserver.practices.regexes import Deadline
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.live_server import send_request, start_server
from tests.support.samples import GOLDEN, ITEM

BASE = "/customer-segment/acme/segments"
ID = "11111111-2222-4333-8444-555555555555"


class StubClient:
    """Creates stubs, and calls what they answer."""

    def __init__(self, app: App) -> None:
        self.api = Client(app.flask, "acme")
        self.admin = Client(app.flask, "acme", None)

    def call(self, method: str, path: str = "", body: Any = None, status: int = 200) -> Any:
        reply = self.admin.send(method, f"//__admin/mappings{path}", json=body)
        assert reply.status_code == status, reply.text
        return reply.get_json()

    def create(self, status: int = 201, **stub: Any) -> Any:
        return self.call("POST", "", stub, status)

    def get(self, path: str = f"/{GOLDEN}", **parameters: Any) -> int:
        return int(self.api.get(path, **parameters).status_code)


@pytest.fixture(scope="module")
def app() -> App:
    return build(Settings())


@pytest.fixture
def stubs(app: App) -> Iterator[StubClient]:
    yield StubClient(app)
    app.faults.remove_tenant_faults(None)


def test_a_stub_answers_the_requests_that_match(stubs: StubClient) -> None:
    request = {"method": "GET", "urlPath": f"{BASE}/items", "queryParameters": {"q": {"contains": "PRODUCT"}}}
    stub = stubs.create(request=request, response={"status": 503, "headers": {"Retry-After": "7"}})
    reply = stubs.api.get("/items", query_string={"q": "type:PRODUCT"})
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "7")
    assert reply.headers["X-Mock-Hint"] == f"injected by {stub['id']}"
    assert (stubs.get("/items"), stubs.get()) == (200, 200)
    stubs.call("DELETE", f"/{stub['id']}")
    assert stubs.get("/items", query_string={"q": "type:PRODUCT"}) == 200


MATCHED = [
    ({"url": f"{BASE}{ITEM}"}, True),
    ({"url": f"{BASE}{ITEM}?x=1"}, False),
    ({"urlPattern": f"{BASE}/.*"}, True),
    ({"urlPathPattern": ".*/items/.*"}, True),
    ({"urlPathTemplate": f"{BASE}/{{s}}/items/{{t}}/{{i}}", "pathParameters": {"t": {"equalTo": "PRODUCT"}}}, True),
    ({"urlPathTemplate": f"{BASE}/{{s}}/items/{{t}}/{{i}}", "pathParameters": {"t": {"equalTo": "CATEGORY"}}}, False),
    ({"bodyPatterns": [{"matchesJsonPath": "$.mixins.a"}]}, True),
    ({"bodyPatterns": [{"matchesJsonPath": "$.mixins.b"}]}, False),
    ({"headers": {"x-mock-test": {"equalTo": "mine"}}}, True),
    ({"clientIp": {"equalTo": "10.0.0.1"}}, False),
    ({"method": "ANY"}, True),
    ({"method": "GET"}, False),
    ({"method": "GET_OR_HEAD"}, False),
    ({"operationId": "PUT-customer-segment-update-item"}, True),
    ({}, True),
]


@pytest.mark.parametrize(("request_json", "matches"), MATCHED, ids=str)
def test_patterns_of_stubs(stubs: StubClient, request_json: dict[str, Any], matches: bool) -> None:
    stubs.create(request=request_json, response={"status": 503})
    reply = stubs.api.put(ITEM, json={"mixins": {"a": 1}}, headers={"X-Mock-Test": "mine"})
    assert (reply.status_code == 503) is matches


def test_the_latest_stub_wins_unless_another_has_priority(stubs: StubClient) -> None:
    request = {"urlPath": f"{BASE}/{GOLDEN}"}
    for status, more in ((502, {}), (503, {}), (429, {"priority": 1}), (504, {"priority": 9})):
        stubs.create(request=request, response={"status": status}, **more)
    assert [stub["response"]["status"] for stub in stubs.call("GET")["mappings"]] == [429, 503, 502, 504]
    for status in (429, 503, 502, 504):
        assert stubs.get() == status
        stubs.call("DELETE", f"/{stubs.call('GET')['mappings'][0]['id']}")
    assert stubs.get() == 200


def test_other_faults_come_before_stubs(stubs: StubClient) -> None:
    stubs.create(request={"urlPath": f"{BASE}/{GOLDEN}"}, response={"status": 503})
    fault = {"operation": "GET-customer-segment-retrieve-segment", "times": 1, "response": {"status": 502}}
    assert stubs.admin.post("//__admin/faults", json=fault).status_code == 201
    assert [stubs.get(), stubs.get()] == [502, 503]
    shown = stubs.admin.get("//__admin/faults").get_json()["faults"]
    assert [fault.get("stub", {}).get("response") for fault in shown] == [None, {"status": 503}]
    assert [(fault["seen"], fault["hits"]) for fault in shown] == [(2, 1), (1, 1)]
    assert stubs.call("GET")["meta"] == {"total": 1}


def test_a_stub_is_shown_found_and_replaced(stubs: StubClient) -> None:
    request, metadata = {"method": "GET", "url": f"{BASE}/{GOLDEN}"}, {"suite": "checkout"}
    stub = stubs.create(id=ID, name="gone", request=request, response={"status": 404}, metadata=metadata)
    assert stub == stubs.call("GET", f"/{ID}")
    assert (stub["id"], stub["uuid"], stub["name"], stub["request"]) == (ID, ID, "gone", request)
    stubs.create(422, id=ID, request=request, response={"status": 404})
    suite = {"matchesJsonPath": {"expression": "$.suite", "equalTo": "checkout"}}
    assert stubs.call("POST", "/find-by-metadata", suite)["mappings"] == [stub]
    assert stubs.call("POST", "/find-by-metadata", {"equalToJson": {}})["mappings"] == []
    stubs.call("PUT", f"/{ID}", {"request": request, "response": {"status": 418}}, 422)
    assert stubs.get() == 404
    stubs.call("PUT", f"/{ID}", {"request": request, "response": {"status": 502}, "metadata": metadata})
    assert stubs.get() == 502
    stubs.call("PUT", f"/{ID}", {"request": request, "response": {"status": 503}, "metadata": metadata, "priority": 1})
    assert stubs.get() == 503
    stubs.call("POST", "/remove-by-metadata", suite)
    assert stubs.get() == 200
    for method in ("GET", "PUT", "DELETE"):
        stubs.call(method, f"/{ID}", {} if method == "PUT" else None, 404)


@pytest.mark.parametrize("removal", ["DELETE", "POST /reset", "POST /remove", "POST //__admin/reset"])
def test_stubs_are_removed(stubs: StubClient, removal: str) -> None:
    stub = stubs.create(request={}, response={"status": 503})
    method, _, path = removal.partition(" ")
    if path.startswith("//"):
        stubs.admin.post(path)
    else:
        stubs.call(method, path, stub if path == "/remove" else None)
    assert (stubs.call("GET")["mappings"], stubs.get()) == ([], 200)


def test_a_stub_without_id_removes_those_with_the_same_request(stubs: StubClient) -> None:
    for path in ("a", "a", "b"):
        stubs.create(request={"url": f"{BASE}/{path}"}, response={"status": 404})
    stubs.call("POST", "/remove", {"request": {"url": f"{BASE}/a"}, "response": {}})
    assert [stub["request"]["url"] for stub in stubs.call("GET")["mappings"]] == [f"{BASE}/b"]
    stubs.call("POST", "/remove", {"request": {"url": f"{BASE}/a"}}, 404)
    stubs.call("POST", "/remove", {"id": ID}, 404)
    # WireMock's client for Java sends a new id with each mapping that it removes.
    stubs.call("POST", "/remove", {"id": ID, "request": {"url": f"{BASE}/b"}})
    assert stubs.call("GET")["mappings"] == []


def list_ids(stubs: StubClient) -> list[str]:
    return [stub["id"] for stub in stubs.call("GET")["mappings"]]


def stub_of(id_: str, status: int, **more: Any) -> dict[str, Any]:
    return {"id": id_, "request": {"urlPath": f"{BASE}/{GOLDEN}"}, "response": {"status": status}, **more}


IMPORTS: list[tuple[dict[str, Any], list[str], int]] = [
    ({}, ["new", "old", "other"], 502),
    ({"duplicatePolicy": "OVERWRITE"}, ["new", "old", "other"], 502),
    ({"duplicatePolicy": "IGNORE"}, ["new", "old", "other"], 503),
    ({"duplicatePolicy": None, "deleteAllNotInImport": True}, ["new", "old"], 502),
    ({"duplicatePolicy": "IGNORE", "deleteAllNotInImport": True}, ["new", "old"], 503),
]


@pytest.mark.parametrize(("options", "ids", "status"), IMPORTS, ids=str)
def test_an_import_adds_and_replaces_stubs(
    stubs: StubClient, options: dict[str, Any], ids: list[str], status: int
) -> None:
    stubs.create(**stub_of("other", 404))
    stubs.create(**stub_of("old", 503))
    body = {"mappings": [stub_of("new", 500), stub_of("old", 502)], "importOptions": options}
    stubs.call("POST", "/import", body)
    assert list_ids(stubs) == ids
    stubs.call("DELETE", "/new")
    assert stubs.get() == status


def test_of_imported_stubs_the_first_is_tried_first(stubs: StubClient) -> None:
    stubs.call("POST", "/import", {"mappings": [stub_of("a", 502), stub_of("b", 503), stub_of("c", 500, priority=1)]})
    assert list_ids(stubs) == ["c", "a", "b"]
    exported = stubs.call("GET")
    stubs.call("DELETE")
    stubs.call("POST", "/import", exported)
    assert stubs.call("GET") == exported


def test_an_import_for_a_tenant_leaves_others_alone(stubs: StubClient) -> None:
    stubs.create(**stub_of("all", 503))
    body = {"mappings": [stub_of("own", 502)], "importOptions": {"deleteAllNotInImport": True}}
    stubs.call("POST", "/import?tenant=acme", body)
    stubs.call("POST", "/import", {"tenant": "acme", "mappings": [stub_of("named", 500)]})
    stubs.call("POST", "/import", {"mappings": [stub_of("foreign", 404, tenant="other")]})
    assert list_ids(stubs) == ["foreign", "named", "own", "all"]
    faults = stubs.admin.get("//__admin/faults").get_json()["faults"]
    assert [fault.get("tenant") for fault in faults] == ["other", "acme", "acme", None]
    assert (
        "belongs to a fault"
        in stubs.call("POST", "/import?tenant=acme", {"mappings": [stub_of("all", 404)]}, 422)["message"]
    )


@pytest.mark.parametrize(
    ("mappings", "status", "message"),
    [
        ([stub_of("a", 503), stub_of("b", 418)], 422, "mappings/1: GET-customer-segment-retrieve-segment has no"),
        ([stub_of("a", 503), {"scenarioName": "x"}], 422, "mappings/1: A stub cannot have scenarioName"),
        ([stub_of(f"s{number}", 503) for number in range(1000)], 422, "There can be 1000 faults"),
        (
            [
                {
                    "response": {
                        "fault": "EMPTY_RESPONSE",
                        "chunkedDribbleDelay": {"numberOfChunks": 1, "totalDuration": 1},
                    }
                }
            ],
            400,
            "/mappings/0/response/fault",
        ),
        ([{"priority": "high"}], 400, "mappings/0/priority"),
        (None, 400, "mappings"),
        ("x", 400, "mappings"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_import_with_a_mistake_changes_nothing(stubs: StubClient, mappings: Any, status: int, message: str) -> None:
    stubs.create(**stub_of("kept", 503))
    body = {"mappings": mappings, "importOptions": {"deleteAllNotInImport": True}}
    if len(mappings or "") == 1000:
        body["importOptions"] = {}
    reply = stubs.call("POST", "/import", body, status)
    assert message in reply["message"] + str(reply.get("details"))
    assert list_ids(stubs) == ["kept"]


def test_what_stubs_cannot_do_is_refused_with_what_does_it(stubs: StubClient) -> None:
    assert "POST /__admin/mappings/import" in stubs.call("POST", "/save", {}, 422)["message"]
    for delay in ({"fixedDelay": 5}, {"delayDistribution": {"type": "uniform", "lower": 1, "upper": 2}}):
        reply = stubs.admin.post("//__admin/settings", json=delay)
        assert (reply.status_code, "POST /__admin/faults" in reply.get_json()["message"]) == (422, True)
    assert stubs.admin.post("//__admin/settings", json={"fixedDelay": None}).status_code == 200
    assert stubs.admin.post("//__admin/scenarios/reset").get_json() == {}


def test_a_stub_of_a_tenant_leaves_others_alone(stubs: StubClient) -> None:
    stubs.create(tenant="acme", request={"urlPathPattern": ".*"}, response={"status": 503})
    other = Client(stubs.api.flask, "other")
    assert (stubs.get(), other.get("/items").status_code) == (503, 200)
    assert stubs.call("GET", "?tenant=other")["mappings"] == []
    stubs.call("DELETE", "?tenant=other")
    assert stubs.get() == 503
    stubs.call("POST", "/reset?tenant=acme")
    assert stubs.get() == 200


ITEMS = {"method": "GET", "url": f"{BASE}/items"}
RESPONSES = [
    ({}, 200),
    ({"status": 404}, 422),
    ({"status": 200, "jsonBody": []}, 200),
    ({"status": 200, "body": "[]", "headers": {"content-type": "application/json; charset=utf-8"}}, 200),
    ({"status": 200, "body": "[]", "fixedDelayMilliseconds": 1}, 200),
    ({"status": 500, "jsonBody": "broken"}, 500),
    ({"status": 500, "delayDistribution": {"type": "uniform", "lower": 0, "upper": 1}}, 500),
    ({"status": 200, "fault": "EMPTY_RESPONSE"}, 502),
    ({"status": 200, "jsonBody": None}, 200),
]


@pytest.mark.parametrize(("response", "status"), RESPONSES, ids=str)
def test_responses_of_stubs(stubs: StubClient, response: dict[str, Any], status: int) -> None:
    if status == 422:
        stubs.create(422, request=ITEMS, response=response)
        return
    stubs.create(request=ITEMS, response=response)
    reply = stubs.api.get("/items")
    assert reply.status_code == status  # a test client cannot show a broken connection: it gets a 502
    assert reply.headers["Content-Type"] == "application/json"


REFUSED = [
    ({"scenarioName": "x"}, "A stub cannot have scenarioName: stubs have no states"),
    ({"requiredScenarioState": "x"}, "stubs have no states"),
    ({"persistent": True}, "A stub cannot have persistent: stubs live in memory"),
    ({"postServeActions": {}}, "A stub cannot have postServeActions"),
    ({"colour": "red"}, "A stub cannot have colour. It can have id, uuid, name, priority, request"),
    ({"response": {"proxyBaseUrl": "http://x"}}, "cannot have proxyBaseUrl: nothing is forwarded"),
    ({"response": {"transformers": ["response-template"]}}, "cannot have transformers: responses are not templates"),
    ({"response": {"bodyFileName": "x"}}, "cannot have bodyFileName: there are no files"),
    ({"response": {"base64Body": "x"}}, "cannot have base64Body"),
    ({"response": {"statusMessage": "x"}}, "cannot have statusMessage"),
    ({"response": {"status": 418}}, "has no status 418; choose one of"),
    ({"response": {"status": 200, "jsonBody": {}}}, "does not allow this jsonBody"),
    ({"response": {"body": "hello"}}, "The body of a stub must be JSON"),
    ({"response": {"headers": {"Content-Type": "text/html"}}}, "The Content-Type of a stub is application/json."),
    ({"response": {"headers": {"X-A": ["1", "2"]}}}, "The header X-A needs one text"),
    ({"response": {"delayDistribution": {"type": "lognormal"}}}, "A delayDistribution is uniform"),
    ({"request": {"url": "/fee/acme/fees"}}, "No operation answers ANY /fee/acme/fees, and a stub cannot add one."),
    ({"request": {"method": "BREW"}}, "No operation answers BREW"),
    ({"request": {"method": "PATCH", "url": f"{BASE}/search/x"}}, "No operation answers PATCH"),
    ({"request": {"tenant": "acme"}}, "The tenant belongs next to the request"),
    ({"request": {"bodyPatterns": [{"equalToXml": "<a/>"}]}}, "equalToXml is not supported"),
    ({"request": {"urlPattern": "("}}, "The regex cannot be used"),
]


@pytest.mark.parametrize(("stub", "message"), REFUSED, ids=lambda value: str(value)[:60])
def test_a_stub_that_no_fault_can_be_is_refused(stubs: StubClient, stub: dict[str, Any], message: str) -> None:
    complete = {"request": ITEMS, "response": {"status": 200, "jsonBody": []}} | stub
    assert message in stubs.call("POST", "", complete, 422)["message"]
    assert stubs.call("GET")["mappings"] == []


INVALID: list[Any] = [
    None,
    [],
    "x",
    {"request": []},
    {"request": "x"},
    {"response": []},
    {"response": {"status": "200"}},
    {"response": {"status": 99}},
    {"response": {"status": 1000}},
    {"response": {"status": True}},
    {"response": {"headers": []}},
    {"response": {"body": {}}},
    {"response": {"fault": "NOTHING"}},
    {"response": {"fixedDelayMilliseconds": -1}},
    {"response": {"fixedDelayMilliseconds": 1e9}},
    {"response": {"fault": "EMPTY_RESPONSE", "chunkedDribbleDelay": {"numberOfChunks": 1, "totalDuration": 1}}},
    {"response": {"status": 503, "headers": {"Content-Length": "1"}}},
    {"response": {"status": 503, "headers": {"X-A": "a\r\nb"}}},
    {"response": {"status": 503, "jsonBody": "x" * 70_000}},
    {"id": "a b"},
    {"id": "x" * 101},
    {"id": 5},
    {"priority": 0},
    {"priority": "high"},
    {"metadata": []},
    {"request": {"method": {"isOneOf": ["GET"]}}},
    {"request": {"customMatcher": {"name": "x"}}},
    {"request": {"multipartPatterns": []}},
]


@pytest.mark.parametrize("stub", INVALID, ids=lambda value: str(value)[:60])
def test_an_invalid_stub_is_refused(stubs: StubClient, stub: Any) -> None:
    stubs.call("POST", "", stub, 400)
    assert stubs.call("GET")["mappings"] == []
    stubs.call("POST", "/find-by-metadata", {"near": "x"}, 422)


def test_stubs_with_expensive_patterns_match_nothing_and_share_the_time_of_a_call(
    stubs: StubClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlines: list[Deadline] = []

    def start_deadline() -> Deadline:
        deadlines.append(Deadline())
        return deadlines[-1]

    monkeypatch.setattr(regexes, "MAX_SEARCH_SECONDS", 0.05)
    monkeypatch.setattr(stub_parsing, "Deadline", start_deadline)
    for number in range(20):
        request = {"headers": {"x-long": {"matches": rf"^(.|..)*(a+)+\d{number}$"}}}
        stubs.create(request=request, response={"status": 503})
    assert stubs.get(headers={"X-Long": "a" * 5000}) == 200
    assert len(deadlines) == 1
    stubs.create(request={"method": "GET"}, response={"status": 502})
    assert stubs.get(headers={"X-Long": "a" * 5000}) == 502
    assert len(deadlines) == 2


def test_wiremocks_client_manages_stubs() -> None:
    with start_server() as (_, ready):
        Config.base_url = f"{ready['url']}/__admin"
        url = f"{BASE}/{GOLDEN}"
        request = MappingRequest(method=HttpMethods.GET, url=url)
        created = Mappings.create_mapping(
            Mapping(request=request, response=MappingResponse(status=404), persistent=False, metadata={"suite": "x"})
        )
        assert send_request(f"{ready['url']}{url}")[0] == 404
        created.response = MappingResponse(status=503, body='{"down": true}')
        Mappings.update_mapping(created)
        assert send_request(f"{ready['url']}{url}") == (503, {"down": True})
        assert Mappings.retrieve_mapping(created).response.status == 503
        assert Mappings.retrieve_all_mappings().meta.total == 1
        Mappings.delete_mapping_by_metadata({"matchesJsonPath": "$.suite"})
        assert send_request(f"{ready['url']}{url}")[0] == 200
        Mappings.reset_mappings()
        Mappings.delete_all_mappings()
