"""Coverage: which items of the contract calls cover, by which tests; reports; the gate; and least privilege."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from mockserver.access import Principal
from mockserver.app import App, build
from mockserver.cli import commands
from mockserver.contract.operations import Operation, compile_operations
from mockserver.contract.spec import Spec
from mockserver.control.coverage.report import covered_percent
from mockserver.messages import Call, NetworkFault, Request, Response
from mockserver.records import coverage, findings, store
from mockserver.records.coverage import CoverageItem, Persona
from mockserver.records.exchange import MAX_TEST_NAME_LENGTH, Exchange, JournalEntry
from mockserver.records.findings import MAX_UNDECLARED_FIELDS
from mockserver.records.store import TenantRecord
from mockserver.settings import Settings
from mockserver.wording import COVERAGE_DIMENSIONS
from tests.support.client import Client
from tests.support.live_server import run_command, send_request, start_server
from tests.support.paths import ROOT
from tests.support.samples import (
    ADMIN_SCOPES,
    GOLDEN,
    HAMMER,
    ITEM,
    ITEM_BULK,
    SCREWDRIVER,
    TOOL_FANS,
    WORLDS,
)
from tests.support.service_tables import join_tables
from tests.support.specs import SERVICES
from tests.support.status_cases import find_case, play_case

GET_ITEM, PUT_ITEM = "GET-customer-segment-retrieve-item", "PUT-customer-segment-update-item"
LIST, TOKEN = "GET-customer-segment-retrieve-segments", "POST-oauth-request-token"
CREATION, REPLACEMENT = "POST-customer-segment-create-segment", "PUT-customer-segment-update-items-bulk"
MANAGE, READ = "customersegment.segment_manage", "customersegment.segment_read"
READ_OWN = "customersegment.segment_read_own"
OWN = next(token["scopes"] for token in WORLDS.load_world("default")["tokens"] if token["token"] == "customer-token")
HOSTILE = "test_<script>alert('&')</script>[\"é]"
MIXINS: dict[str, Any] = {"mixins": {}, "metadata": {"mixins": {}}}

SEGMENT = {"name": {"en": "S"}, "siteCode": "main"}
NEW_ITEM_BULK = f"/{TOOL_FANS}/items/PRODUCT/bulk"
MARKED_REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", ITEM, None),
    ("HEAD", ITEM, None),
    ("GET", f"/{GOLDEN}/items/CATEGORY/x", None),
    ("GET", "/items?q=type:PRODUCT&pageSize=2", None),
    ("GET", "/items?pageSize=2", None),
    ("GET", "/items?pageSize=x", None),
    ("POST", "/search", {"q": "status:ACTIVE"}),
    ("POST", "/search", {}),
    ("PUT", ITEM, {}),
    ("PUT", ITEM, MIXINS),
    ("PUT", ITEM, {"undeclared": 1, "mixins": {}}),
    ("PUT", f"/{GOLDEN}/items/CATEGORY/12468504", {}),
    ("PUT", f"/{GOLDEN}/items/CATEGORY/12468504", {}),
    ("POST", "", SEGMENT),
    ("POST", "", {**SEGMENT, "status": "ACTIVE"}),
    ("POST", "", {**SEGMENT, "status": "INACTIVE"}),
    ("PUT", ITEM_BULK, [{"id": HAMMER}, {"id": 5}]),
    ("PUT", ITEM_BULK, [{"id": HAMMER, "mixins": {}}]),
    ("PUT", ITEM_BULK, [{"id": HAMMER, "mixins": {}}, {"id": 5}]),
    ("PUT", ITEM_BULK, [{"id": HAMMER}, {"id": 5, "mixins": {}}]),
    ("PUT", NEW_ITEM_BULK, [{"id": HAMMER}]),
    ("PUT", NEW_ITEM_BULK, [{"id": HAMMER}]),
    ("PUT", NEW_ITEM_BULK, [{"id": HAMMER}, {"id": SCREWDRIVER}]),
    ("DELETE", NEW_ITEM_BULK, [HAMMER]),
    ("DELETE", NEW_ITEM_BULK, []),
]

ItemKey = tuple[str, str, str]  # dimension, place and value of a coverage item


def read_report(client: Client, query: str = "") -> Any:
    reply = client.with_token(None).get(f"//__admin/coverage?tenant={client.tenant}{query}")
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def read_operation(client: Client, id_: str) -> Any:
    return next(operation for operation in read_report(client)["operations"] if operation["id"] == id_)


def items_by_key(operation: Any) -> dict[ItemKey, Any]:
    return {(item["dimension"], item["place"], item["value"]): item for item in operation["cells"]}


def covered_items(client: Client, id_: str) -> set[ItemKey]:
    return {place for place, item in items_by_key(read_operation(client, id_)).items() if item["count"]}


def undocumented_items(client: Client, id_: str) -> list[tuple[str, str]]:
    return [(item["dimension"], item["value"]) for item in read_operation(client, id_)["undocumented"]]


def success_items(status: int, scope: str) -> set[ItemKey]:
    return {("operations", "", ""), ("statuses", "", str(status)), ("scopes", "", scope)}


def test_nothing_is_covered_before_the_first_call(client: Client) -> None:
    dimensions = read_report(client)["dimensions"]
    assert all(
        dimension["covered"] == 0 < dimension["total"] == len(dimension["missing"]) for dimension in dimensions.values()
    )


def test_a_call_covers_operation_status_scope_parameters_and_enum_values(client: Client) -> None:
    client.get(f"{ITEM}?fields=item", headers={"Accept-Language": "en"})
    used = {("parameters", "query", "fields"), ("parameters", "header", "Accept-Language")}
    assert covered_items(client, GET_ITEM) == success_items(200, READ) | used | {("enumValues", "path", "type=PRODUCT")}


def test_a_body_covers_its_properties_and_their_enum_values(client: Client) -> None:
    body = {"name": {"en": "New"}, "siteCode": "main", "status": "INACTIVE", "mixins": {}, "unheard": 1}
    assert client.post("", json=body).status_code == 201
    properties = {("bodyProperties", "body", f"/{name}") for name in ("name", "siteCode", "status", "mixins")}
    assert covered_items(client, CREATION) == success_items(201, MANAGE) | properties | {
        ("enumValues", "body", "/status=INACTIVE")
    }


def test_a_body_covers_its_properties_despite_many_undeclared_fields(client: Client) -> None:
    assert (
        client.put(ITEM, json={f"x{number}": 1 for number in range(MAX_UNDECLARED_FIELDS + 1)} | MIXINS).status_code
        == 204
    )
    properties = {("bodyProperties", "body", pointer) for pointer in ("/mixins", "/metadata", "/metadata/mixins")}
    assert properties < covered_items(client, PUT_ITEM)


def test_bulk_elements_cover_their_codes_and_valid_ones_their_properties(client: Client) -> None:
    elements = [{"id": SCREWDRIVER}, {"id": HAMMER, "mixins": {}}, {"id": "nowhere", "metadata": {"version": 1}}]
    assert client.put(ITEM_BULK, json=elements).status_code == 207
    assert covered_items(client, REPLACEMENT) == (
        success_items(207, MANAGE)
        | {("elements", "", code) for code in ("204", "400")}
        | {("bodyProperties", "body", "/*/id"), ("bodyProperties", "body", "/*/mixins")}
        | {("enumValues", "path", "type=PRODUCT")}
    )
    assert items_by_key(read_operation(client, REPLACEMENT))["bodyProperties", "body", "/*/id"]["count"] == 1  # calls


@pytest.mark.parametrize(
    ("token", "path", "body", "status"),
    [
        ("read-token", ITEM, MIXINS, 403),
        (None, ITEM, MIXINS, 401),
        ("manage-token", ITEM, {"metadata": {"version": "1"}}, 400),
        ("manage-token", ITEM, {"metadata": {"version": 7}}, 409),
    ],
)
def test_a_refused_call_covers_only_its_status(
    client: Client, token: str | None, path: str, body: Any, status: int
) -> None:
    assert client.with_token(token).put(path, json=body).status_code == status
    assert covered_items(client, PUT_ITEM) == {("statuses", "", str(status))}


BULK, SEGMENT_BULK = "PUT-customer-segment-update-items-bulk", "DELETE-customer-segment-remove-segments-bulk"
SUBCATEGORIES = "GET-category-tree-list-subcategories"
ANONYMOUS = "GET-oauth-generate-anonymous-access-token"


@pytest.mark.parametrize(
    ("operation", "method", "path", "body", "expected"),
    [
        (CREATION, "POST", "", SEGMENT | {"id": "x"}, {"body /id minLength 1 valid"}),
        (CREATION, "POST", "", SEGMENT | {"id": "xy"}, set()),
        (CREATION, "POST", "", SEGMENT | {"id": ""}, {"body /id minLength 1 invalid"}),
        (CREATION, "POST", "", {"name": {}}, {"body /siteCode required invalid"}),
        (CREATION, "POST", "", None, {"body required invalid"}),
        (CREATION, "POST", "", SEGMENT | {"status": "odd"}, {"body /status enum invalid"}),
        (CREATION, "POST", "", SEGMENT | {"name": 5}, set()),  # a type is no constraint
        (BULK, "PUT", ITEM_BULK, [{"id": HAMMER}, {}], {"body /*/id required invalid"}),
        (BULK, "PUT", ITEM_BULK, [{"id": ""}], {"body /*/id minLength 1 invalid"}),
        (BULK, "PUT", ITEM_BULK, [{"id": HAMMER}] * 201, {"body maxItems 200 invalid"}),
        (SEGMENT_BULK, "DELETE", "/bulk", ["x"], {"body /* minLength 1 valid"}),
        (SEGMENT_BULK, "DELETE", "/bulk", ["xy"] * 9 + ["x"], {"body /* minLength 1 valid"}),
        (SEGMENT_BULK, "DELETE", "/bulk", ["xy"] * 10 + ["x"], set()),  # it is not among the first elements
        (SEGMENT_BULK, "DELETE", "/bulk", ["xy", ""], {"body /* minLength 1 invalid"}),
        (SEGMENT_BULK, "DELETE", "/bulk", ["xy"] * 200, {"body maxItems 200 valid"}),
    ],
)
def test_a_constraint_is_covered_at_its_boundary_and_beyond_it(
    client: Client, operation: str, method: str, path: str, body: Any, expected: set[str]
) -> None:
    """Twice, since equal calls share what they cover, and after a call of the same form that covers nothing of it."""
    if operation == CREATION and body:
        client.post("", json=SEGMENT | {"id": "first"})
    for _ in range(2):
        client.send(method, path, json=body)
    found = covered_constraints(read_operation(client, operation))
    assert found.keys() == expected
    if method != "POST":
        assert set(found.values()) <= {2}


def covered_constraints(operation: Any) -> dict[str, int]:
    return {
        f"{place} {value}": item["count"]
        for (dimension, place, value), item in items_by_key(operation).items()
        if dimension == "constraints" and item["count"]
    }


LOGIN = "/customerlogin/auth/anonymous/login?tenant=acme"
CHILDREN = "/category/acme/categories/CATEGORY/subcategories"


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        (SUBCATEGORIES, f"{CHILDREN}?depth=1", ["query depth minimum 1 valid"]),
        (SUBCATEGORIES, f"{CHILDREN}?depth=2", []),
        (
            SUBCATEGORIES,
            f"{CHILDREN}?depth=0",
            ["query depth minimum 1 invalid"],
        ),
        (SUBCATEGORIES, f"{CHILDREN}?depth=x", []),
        (
            SUBCATEGORIES,
            f"{CHILDREN}?depth=2147483647",
            ["query depth maximum 2147483647 valid"],
        ),
        (
            SUBCATEGORIES,
            f"{CHILDREN}?depth=2147483648",
            ["query depth maximum 2147483647 invalid"],
        ),
        (ANONYMOUS, LOGIN, ["query client_id required invalid"]),
        (ANONYMOUS, f"{LOGIN}&client_id=storefront&session-id=a", ["query session-id pattern valid"]),
        (ANONYMOUS, f"{LOGIN}&client_id=storefront&session-id=a%20b", ["query session-id pattern invalid"]),
        (
            ANONYMOUS,
            f"{LOGIN}&client_id=storefront&session-id={'a' * 100}",
            ["query session-id maxLength 100 valid", "query session-id pattern valid"],
        ),
        (ANONYMOUS, f"{LOGIN}&client_id=storefront&session-id={'a' * 101}", ["query session-id maxLength 100 invalid"]),
    ],
)
def test_constraints_of_parameters_count_too(
    simulator: Callable[..., Client], operation: str, path: str, expected: list[str]
) -> None:
    client = simulator()
    category = next(row["id"] for row in WORLDS.load_world("default")["categories"] if row.get("parentId"))
    client.get("/" + path.replace("CATEGORY", category))
    report = client.with_token(None).get("//__admin/coverage").get_json()
    (found,) = [entry for entry in report["operations"] if entry["id"] == operation]
    names = covered_constraints(found)
    assert sorted(name for name in names if "tenant" not in name) == sorted(expected)


def test_undocumented_items_are_reported_separately(client: Client) -> None:
    client.with_token(None).put("//__admin/settings", json={"tenant": client.tenant, "delete_missing": "404"})
    removal, bulk = "DELETE-customer-segment-remove-item", "DELETE-customer-segment-remove-items-bulk"
    assert client.delete(f"/{GOLDEN}/items/PRODUCT/nowhere").status_code == 404
    assert client.delete(ITEM_BULK, json=["nowhere"]).status_code == 207
    assert undocumented_items(client, removal) == [("statuses", "404")]
    assert undocumented_items(client, bulk) == [("elements", "404")]
    assert covered_items(client, removal) == set()


def test_a_head_request_covers_nothing(client: Client) -> None:
    assert client.send("HEAD", ITEM).status_code == 200
    assert read_operation(client, GET_ITEM)["calls"] == 0


def test_without_authentication_no_scope_is_covered() -> None:
    client = Client(build(Settings(auth="off")).flask, "acme", None)
    assert client.get(ITEM).status_code == 200
    assert ("scopes", "", READ) not in covered_items(client, GET_ITEM)
    assert ("operations", "", "") in covered_items(client, GET_ITEM)
    assert read_report(client)["personas"] == []


@pytest.fixture
def exchanges(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[Exchange]:
    """Return a list that receives the exchanges of a test in place of the record."""
    caught: list[Exchange] = []

    def catch(_: TenantRecord, exchange: Exchange) -> JournalEntry:
        caught.append(exchange)
        return exchange

    monkeypatch.setattr(TenantRecord, "record_exchange", catch)
    return caught


def covered_keys(exchange: Exchange) -> set[Any]:
    recorder = coverage.Coverage()
    recorder.record_exchange(exchange)
    return set(recorder.hits)


def test_evicted_tenants_stay_in_the_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    app = build(Settings())
    monkeypatch.setattr(store, "MAX_TENANT_RECORDS", 3)
    for name in ("one", "two", "three", "four"):
        Client(app.flask, name).get(ITEM, headers={"X-Mock-Test": name})
    client = Client(app.flask, "one", None)
    report = client.get("//__admin/coverage").get_json()
    of_item = next(operation for operation in report["operations"] if operation["id"] == GET_ITEM)
    assert (of_item["calls"], items_by_key(of_item)["operations", "", ""]["tests"]) == (
        4,
        ["one", "two", "three", "four"],
    )
    assert [persona["needed"] for persona in report["personas"]] == [{READ: [GET_ITEM]}]
    assert read_report(client)["operations"][0]["calls"] == 0
    assert len(app.records.list_records(None)) == 4  # three tenants, and no tenant


def test_repeated_exchanges_count_what_each_of_them_covers(client: Client, exchanges: list[Exchange]) -> None:
    """Exchanges with the same mark share a list of hits, so whatever changes the items must change the mark."""
    for token in ("admin-token", "read-token", "customer-token", None):
        for method, path, body in MARKED_REQUESTS:
            client.with_token(token).send(method, path, json=body)
    recorder, expected = coverage.Coverage(), Counter[Any]()
    for exchange in exchanges * 2:
        assert exchange.operation
        recorder.record_exchange(exchange)
        scope = exchange.used_scope if exchange.is_authenticated else None
        expected.update(coverage.collect_covered_keys(exchange.operation, exchange, scope))
    assert {key: hits.count for key, hits in recorder.hits.items()} == expected


@pytest.mark.parametrize("kind", [None, "reset", "empty", "garbage", "truncated"])
def test_an_injected_or_broken_response_covers_nothing(client: Client, exchanges: list[Exchange], kind: Any) -> None:
    client.put(ITEM, json=MIXINS)
    (exchange,) = exchanges
    assert exchange.response
    assert len(covered_keys(exchange)) > 3
    exchange.is_injected, exchange.response = (
        kind is None,
        replace(exchange.response, network_fault=NetworkFault(kind) if kind else None),
    )
    assert covered_keys(exchange) == {CoverageItem("injected", PUT_ITEM)}


def test_a_slow_response_counts_as_usual(client: Client, exchanges: list[Exchange]) -> None:
    client.put(ITEM, json=MIXINS)
    (exchange,) = exchanges
    assert exchange.response
    before = covered_keys(exchange)
    exchange.fault, exchange.response = "slow", replace(exchange.response, network_fault=NetworkFault("drip"))
    assert covered_keys(exchange) == before


def test_an_injected_element_failure_covers_nothing(client: Client, exchanges: list[Exchange]) -> None:
    client.put(ITEM_BULK, json=[{"id": HAMMER}, {"id": 5}])
    (exchange,) = exchanges
    failed = CoverageItem("elements", REPLACEMENT, "", "400")
    assert failed in covered_keys(exchange)
    exchange.failed_elements = frozenset({1})
    assert failed not in covered_keys(exchange)
    assert CoverageItem("elements", REPLACEMENT, "", "204") in covered_keys(exchange)


def test_injected_responses_are_counted_separately(client: Client, shared: App, exchanges: list[Exchange]) -> None:
    client.get(ITEM)
    (exchange,) = exchanges
    recorder = shared.records.get_record(client.tenant).coverage
    recorder.record_exchange(exchange)
    exchange.is_injected = True
    recorder.record_exchange(exchange)
    operation = read_operation(client, GET_ITEM)
    assert (operation["calls"], operation["injected"]) == (1, 1)


def count_hits(app: App, client: Client) -> Counter[tuple[str, ...]]:
    return Counter({key: hits.count for key, hits in app.records.get_record(client.tenant).coverage.hits.items()})


NEW_SEGMENT = {"name": {"en": "New", "de": "Neu"}, "siteCode": "main"}


@pytest.mark.parametrize(
    ("method", "path", "request_parts", "item_count"),
    [
        ("GET", ITEM, {}, 4),
        ("HEAD", ITEM, {}, 0),
        ("GET", f"{ITEM}?fields=item&made=up", {"headers": {"Accept-Language": "en", "X-Made-Up": "1"}}, 6),
        ("GET", ITEM, {"headers": {"X-Mock-Test": "one"}}, 4),
        ("GET", ITEM, {"headers": {"Prefer": "code=404"}}, 1),
        ("GET", f"/{GOLDEN}/items/PRODUCT/nowhere", {}, 1),
        ("GET", ITEM, {"headers": {"Authorization": "Bearer manage-token"}}, 1),
        ("GET", "/items?pageSize=1&sort=type", {}, 5),
        ("PUT", ITEM, {}, 4),
        ("PUT", ITEM, {"json": {}}, 4),
        ("PUT", ITEM, {"json": MIXINS}, 7),
        ("PUT", ITEM, {"json": {"mixins": {"open": {"type": 1}}, "unheard": True}}, 5),
        ("PUT", ITEM, {"json": {f"x{number}": 1 for number in range(MAX_UNDECLARED_FIELDS + 1)} | MIXINS}, 7),
        ("PUT", ITEM, {"json": {"metadata": {"version": 7}}}, 1),
        ("PUT", ITEM, {"json": {"metadata": {"version": True}}}, 1),
        ("PUT", ITEM_BULK, {"json": [{"id": SCREWDRIVER}, {"id": HAMMER, "mixins": {}}, {"id": 5, "metadata": {}}]}, 8),
        ("DELETE", ITEM_BULK, {"json": [SCREWDRIVER]}, 5),
        ("POST", "", {"json": NEW_SEGMENT | {"status": "INACTIVE"}}, 7),
        ("POST", "", {"json": NEW_SEGMENT | {"description": {"en": "status"}, "validity": {}}}, 7),
        ("POST", "/search", {"json": {"q": "status:ACTIVE"}}, 4),
    ],
)
def test_equal_requests_cover_equal_items(
    client: Client, shared: App, method: str, path: str, request_parts: dict[str, Any], item_count: int
) -> None:
    """The first one is counted item by item, the others by the mark that they share."""
    increments = []
    for _ in range(3):
        before = count_hits(shared, client)
        client.send(method, path, **request_parts)
        increments.append(count_hits(shared, client) - before)
    assert increments == [increments[0]] * 3
    assert set(increments[0].values()) <= {1}
    assert len(increments[0]) == item_count, increments[0]


def test_an_injected_element_failure_covers_equal_items_each_time(client: Client, shared: App) -> None:
    elements = [{"id": HAMMER}, {"id": SCREWDRIVER, "mixins": {}}]
    increments = []
    for index in (None, 1, None, 1, 1):
        client.with_token(None).delete(f"//__admin/faults?tenant={client.tenant}")
        if index is not None:
            fault = {"tenant": client.tenant, "operation": REPLACEMENT, "item": {"index": index, "code": 409}}
            assert client.with_token(None).post("//__admin/faults", json=fault).status_code == 201
        before = count_hits(shared, client)
        assert client.put(ITEM_BULK, json=elements).status_code == 207
        increments.append(count_hits(shared, client) - before)
    without_fault, with_fault = increments[:2]
    assert increments == [without_fault, with_fault, without_fault, with_fault, with_fault]
    assert without_fault.keys() - with_fault.keys() == {("bodyProperties", REPLACEMENT, "body", "/*/mixins")}


# Values that Python takes for equal, or cannot hash, with the texts that a client sends for them.
FLAGS: list[Any] = [True, 1, "1"]
ENUM_PARAMETERS: dict[tuple[str, str], tuple[str, list[Any]]] = {
    ("path", "kind"): ("string", ["A", "B"]),
    ("query", "flag"): ("boolean", [True, False]),
    ("query", "level"): ("integer", [0, 1]),
    ("query", "word"): ("string", ["1", "True", "None"]),
    ("query", "list"): ("array", [["a"], ["a", "b"]]),
    ("header", "X-Flag"): ("boolean", [True, False]),
}
OTHER_PARAMETERS = [("query", "note"), ("header", "X-Note")]
BODY_SCHEMA = {
    "type": "object",
    "properties": {
        "flag": {"enum": FLAGS},
        "texts": {"type": "object"},
        "nested": {"type": "object", "properties": {"texts": {"type": "object"}, "flag": {"type": "boolean"}}},
    },
}
(ODD_OPERATION,) = compile_operations(
    Spec(
        Path("odd.yaml"),
        {
            "paths": {
                "/odd/{kind}": {
                    "put": {
                        "operationId": "odd",
                        "security": [{"OAuth2": ["odd.manage", "odd.read"]}],
                        "parameters": [
                            {"in": place, "name": name, "schema": {"type": kind, "enum": values}}
                            for (place, name), (kind, values) in ENUM_PARAMETERS.items()
                        ]
                        + [{"in": place, "name": name, "schema": {}} for place, name in OTHER_PARAMETERS],
                        "requestBody": {"content": {"application/json": {"schema": BODY_SCHEMA}}},
                        "responses": {"200": {}, "204": {}, "404": {}, "409": {}},
                    }
                }
            }
        },
    )
)
BODIES = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "flag": st.sampled_from(FLAGS),
        "texts": st.dictionaries(st.sampled_from(["flag", "texts", "en"]), st.sampled_from([True, 1, {}]), max_size=2),
        "nested": st.fixed_dictionaries(
            {}, optional={"texts": st.just({"flag": 1}), "flag": st.sampled_from([True, 1])}
        ),
        "unheard": st.sampled_from([True, 1]),
    },
)
RAW_VALUES = {
    place: st.fixed_dictionaries(
        {},
        optional={
            name.lower(): st.sampled_from(
                [value if isinstance(value, list) else json.dumps(value).strip('"') for value in values]
            )
            for (location, name), (_, values) in ENUM_PARAMETERS.items()
            if location == place
        }
        | {name.lower(): st.sampled_from(["1", "true"]) for location, name in OTHER_PARAMETERS if location == place},
    )
    for place in ("query", "header")
}
EXCHANGE_PARTS: dict[str, st.SearchStrategy[Any]] = {
    "method": st.sampled_from(["PUT", "PUT", "PUT", "HEAD"]),
    "status": st.sampled_from([200, 200, 204, 404, 409]),
    "scopes": st.sampled_from([(), ("odd.manage",), ("odd.read",)]),
    "is_injected": st.sampled_from([False, False, False, True]),
    "network_fault": st.sampled_from([None, None, NetworkFault("drip"), NetworkFault("reset")]),
    "path": st.sampled_from([{"kind": "A"}, {"kind": "B"}]),
    "body": BODIES,
    **RAW_VALUES,
}


def build_exchange(parts: dict[str, Any]) -> Exchange:
    principal = Principal(frozenset(parts["scopes"]))
    path, query, header = (
        ODD_OPERATION.parameters[place].read_values(parts[place]) for place in ("path", "query", "header")
    )
    return Exchange(
        1,
        Request(parts["method"], "/odd", "", {}),
        0.0,
        operation=ODD_OPERATION,
        principal=principal,
        is_injected=parts["is_injected"],
        response=Response(parts["status"], b"", {}, parts["network_fault"]),
        call=Call(principal, path, query, header, parts["body"]),
        scan=findings.scan_body(ODD_OPERATION, parts["body"]),
    )


@given(st.fixed_dictionaries(EXCHANGE_PARTS), st.fixed_dictionaries(EXCHANGE_PARTS))
def test_no_exchange_is_taken_for_another(parts: dict[str, Any], other_parts: dict[str, Any]) -> None:
    """Compare an exchange, and others that differ from it in one part, with their items collected one by one."""
    variants = [parts, other_parts, *(parts | {name: other_parts[name]} for name in EXCHANGE_PARTS)]
    variants += [parts | {"body": {**(parts["body"] or {}), "flag": flag}} for flag in FLAGS]
    variants += [parts | {place: {**parts[place], name.lower(): "1"}} for place, name in OTHER_PARAMETERS]
    variants += [variant | {"status": 409} for variant in variants if variant["status"] == 404]
    recorder, expected = coverage.Coverage(), Counter[Any]()
    for exchange in map(build_exchange, variants * 2):
        recorder.record_exchange(exchange)
        expected.update(coverage.collect_covered_keys(ODD_OPERATION, exchange, exchange.used_scope))
    assert {key: hits.count for key, hits in recorder.hits.items()} == expected


def test_every_coverage_item_lists_its_tests_once(client: Client) -> None:
    for test in ("one", "two", "one"):
        client.get(ITEM, headers={"X-Mock-Test": test})
    client.get(ITEM)
    for place in (("operations", "", ""), ("statuses", "", "200"), ("scopes", "", READ)):
        item = items_by_key(read_operation(client, GET_ITEM))[place]
        assert (item["count"], item["tests"], item["moreTests"]) == (4, ["one", "two"], False)


def test_test_names_are_shortened_and_printable(client: Client) -> None:
    for number in range(coverage.MAX_TESTS_PER_ITEM + 1):
        client.get(ITEM, headers={"X-Mock-Test": f"{number}\x01" + "x" * 5000})
    item = items_by_key(read_operation(client, GET_ITEM))["operations", "", ""]
    assert (item["count"], len(item["tests"]), item["moreTests"]) == (21, 20, True)
    assert item["tests"][0] == "0?" + "x" * (MAX_TEST_NAME_LENGTH - 2)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_test_names_can_be_utf_8_or_latin_1(client: Client, encoding: str) -> None:
    header = "prüft".encode(encoding).decode("latin-1")  # as WSGI hands it over
    client.get(ITEM, headers={"X-Mock-Test": header})
    assert items_by_key(read_operation(client, GET_ITEM))["operations", "", ""]["tests"] == ["prüft"]


def test_beyond_a_thousand_names_tests_are_pooled(client: Client, exchanges: list[Exchange]) -> None:
    client.get(ITEM)
    (exchange,) = exchanges
    recorder = coverage.Coverage()
    for number in range(coverage.MAX_TEST_NAMES + 50):
        exchange.request = replace(exchange.request, headers={"x-mock-test": str(number)})
        recorder.record_exchange(exchange)
    exchange.operation = replace(exchange.operation, id="another") if exchange.operation else None
    recorder.record_exchange(exchange)
    assert recorder.hits[CoverageItem("operations", GET_ITEM)].count == coverage.MAX_TEST_NAMES + 50
    assert list(recorder.hits[CoverageItem("operations", "another")].tests) == [coverage.OTHER_TESTS]
    assert len(recorder._test_names) == coverage.MAX_TEST_NAMES


def test_a_client_cannot_create_coverage_items(client: Client, shared: App) -> None:
    client.put(ITEM, json=MIXINS)
    before = set(shared.records.get_record(client.tenant).coverage.hits)
    client.put(f"{ITEM}?made=up", json=MIXINS | {"made": "up"}, headers={"X-Made-Up": "1"})
    assert set(shared.records.get_record(client.tenant).coverage.hits) == before


def test_coverage_is_per_tenant_and_summed_without_one() -> None:
    app = build(Settings()).flask
    one, two = Client(app, "one"), Client(app, "two")
    one.get(ITEM, headers={"X-Mock-Test": "first"})
    two.get(ITEM, headers={"X-Mock-Test": "second"})
    two.put(ITEM)
    assert covered_items(one, PUT_ITEM) == set()
    assert items_by_key(read_operation(one, GET_ITEM))["operations", "", ""]["tests"] == ["first"]
    report = one.with_token(None).get("//__admin/coverage").get_json()
    of_item = next(operation for operation in report["operations"] if operation["id"] == GET_ITEM)
    assert (of_item["calls"], items_by_key(of_item)["operations", "", ""]["tests"]) == (2, ["first", "second"])
    assert one.with_token(None).delete("//__admin/coverage?tenant=two").status_code == 204
    assert (covered_items(two, PUT_ITEM), len(covered_items(one, GET_ITEM))) == (set(), 4)
    assert one.with_token(None).delete("//__admin/coverage").status_code == 204
    assert covered_items(one, GET_ITEM) == set()


def test_coverage_outlives_a_reset(client: Client) -> None:
    client.get(ITEM)
    client.post(f"//__admin/reset?tenant={client.tenant}")
    assert ("operations", "", "") in covered_items(client, GET_ITEM)


def test_operations_without_a_tenant_belong_to_no_tenant(client: Client, shared: App) -> None:
    mine, everybodys = read_report(client), client.get("//__admin/coverage").get_json()
    of_tenants = {name for name, paths in SERVICES.items() if any("{tenant}" in path for path in paths)}
    of_tenants |= {operation.service for operation in shared.api_operations if operation.has_token_tenant}
    assert {operation["service"] for operation in mine["operations"]} == of_tenants
    assert {operation["service"] for operation in everybodys["operations"]} == of_tenants | {"oauth"} == SERVICES.keys()
    assert "GET-oauth-generate-anonymous-access-token" not in {operation["id"] for operation in mine["operations"]}


def test_coverage_can_be_limited_to_one_service() -> None:
    client = Client(build(Settings()).flask, "acme")
    credentials = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "secret"}
    client.with_token(None).post("//oauth/token", data=credentials)
    report = client.get("//__admin/coverage?service=oauth").get_json()
    assert [operation["id"] for operation in report["operations"]] == [TOKEN]
    assert report["dimensions"]["bodyProperties"] == {
        "covered": 3,
        "total": 4,
        "percent": 75,
        "missing": [f"{TOKEN} body /scope"],
    }
    assert report["dimensions"]["scopes"] == {"covered": 0, "total": 0, "percent": 100, "missing": []}


@pytest.mark.parametrize(
    ("query", "suggestion"), [("service=nothing", "oauth"), ("service=oauth&tenant=acme", "customer-segment")]
)
def test_coverage_refuses_an_unknown_service(client: Client, query: str, suggestion: str) -> None:
    reply = client.get(f"//__admin/coverage?{query}")
    assert reply.status_code == 422
    assert suggestion in reply.get_json()["message"]


def test_percents_are_rounded_down() -> None:
    assert [covered_percent(*counts) for counts in ((999, 1000), (2, 3), (3, 3), (0, 7), (0, 0))] == [
        99,
        66,
        100,
        0,
        100,
    ]


def play_all_statuses(client: Client, operation: Operation) -> None:
    """Play the case of tests/tables/services for each status, with a reset after each."""
    for status in operation.reply_validators:
        case = find_case(operation, status)
        client.with_token(None).put("//__admin/settings", json={"tenant": client.tenant} | case.pop("switches", {}))
        headers = {"X-Mock-Test": f"{operation.id} {status}"}
        reply = play_case(client.with_token(case.pop("token")), operation, case, headers)
        assert reply.status_code == status
        client.with_token(None).post("//__admin/reset")


def test_all_operations_and_documented_statuses_can_be_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "MAX_TEST_NAMES", 10_000)  # each status of each operation has a name
    app = build(Settings())
    client = Client(app.flask, "acme")
    for operation in app.api_operations:
        play_all_statuses(client, operation)
    report = client.get("//__admin/coverage").get_json()
    for dimension in ("operations", "statuses"):
        figures = report["dimensions"][dimension]
        assert (figures["covered"], figures["percent"], figures["missing"]) == (figures["total"], 100, [])
    assert report["dimensions"]["operations"]["total"] == len(app.api_operations)
    for operation in report["operations"]:
        documented = [item for item in operation["cells"] if item["dimension"] == "statuses"]
        for item in [*documented, *(other for other in operation["undocumented"] if other["dimension"] == "statuses")]:
            assert f"{operation['id']} {item['value']}" in item["tests"]


def test_all_element_codes_can_be_covered_and_none_is_undocumented(client: Client) -> None:
    for call in join_tables("element_codes"):
        path = call["path"].replace("/acme/", f"/{client.tenant}/")
        assert client.send(call["method"], path, json=call["json"]).status_code == 207
    dimension = read_report(client)["dimensions"]["elements"]
    assert (dimension["percent"], dimension["missing"]) == (100, [])
    assert [operation["id"] for operation in read_report(client)["operations"] if operation["undocumented"]] == []


def test_junit_agrees_with_the_report(client: Client) -> None:
    client.get(ITEM, headers={"X-Mock-Test": HOSTILE})
    reply = client.get(f"//__admin/coverage?tenant={client.tenant}&format=junit")
    assert (reply.status_code, reply.mimetype) == (200, "application/xml")
    suites = {suite.name: suite for suite in JUnitXml.fromstring(reply.data)}
    dimensions = read_report(client)["dimensions"]
    assert suites.keys() == dimensions.keys()
    for name, dimension in dimensions.items():
        cases = list(suites[name])
        skipped = [case for case in cases if case.is_skipped]
        assert (len(cases), len(skipped)) == (dimension["total"], len(dimension["missing"]))
        assert (suites[name].tests, suites[name].skipped, suites[name].failures) == (len(cases), len(skipped), 0)
    assert [case.system_out for case in suites["operations"] if case.is_passed] == [HOSTILE]
    assert b"tests=" not in reply.data.partition(b"<testsuite ")[0]  # no total over all dimensions


def test_markdown_shows_each_dimension_and_no_markup_of_clients(client: Client) -> None:
    client.with_token(None).post(
        "//__admin/tokens",
        json={"token": f"odd-{client.tenant}", "name": "a|<b>`c`|[d](e) @f", "scopes": ["x|y", READ]},
    )
    client.with_token(f"odd-{client.tenant}").get(ITEM)
    reply = client.get(f"//__admin/coverage?tenant={client.tenant}&format=markdown")
    assert (reply.status_code, reply.mimetype) == (200, "text/markdown")
    for name, dimension in read_report(client)["dimensions"].items():
        figures = f"{dimension['percent']} % | {dimension['covered']} of {dimension['total']}"
        assert f"| {COVERAGE_DIMENSIONS[name]} | {figures} |  |  |" in reply.text
        assert f"{COVERAGE_DIMENSIONS[name].capitalize()} not covered: {len(dimension['missing'])}" in reply.text
        assert f"- `{dimension['missing'][0]}`" in reply.text
    assert not re.search(r"<b>|\[d\]|@f|x\|y|`c`", reply.text)
    assert "a&#124;&#60;b&#62;" in reply.text


def test_the_page_escapes_client_text_and_loads_nothing(client: Client) -> None:
    client.get(ITEM, headers={"X-Mock-Test": HOSTILE})
    reply = client.get(f"//__admin/coverage?tenant={client.tenant}&format=html")
    assert (reply.status_code, reply.mimetype) == (200, "text/html")
    assert HOSTILE not in reply.text
    assert "<script" not in reply.text
    assert escape(HOSTILE).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in reply.text
    assert not re.search(r"""<[^>]*\b(src|href|action|on\w+)\s*=|url\(|@import""", reply.text)
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for dimension in read_report(client)["dimensions"].values():
        assert f"{dimension['covered']} of {dimension['total']}" in reply.text


def test_the_page_marks_undocumented_items_and_unused_scopes(client: Client) -> None:
    client.get(f"/{GOLDEN}?fields=", headers={"Accept-Language": "en;q=x"})
    client.with_token("manage-token").get(ITEM)
    text = client.get(f"//__admin/coverage?tenant={client.tenant}&format=html").text
    assert "Observed, but not in the contract" in text
    assert f'<code class="bad">{MANAGE}</code>' in text
    assert f"<code>{GET_ITEM}</code>, 1 time" in text


def read_persona(client: Client, name: str) -> Any:
    return next(persona for persona in read_report(client)["personas"] if persona["name"] == name)


def test_least_privilege_lists_granted_needed_and_lacked_scopes(client: Client) -> None:
    client.get(ITEM)
    client.with_token("manage-token").put(ITEM)
    for _ in range(2):
        client.with_token("manage-token").get(ITEM)
    names = {persona["name"] for persona in read_report(client)["personas"]}
    assert names == {"admin-token", "manage-token"}
    assert read_persona(client, "admin-token") == {
        "name": "admin-token",
        "granted": list(ADMIN_SCOPES),
        "needed": {READ: [GET_ITEM]},
        "neverNeeded": [scope for scope in ADMIN_SCOPES if scope != READ],
        "lacked": {},
    }
    assert read_persona(client, "manage-token") == {
        "name": "manage-token",
        "granted": [MANAGE],
        "needed": {MANAGE: [PUT_ITEM]},
        "neverNeeded": [],
        "lacked": {GET_ITEM: {"calls": 2, "anyOf": [READ, READ_OWN]}},
    }


def test_a_call_that_fails_after_authorization_needs_its_scope(client: Client) -> None:
    assert client.with_token("read-token").get(f"/{GOLDEN}/items/PRODUCT/nowhere").status_code == 404
    assert read_persona(client, "read-token")["neverNeeded"] == []
    assert ("scopes", "", READ) not in covered_items(client, GET_ITEM)


def test_a_parameter_beyond_the_own_scope_lacks_the_wider_one(client: Client) -> None:
    assert client.with_token("customer-token").get("?customerId=98029737").status_code == 403
    persona = read_persona(client, "customer-token")
    assert (persona["granted"], persona["needed"]) == (sorted(OWN), {})
    assert persona["lacked"] == {LIST: {"calls": 1, "anyOf": ["customersegment.segment_read"]}}


def test_unused_scopes_of_a_customer_login_are_not_reported(client: Client) -> None:
    login = {"email": "john.doe@email.com", "password": "secret1"}
    token = client.with_token("no-scope-token").post(f"//customer/{client.tenant}/login", json=login).get_json()
    client.with_token(token["access_token"]).get("")
    persona = read_persona(client, "customer:98029737")
    assert (persona["needed"], persona["neverNeeded"]) == ({READ_OWN: [LIST]}, [])
    assert len(persona["granted"]) > 1


def test_an_operation_without_scopes_lacks_none(client: Client, shared: App) -> None:
    operations = {operation.id: operation for operation in shared.api_operations}
    operation = operations["POST-customer-exchange-authtoken"]
    refused = find_case(operation, 403)
    refused["path"] = refused["path"].replace("statuses", client.tenant)
    assert play_case(client.with_token(refused.pop("token")), operation, refused).status_code == 403
    assert read_persona(client, "no-scope-token")["lacked"] == {}


def test_a_call_without_a_token_has_no_persona() -> None:
    app = build(Settings())
    client = Client(app.flask, "acme", None)
    client.get("//customerlogin/auth/anonymous/login?tenant=acme&client_id=storefront")
    (exchange,) = app.records.list_entries()
    assert (exchange.status, exchange.principal) == (200, None)
    assert client.get("//__admin/coverage").get_json()["personas"] == []


def test_an_invalid_token_grants_nothing(client: Client) -> None:
    assert client.with_token("expired-token").get(ITEM).status_code == 401
    assert read_report(client)["personas"] == []


def test_an_injected_response_records_no_scopes(client: Client, exchanges: list[Exchange]) -> None:
    client.get(ITEM)
    (exchange,) = exchanges
    recorder = coverage.Coverage()
    exchange.is_injected = True
    recorder.record_exchange(exchange)
    assert recorder.personas == {}
    exchange.is_injected = False
    recorder.record_exchange(exchange)
    assert recorder.personas.keys() == {"admin-token"}


def test_personas_are_cleared_with_the_coverage(client: Client) -> None:
    client.get(ITEM)
    client.delete(f"//__admin/coverage?tenant={client.tenant}")
    assert read_report(client)["personas"] == []


def test_personas_and_their_scopes_are_bounded(client: Client, exchanges: list[Exchange]) -> None:
    client.get(ITEM)
    (exchange,) = exchanges
    assert exchange.principal
    recorder = coverage.Coverage()
    for number in range(coverage.MAX_PERSONAS + 5):
        exchange.principal = replace(exchange.principal, name=str(number))
        recorder.record_exchange(exchange)
    exchange.principal = replace(exchange.principal, name="0", scopes=frozenset(map(str, range(1000))))
    recorder.record_exchange(exchange)
    copied = recorder.personas
    assert len(copied) == coverage.MAX_PERSONAS + 1
    assert copied[coverage.OTHER_CALLERS].needed_scopes == {(READ, GET_ITEM)}
    other = coverage.Coverage()
    other.personas["0"] = Persona({f"other{number}" for number in range(1000)})
    recorder.merge(other)
    assert len(recorder.personas["0"].granted_scopes) == coverage.MAX_SCOPES_PER_PERSONA


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """Yield the URL of a server that has received two calls."""
    with start_server() as (_, ready):
        send_request(f"{ready['url']}/customer-segment/acme/segments{ITEM}", headers={"X-Mock-Test": "one"})
        send_request(f"{ready['url']}/customer-segment/acme/segments{ITEM}", headers={"Authorization": ""})
        yield ready["url"]


def test_the_gate_passes_when_coverage_is_sufficient(served: str) -> None:
    completed = run_command("coverage", "--url", served, "--service", "customer-segment", "--min-operations", "2")
    assert (completed.returncode, completed.stderr) == (0, "")
    assert re.search(r"^operations +2 % +1 of 36$", completed.stdout, re.M)
    assert re.search(r"^documented statuses +1 % +2 of \d+$", completed.stdout, re.M)
    assert f"  admin-token: {', '.join([scope for scope in ADMIN_SCOPES if scope != READ])}" in completed.stdout


def test_the_gate_lists_what_is_missing(served: str) -> None:
    every = {operation.id for operation in build(Settings()).api_operations}
    completed = run_command(
        "coverage", "--url", served, "--min-operations", "4", "--min-statuses", "0", "--min-enum-values", "0"
    )
    assert completed.returncode == 1
    complaints = [line for line in completed.stderr.splitlines() if not line.startswith(" ")]
    assert complaints == [f"operations: {100 // len(every)} % is below the minimum of 4 %; not covered:"]
    listed_operations = {line.strip() for line in completed.stderr.splitlines() if line.startswith(" ")}
    assert listed_operations == every - {GET_ITEM}


@pytest.mark.parametrize(
    "flag", ["operations", "statuses", "parameters", "body-properties", "enum-values", "scopes", "elements"]
)
def test_every_dimension_has_a_minimum_of_its_own(served: str, flag: str) -> None:
    assert run_command("coverage", "--url", served, f"--min-{flag}", "100").returncode == 1


def test_a_report_can_be_written_to_a_file_in_any_format(served: str, tmp_path: Path) -> None:
    for form in ("text", "json", "html", "junit", "markdown"):
        path = tmp_path / form
        completed = run_command(
            "coverage", "--url", f"{served}/", "--format", form, "--output", str(path), "--min-scopes", "100"
        )
        assert (completed.returncode, completed.stdout) == (1, "")
    assert json.loads((tmp_path / "json").read_bytes())["dimensions"]["operations"]["covered"] == 1
    assert (tmp_path / "html").read_text().startswith("<!DOCTYPE html>")
    assert len(list(JUnitXml.fromfile(str(tmp_path / "junit")))) == len(COVERAGE_DIMENSIONS)
    assert (tmp_path / "text").read_text().strip().endswith("tax.tax_read")


def test_the_documented_gate_commands_are_valid() -> None:
    pages = [(ROOT / name).read_text() for name in ("README.md", "docs/control.md")]
    lines = [line for page in pages for line in re.findall(r"mockserver coverage( --[^`\n]+)", page)]
    minimums = [commands.coverage.make_context("coverage", shlex.split(line)).params for line in lines]
    assert len(minimums) == 4
    assert all(any(parameters[name] for name in COVERAGE_DIMENSIONS) for parameters in minimums)


def test_only_a_minimum_that_is_not_reached_fails_in_junit(served: str, tmp_path: Path) -> None:
    minimums = ["--min-operations", "2", "--min-statuses", "50"]
    path, summary = tmp_path / "coverage.xml", tmp_path / "summary.md"
    summary.write_text("before\n")
    arguments = ["--service", "customer-segment", "--format", "junit", "--output", str(path), "--summary", str(summary)]
    completed = run_command("coverage", "--url", served, *arguments, *minimums)
    suites = {suite.name: suite for suite in JUnitXml.fromfile(str(path))}
    failures = {
        name: [(case.classname, case.name) for case in suite if case.is_failure] for name, suite in suites.items()
    }
    assert completed.returncode == 1
    assert failures.pop("statuses") == [("minimum", "at least 50 %")]
    assert not any(failures.values())
    assert [case.is_passed for case in suites["operations"]][-1]
    (failure,) = [case.result[0] for case in suites["statuses"] if case.is_failure]
    missing = {line.strip() for line in completed.stderr.splitlines() if line.startswith(" ")}
    assert set(failure.text.splitlines()[1:]) == missing
    text = summary.read_text()
    assert text.startswith("before\n## Coverage of the contract\n\ncustomer-segment, all tenants\n")
    assert re.search(r"^\| operations \| 2 % \| 1 of 36 \| 2 % \| ✅ \|$", text, re.M)
    assert re.search(r"^\| documented statuses \| 1 % \| 2 of \d+ \| 50 % \| ❌ not reached \|$", text, re.M)


def test_the_gate_sends_the_admin_token() -> None:
    with start_server(MOCKSERVER_ADMIN_TOKEN="secret") as (_, ready):
        arguments = ["coverage", "--url", ready["url"], "--format", "json"]
        refused = run_command(*arguments)
        assert refused.returncode == 2
        assert "answers 401" in refused.stderr
        assert run_command(*arguments, variables={"MOCKSERVER_ADMIN_TOKEN": "secret"}).returncode == 0
        assert json.loads(run_command(*arguments, "--admin-token", "secret").stdout)["personas"] == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--url", "http://127.0.0.1:1"], "127.0.0.1:1"),
        (["--url", "nonsense"], "nonsense"),
        (["--min-operations", "101"], "--min-operations"),
        (["--service", "nothing"], "customer-segment"),
        (["--tenant", "NO"], "400"),
        (["--output", "/nowhere/report"], "/nowhere/report"),
    ],
)
def test_a_usage_error_is_one_line_and_exit_code_2(served: str, arguments: list[str], reason: str) -> None:
    completed = run_command("coverage", *([] if "--url" in arguments else ["--url", served]), *arguments)
    assert (completed.returncode, completed.stdout) == (2, "")
    assert len(completed.stderr.splitlines()) == 1
    assert reason in completed.stderr
