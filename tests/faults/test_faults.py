"""Fault injection: matching calls get the fault, and other calls do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mockserver.app import App, build
from mockserver.contract.operations import Operation
from mockserver.faults.fault import Delay
from mockserver.faults.injected_errors import GatewayError
from mockserver.faults.registry import MAX_FAULTS
from mockserver.settings import Settings
from tests.support.client import Admin, Client
from tests.support.clock import ManualClock
from tests.support.samples import GOLDEN, HAMMER, ITEM, NEW_ITEM, SCREWDRIVER, TOOL_FANS

APP = build(Settings(), ManualClock())  # for faults without a tenant, which would disturb other tests
OPERATIONS = {operation.id: operation for operation in APP.api_operations}
STATUSES = [(id_, status) for id_, operation in OPERATIONS.items() for status in operation.reply_validators]
GET, PUT, PATCH, POST = (
    "GET-customer-segment-retrieve-item",
    "PUT-customer-segment-update-item",
    "PATCH-customer-segment-update-segment",
    "POST-customer-segment-create-segment",
)
BULK = "PUT-customer-segment-update-items-bulk"
BROKEN_CONNECTIONS = ["CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE"]


class FaultControl(Admin):
    """Injects faults for one tenant."""

    def inject(self, **rule: Any) -> str:
        id_: str = self.call("POST", "/faults", rule, 201)["id"]
        return id_

    def refusal(self, status: int, **rule: Any) -> str:
        """Post an invalid fault. Return the message of the refusal."""
        body = self.call("POST", "/faults", rule, status)
        return str(body.get("details", body)["message"])

    def read_counts(self, id_: str) -> tuple[int, int]:
        shown = self.call("GET", f"/faults/{id_}")
        return shown["seen"], shown["hits"]


@pytest.fixture
def faults(client: Client) -> FaultControl:
    return FaultControl(client)


@pytest.fixture
def global_faults() -> Iterator[FaultControl]:
    """Yield a control that injects faults for all tenants of a separate simulator."""
    faults = FaultControl(Client(APP.flask, "acme"))
    yield faults
    faults.client.delete("//__admin/faults")


def call_operation(client: Client, operation: Operation, **request: Any) -> TestResponse:
    """Call an operation with unknown ids."""
    path = re.sub(r"{(\w+)}", lambda name: client.tenant if name[1] == "tenant" else "none", operation.path)
    return client.send(operation.method, f"/{path}", **request)


def test_a_fault_answers_in_the_vendors_shape_and_changes_nothing(client: Client, faults: FaultControl) -> None:
    before = client.list_all_items()
    id_ = faults.inject(operation=PUT, response={"status": 409})
    reply = client.put(ITEM, json={})
    assert (reply.status_code, reply.get_json()["message"][:21]) == (409, "The resource you are ")
    assert reply.headers["X-Mock-Hint"] == f"injected by {id_}"
    assert reply.headers["X-Mock-Explain"]
    assert client.list_all_items() == before
    assert client.get(ITEM).status_code == 200


@pytest.mark.parametrize(("id_", "status"), STATUSES)
def test_every_declared_status_can_be_injected(global_faults: FaultControl, id_: str, status: int) -> None:
    operation = OPERATIONS[id_]
    global_faults.client.post("//__admin/faults", json={"operation": id_, "response": {"status": status}})
    reply = call_operation(global_faults.client, operation)
    assert reply.status_code == status
    body = reply.get_json() if reply.data else None
    assert operation.reply_violation(status, body) is None


@pytest.mark.parametrize("status", GatewayError.REASONS)
def test_gateway_failures_can_be_injected_too(client: Client, faults: FaultControl, status: int) -> None:
    faults.inject(response={"status": status})
    reply = client.get(ITEM)
    assert reply.status_code == status
    assert reply.get_json() == {
        "code": status,
        "status": GatewayError.REASONS[status],
        "message": f"{GatewayError.REASONS[status]} (injected).",
    }
    assert reply.headers.get("Retry-After") == ("1" if status in (429, 503) else None)


def test_f7a_a_504_can_be_the_gateways_read_timeout(client: Client, faults: FaultControl) -> None:
    faults.inject(response={"status": 504, "example": "timeout"}, times=1)
    preferred = {"Prefer": "code=504, example=timeout"}
    for reply in (client.get(ITEM), client.get(ITEM, headers=preferred)):
        assert reply.status_code == 504
        detail = {"errorcode": "messaging.adaptors.http.flow.GatewayTimeout", "reason": "TARGET_READ_TIMEOUT"}
        assert reply.get_json() == {"fault": {"faultstring": "Gateway Timeout", "detail": detail}}
    assert client.get(ITEM).status_code == 200
    assert "gateway" in faults.refusal(422, response={"status": 503, "example": "timeout"})


def test_the_fault_decides_the_response(client: Client, faults: FaultControl) -> None:
    body = {"code": 409, "status": "Conflict", "message": "Locked by an import."}
    faults.inject(
        operation=PUT,
        response={"status": 409, "jsonBody": body, "retryAfter": 30, "headers": {"X-Import": "7"}},
    )
    reply = client.put(ITEM, json={})
    assert (reply.get_json(), reply.headers["Retry-After"], reply.headers["X-Import"]) == (body, "30", "7")


@pytest.mark.parametrize(
    ("operation", "status", "example", "message"),
    [
        (PUT, 409, "stale", "The resource you are attempting to access has changed."),
        (PUT, 409, "exists", "The resource already exists."),
        (POST, 409, None, "The resource already exists."),
        (PUT, 400, "parameters", "Validation problem with request parameters."),
        (GET, 404, "missing", f"The resource with id {HAMMER} has not been found."),
    ],
)
def test_examples_are_those_of_our_own_errors(
    client: Client, faults: FaultControl, operation: str, status: int, example: str | None, message: str
) -> None:
    response = {"status": status} | ({"example": example} if example else {})
    faults.inject(operation=operation, response=response)
    calls = {GET: lambda: client.get(ITEM), PUT: lambda: client.put(ITEM), POST: lambda: client.post("", json={})}
    reply = calls[operation]()
    assert (reply.status_code, reply.get_json()["message"]) == (status, message)


@pytest.mark.parametrize(
    ("example", "text"), [("invalid", "Invalid access token"), ("expired", "Access Token expired")]
)
def test_a_401_is_the_gateways_fault(client: Client, faults: FaultControl, example: str, text: str) -> None:
    faults.inject(response={"status": 401, "example": example})
    assert client.get(ITEM).get_json()["fault"]["faultstring"] == text


def send(client: Client, path: str = ITEM, token: str = "admin-token", **headers: str) -> int:
    return client.with_token(token).get(path, headers=headers).status_code


@pytest.mark.parametrize(
    ("rule", "matching", "not_met"),
    [
        ({"operation": GET}, {}, {"path": f"/{GOLDEN}/items"}),
        ({"path": {"segmentId": GOLDEN}}, {}, {"path": f"/{TOOL_FANS}/items"}),
        ({"path": {"segmentId": GOLDEN, "itemId": HAMMER}}, {}, {"path": f"/{GOLDEN}/items/PRODUCT/{SCREWDRIVER}"}),
        ({"path": {"itemId": "a/b ü"}}, {"path": f"/{GOLDEN}/items/PRODUCT/a%2Fb%20%C3%BC"}, {}),
        ({"persona": "read-token"}, {"token": "read-token"}, {"token": "admin-token"}),
        ({"persona": "expired-token"}, {"token": "expired-token"}, {}),
        ({"headers": {"X-Test": "a"}}, {"x-test": "a"}, {"X-Test": "b"}),
        (
            {"headers": {"X-Test": "a"}, "persona": "read-token"},
            {"x-test": "a", "token": "read-token"},
            {"x-test": "a"},
        ),
    ],
    ids=str,
)
def test_a_fault_matches_calls_that_meet_all_its_conditions(
    client: Client, faults: FaultControl, rule: Any, matching: Any, not_met: Any
) -> None:
    id_ = faults.inject(**rule, response={"status": 504})
    assert send(client, **not_met) == 200
    assert send(client, **matching) == 504
    assert faults.read_counts(id_) == (1, 1)


def test_skip_and_times_count_matching_calls(client: Client, faults: FaultControl) -> None:
    id_ = faults.inject(operation=GET, skip=1, times=2, response={"status": 503})
    client.get("")
    assert [client.get(ITEM).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    assert faults.read_counts(id_) == (5, 2)


def test_the_first_fault_that_decides_the_response_wins(client: Client, faults: FaultControl) -> None:
    first = faults.inject(times=1, response={"status": 503})
    second = faults.inject(response={"status": 504})
    assert [client.get(ITEM).status_code for _ in range(2)] == [503, 504]
    assert [faults.read_counts(id_) for id_ in (first, second)] == [(2, 1), (1, 1)]


def test_a_fault_for_all_operations_applies_where_its_status_is_declared(client: Client, faults: FaultControl) -> None:
    faults.inject(response={"status": 409})
    assert client.get(ITEM).status_code == 200
    assert client.put(ITEM).status_code == 409


def test_faults_of_one_tenant_do_not_affect_another(client: Client, faults: FaultControl) -> None:
    other = Client(client.flask, f"{client.tenant}b")
    id_ = faults.inject(response={"status": 503})
    assert (other.get(ITEM).status_code, client.get(ITEM).status_code) == (200, 503)
    assert [rule["id"] for rule in faults.call("GET", "/faults")["faults"]] == [id_]
    assert FaultControl(other).call("GET", "/faults") == {"faults": []}
    FaultControl(other).call("DELETE", "/faults")
    FaultControl(other).call("POST", "/reset")
    assert client.get(ITEM).status_code == 503


def test_a_fault_without_tenant_is_for_all_and_outlives_the_reset_of_one(global_faults: FaultControl) -> None:
    caller = global_faults.client
    caller.post("//__admin/faults", json={"id": "all", "response": {"status": 503}})
    assert [Client(APP.flask, tenant).get(ITEM).status_code for tenant in ("acme", "other")] == [503, 503]
    assert caller.post("//oauth/token").status_code == 503
    caller.post("//__admin/reset?tenant=acme")
    assert [rule["id"] for rule in global_faults.call("GET", "/faults")["faults"]] == ["all"]
    assert caller.post("//__admin/reset").get_json()["reset"][-1] == "faults"
    assert global_faults.call("GET", "/faults") == {"faults": []}


@pytest.mark.parametrize(("method", "path"), [("POST", "/reset"), ("DELETE", "/faults"), ("DELETE", "/faults/mine")])
def test_a_reset_or_a_delete_removes_faults(client: Client, faults: FaultControl, method: str, path: str) -> None:
    faults.call("DELETE", "/faults")
    mine = f"mine-{client.tenant}"
    faults.inject(id=mine, response={"status": 503})
    assert client.get(ITEM).status_code == 503
    faults.call(method, path.replace("mine", mine), status=204 if path.endswith("mine") else 200)
    assert client.get(ITEM).status_code == 200
    assert mine in faults.call("GET", f"/faults/{mine}", status=404)["message"]


def test_dropping_a_tenant_removes_its_faults(client: Client, faults: FaultControl) -> None:
    faults.inject(response={"status": 503})
    client.get(ITEM)
    faults.call("DELETE", f"/tenants/{client.tenant}", status=204)
    assert client.get(ITEM).status_code == 200


def test_a_report_is_the_fault_and_its_counts(client: Client, faults: FaultControl) -> None:
    fault = {"id": f"x-{client.tenant}", "operation": GET, "times": 3, "response": {"status": 404}}
    counts = {"seen": 0, "hits": 0, "held": 0, "timedOut": 0}
    report = faults.call("POST", "/faults", fault, 201)
    assert report == {**fault, "tenant": client.tenant, **counts}
    assert faults.call("GET", f"/faults/{fault['id']}") == report
    assert "already" in faults.refusal(422, **fault)


def test_generated_fault_ids_are_not_taken(client: Client, faults: FaultControl) -> None:
    first = faults.inject(response={"status": 503})
    taken = f"fault-{int(first.partition('-')[2]) + 1}"
    faults.inject(id=taken, response={"status": 503})
    assert faults.inject(response={"status": 503}) not in (first, taken)


def put_bulk(client: Client, elements: list[Any], path: str = f"/{TOOL_FANS}/items/PRODUCT/bulk") -> list[int]:
    reply = client.put(path, json=elements)
    assert reply.status_code == 207
    return [entry["code"] for entry in reply.get_json()]


@pytest.mark.parametrize("item", [{"index": 1}, {"id": SCREWDRIVER}])
@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 429, 500, 503])
def test_one_element_of_a_bulk_fails_and_the_others_succeed(
    client: Client, faults: FaultControl, item: Any, code: int
) -> None:
    id_ = faults.inject(operation=BULK, item={**item, "code": code})
    assert put_bulk(client, [{"id": HAMMER}, {"id": SCREWDRIVER}]) == [201, code]
    assert client.get(NEW_ITEM).status_code == 200
    assert client.get(f"/{TOOL_FANS}/items/PRODUCT/{SCREWDRIVER}").status_code == 404
    assert faults.read_counts(id_) == (1, 1)


@pytest.mark.parametrize(
    ("item", "failed"), [({"nth": 3}, [2]), ({"nth": 8}, []), ({"every": 3}, [2, 5]), ({"every": 1}, list(range(7)))]
)
@pytest.mark.parametrize("base", ["0", "1"])
def test_elements_fail_by_their_number_whatever_the_index_base(
    simulator: Callable[..., Client], item: Any, failed: list[int], base: str
) -> None:
    client = simulator(references="lenient", bulk_index_base=base)
    FaultControl(client).inject(operation=BULK, item={**item, "code": 409})
    codes = put_bulk(client, [{"id": f"part-{number}"} for number in range(7)])
    assert [position for position, code in enumerate(codes) if code == 409] == failed


@pytest.mark.parametrize(
    ("rule", "statuses"),
    [
        ({"every": 3}, [200, 200, 503, 200, 200, 503, 200]),
        ({"every": 2, "skip": 3}, [200, 200, 200, 200, 503, 200, 503]),
        ({"every": 2, "times": 1}, [200, 503, 200, 200, 200, 200, 200]),
    ],
)
def test_a_fault_applies_to_every_nth_call(
    client: Client, faults: FaultControl, rule: Any, statuses: list[int]
) -> None:
    faults.inject(**rule, response={"status": 503})
    assert [client.get(ITEM).status_code for _ in statuses] == statuses


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("pageNumber=2", 503),
        ("pageSize=5&pageNumber=2", 503),
        ("pageNumber=%32", 503),
        ("pageNumber=2&pageNumber=1", 503),
        ("", 200),
        ("pageNumber=1", 200),
        ("pageNumber=1&pageNumber=2", 200),
        ("pageNumber=2&x=%ff", 400),
    ],
)
def test_a_fault_can_match_the_query(client: Client, faults: FaultControl, query: str, status: int) -> None:
    faults.inject(query={"pageNumber": "2"}, response={"status": 503})
    assert client.get(f"?{query}").status_code == status


def test_the_entry_of_an_element_looks_like_the_services_own(client: Client, faults: FaultControl) -> None:
    faults.inject(item={"index": 0, "code": 409, "example": "exists"})
    reply = client.put(f"/{TOOL_FANS}/items/PRODUCT/bulk", json=[{"id": HAMMER}])
    entry = {"index": 0, "code": 409, "status": "Conflict", "message": "The resource already exists."}
    assert reply.get_json() == [entry]


def test_elements_are_found_by_any_of_their_ids(client: Client, faults: FaultControl) -> None:
    faults.inject(item={"id": "18249883", "code": 503})
    assert put_bulk(client, [{"customerId": "18249883"}], f"/{TOOL_FANS}/customers/bulk") == [503]
    removal = client.delete(f"/{TOOL_FANS}/items/PRODUCT/bulk", json=["18249883", HAMMER])
    assert [entry["code"] for entry in removal.get_json()] == [503, 204]


def test_calls_without_such_an_element_do_not_count(client: Client, faults: FaultControl) -> None:
    id_ = faults.inject(item={"index": 2, "code": 503}, times=1)
    assert put_bulk(client, [{"id": HAMMER}]) == [201]
    assert faults.read_counts(id_) == (0, 0)
    assert put_bulk(client, [{"id": HAMMER}, {"id": SCREWDRIVER}, {"id": HAMMER}]) == [204, 201, 503]
    assert put_bulk(client, [{"id": HAMMER}, {"id": SCREWDRIVER}, {"id": HAMMER}]) == [204, 204, 204]
    assert faults.read_counts(id_) == (2, 1)


def test_the_index_follows_the_index_base_of_the_replies(simulator: Callable[..., Client]) -> None:
    client = simulator(bulk_index_base="1")
    FaultControl(client).inject(item={"index": 1, "code": 503})
    assert put_bulk(client, [{"id": HAMMER}, {"id": SCREWDRIVER}]) == [503, 201]


def test_a_bulk_that_is_refused_as_a_whole_does_not_use_up_the_fault(client: Client, faults: FaultControl) -> None:
    id_ = faults.inject(item={"index": 0, "code": 503}, times=1)
    faults.call("PUT", "/settings", {"contract": "strict"})
    assert client.put(f"/{TOOL_FANS}/items/PRODUCT/bulk?typo=1", json=[{"id": HAMMER}]).status_code == 400
    assert faults.read_counts(id_) == (0, 0)


@pytest.mark.parametrize("response", [{"status": 503}, *({"fault": fault} for fault in BROKEN_CONNECTIONS)], ids=str)
def test_a_call_is_committed_and_its_response_lost(client: Client, faults: FaultControl, response: Any) -> None:
    faults.inject(operation=PUT, commit=True, times=1, response=response)
    client.put(NEW_ITEM)
    assert client.get(NEW_ITEM).get_json()["metadata"]["version"] == 1
    assert client.put(NEW_ITEM).status_code == 204


def test_a_committed_call_that_fails_gets_the_injected_response_too(client: Client, faults: FaultControl) -> None:
    faults.inject(commit=True, response={"status": 500})
    assert client.put(NEW_ITEM, json={"metadata": {"version": "x"}}).status_code == 500
    assert client.get("/none").status_code == 500


@pytest.mark.parametrize("fault", BROKEN_CONNECTIONS)
def test_a_lost_response_without_a_connection_is_a_502(client: Client, faults: FaultControl, fault: str) -> None:
    faults.inject(response={"fault": fault})
    assert client.put(NEW_ITEM).status_code == 502
    faults.call("DELETE", "/faults")
    assert client.get(NEW_ITEM).status_code == 404


def test_a_fault_applies_before_the_token_is_checked(client: Client, faults: FaultControl) -> None:
    faults.inject(response={"status": 429})
    assert client.with_token(None).get(ITEM).status_code == 429


def test_the_journal_records_injected_faults(client: Client, faults: FaultControl, shared: App) -> None:
    status = faults.inject(operation=GET, response={"status": 503})
    element = faults.inject(item={"index": 0, "code": 503})
    delay = faults.inject(operation=BULK, response={"fixedDelayMilliseconds": 1})
    client.get(ITEM)
    put_bulk(client, [{"id": HAMMER}])
    client.get(f"/{GOLDEN}", headers={"Prefer": "code=404"})
    client.get("")
    facts = [(exchange.fault, exchange.is_injected) for exchange in shared.records.list_entries(client.tenant)]
    assert facts == [(status, True), (f"{delay}, {element}", False), ("Prefer", True), (None, False)]
    exchange = shared.records.list_entries(client.tenant)[0]
    assert exchange.error
    assert exchange.error.rule == "F7"


def test_coverage_does_not_count_injected_responses(client: Client, faults: FaultControl) -> None:
    faults.inject(operation=GET, response={"status": 404})
    faults.inject(item={"index": 1, "code": 409})
    client.get(ITEM)
    put_bulk(client, [{"id": HAMMER}, {"id": SCREWDRIVER}])
    dimensions = faults.call("GET", "/coverage")["dimensions"]
    assert f"{GET} 404" in dimensions["statuses"]["missing"]
    assert f"{BULK} 409" in dimensions["elements"]["missing"]
    assert f"{BULK} 201" not in dimensions["elements"]["missing"]


def test_delays_are_the_same_in_every_run() -> None:
    one, two, other = Delay(10, 20, 7), Delay(10, 20, 7), Delay(10, 20, 8)
    times = [one.next_seconds() for _ in range(50)]
    assert times == [two.next_seconds() for _ in range(50)]
    assert times != [other.next_seconds() for _ in range(50)]
    assert all(0.01 <= seconds <= 0.02 for seconds in times)
    assert any(first != second for first, second in pairwise(times))


@pytest.mark.parametrize(
    "response",
    [
        {"fixedDelayMilliseconds": 1},
        {"delayDistribution": {"type": "uniform", "lower": 0, "upper": 1, "seed": 3}},
        {"chunkedDribbleDelay": {"numberOfChunks": 2, "totalDuration": 1}},
    ],
    ids=str,
)
def test_a_delayed_call_is_answered_as_usual(client: Client, faults: FaultControl, response: Any) -> None:
    plain = client.get(ITEM).get_json()
    id_ = faults.inject(response=response)
    assert client.get(ITEM).get_json() == plain
    assert faults.read_counts(id_) == (1, 1)


def test_a_delay_and_a_status_can_be_one_fault_or_two(client: Client, faults: FaultControl) -> None:
    slow = faults.inject(response={"fixedDelayMilliseconds": 1})
    broken = faults.inject(response={"status": 503, "fixedDelayMilliseconds": 1})
    assert client.get(ITEM).status_code == 503
    assert [faults.read_counts(id_) for id_ in (slow, broken)] == [(1, 1), (1, 1)]


def test_a_barrier_that_stays_closed_releases_its_call_in_the_end(client: Client, faults: FaultControl) -> None:
    id_ = faults.inject(operation=PUT, barrier={"until": {"operation": PATCH}, "timeoutSeconds": 0})
    assert client.put(NEW_ITEM).status_code == 201
    assert faults.call("GET", f"/faults/{id_}")["timedOut"] == 1


def test_f7_a_call_gets_the_reply_that_it_prefers(client: Client) -> None:
    before = client.list_all_items()
    reply = client.put(ITEM, headers={"Prefer": 'respond-async, code="409", example=exists; x=y'})
    assert (reply.status_code, reply.get_json()["message"]) == (409, "The resource already exists.")
    assert reply.headers["Preference-Applied"] == "code=409, example=exists"
    assert client.list_all_items() == before
    assert client.put(ITEM, headers={"Prefer": "example=stale"}).status_code == 409
    reply = client.get(ITEM, headers={"Prefer": "code=200"})
    assert OPERATIONS[GET].reply_violation(200, reply.get_json()) is None
    assert reply.get_json() != client.get(ITEM).get_json()
    assert client.get(ITEM, headers={"Prefer": "code=503, code=404"}).headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("prefer", "said"),
    [
        ("code=418", f"{GET} has no status 418; choose one of 200, 400, 401, 403, 404, 429, 500, 502, 503, 504."),
        ("code=404, example=none", f"{GET} has no example 'none' for 404; existing: missing."),
        ("example=none", f"{GET} has no example 'none'; send a code, too, and the error lists its examples."),
        ("code=many", "code must be a status, such as 404."),
        ("code", "code must be a status, such as 404."),
    ],
)
def test_f7_a_preference_for_an_unknown_reply_is_refused(client: Client, prefer: str, said: str) -> None:
    reply = client.get(ITEM, headers={"Prefer": prefer})
    assert (reply.status_code, reply.get_json()["details"]["message"]) == (400, said)
    assert "Preference-Applied" not in reply.headers


@pytest.mark.parametrize("prefer", ["return=minimal", "", ",;=", "x-code=404"])
def test_f7_other_preferences_are_ignored(client: Client, prefer: str) -> None:
    reply = client.get(ITEM, headers={"Prefer": prefer})
    assert reply.status_code == 200
    assert "Preference-Applied" not in reply.headers


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"operation": "PUT-customer-segment-update-itms", "response": {"status": 409}}, f"Did you mean {PUT}?"),
        (
            {"operation": GET, "response": {"status": 409}},
            "choose one of 200, 400, 401, 403, 404, 429, 500, 502, 503, 504.",
        ),
        ({"response": {"status": 418}}, "has no status 418"),
        ({"path": {"segmentID": GOLDEN}, "response": {"status": 404}}, "segmentId"),
        (
            {"operation": GET, "path": {"customerId": "1"}, "response": {"status": 404}},
            "itemId, segmentId, tenant, type",
        ),
        ({"operation": GET, "response": {"status": 404, "example": "stale"}}, "existing: missing"),
        ({"operation": PUT, "response": {"status": 204, "jsonBody": {}}}, "without a body"),
        ({"operation": GET, "response": {"status": 404, "jsonBody": {"code": "x"}}}, "does not allow this jsonBody"),
        ({"operation": PUT, "item": {"index": 0, "code": 409}}, "none of its operations is a bulk"),
        ({"item": {"index": 200, "code": 409}}, "No bulk has an element 200; indexes go from 0 to 199."),
        ({"item": {"index": 201, "code": 409}}, "No bulk has an element 201"),
        ({"item": {"nth": 201, "code": 409}}, "No bulk has 201 elements; the longest has 200."),
        ({"item": {"every": 201, "code": 409}}, "No bulk has 201 elements; the longest has 200."),
        ({"item": {"index": 0, "code": 201}}, "choose one of 400, 401, 403, 404, 409, 429, 500, 502, 503, 504."),
        (
            {"item": {"index": 0, "code": 409, "example": "none"}},
            "Unknown 409 example 'none'; available: stale, exists.",
        ),
        ({"barrier": {"until": {"operation": "none"}}}, "Unknown operation 'none'"),
        ({"barrier": {"until": {"path": {"none": "1"}}}}, "No path of any operation has all of none"),
    ],
    ids=str,
)
def test_faults_with_unknown_names_get_the_known_ones(faults: FaultControl, rule: Any, said: str) -> None:
    assert said in faults.refusal(422, **rule)
    assert faults.call("GET", "/faults") == {"faults": []}


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"response": {}},
        {"operation": GET},
        {"response": {"status": "409"}},
        {"response": {"example": "stale"}},
        {"response": {"retryAfter": 1, "fault": "EMPTY_RESPONSE"}},
        {"response": {"fault": "RESET"}},
        {"response": {"status": 404, "example": "missing", "jsonBody": {}}},
        {"response": {"fault": "EMPTY_RESPONSE", "chunkedDribbleDelay": {"numberOfChunks": 1, "totalDuration": 1}}},
        {"response": {"delayDistribution": {"type": "uniform", "lower": 2, "upper": 1}}},
        {"response": {"delayDistribution": {"type": "lognormal", "lower": 2, "upper": 1}}},
        {"response": {"fixedDelayMilliseconds": 10**9}},
        {"response": {"status": 503, "headers": {"X-A": "a\r\nX-B: b"}}},
        {"response": {"status": 503, "headers": {"X A": "a"}}},
        {"response": {"status": 503, "headers": {"Content-Length": "1"}}},
        {"response": {"status": 503, "jsonBody": "x" * 70_000}},
        {"item": {"code": 409}},
        {"item": {"code": 409, "index": 0, "id": "x"}},
        {"item": {"code": 409, "nth": 1, "every": 2}},
        {"item": {"code": 409, "nth": 0}},
        {"response": {"status": 503}, "every": 0},
        {"response": {"status": 503}, "query": {"q": 1}},
        {"item": {"code": 409, "index": 0}, "response": {"status": 503}},
        {"item": {"code": 409, "index": 0}, "commit": True},
        {"barrier": {"until": {}, "timeoutSeconds": 10**9}},
        {"response": {"status": 503}, "times": 0},
        {"response": {"status": 503}, "skip": -1},
        {"response": {"status": 503}, "id": "a/b"},
        {"response": {"status": 503}, "typo": 1},
    ],
    ids=lambda rule: str(rule)[:80],
)
def test_invalid_faults(faults: FaultControl, rule: Any) -> None:
    faults.refusal(400, **rule)
    assert faults.call("GET", "/faults") == {"faults": []}


def test_the_number_of_faults_is_limited() -> None:
    faults = FaultControl(Client(build(Settings()).flask, "acme"))
    for _ in range(MAX_FAULTS):
        faults.inject(response={"status": 503})
    assert str(MAX_FAULTS) in faults.refusal(422, response={"status": 503})
    assert len(faults.call("DELETE", "/faults")["removed"]) == MAX_FAULTS
