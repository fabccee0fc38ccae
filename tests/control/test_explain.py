"""Explanations: every refusal names its rule and its place in the spec, and the suggested request avoids it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from werkzeug.test import TestResponse

from mockserver.app import App
from mockserver.contract import spec
from mockserver.contract.operations import Operation
from mockserver.control.explain.fidelity import load_fidelity_rules
from mockserver.resources import data_folder
from tests.support.client import Client
from tests.support.samples import GOLDEN, HAMMER, PLATINUM
from tests.support.service_tables import merge_tables
from tests.support.status_cases import APP, TABLE, find_case, play_case

OPERATIONS = {operation.id: operation for operation in APP.api_operations}
REFUSALS = [(id_, status) for id_ in OPERATIONS for status in TABLE[id_] if status.startswith("4")]
# Refusals without a suggested request: injected ones, those for a broken id in the path, and those of the tables, for
# an unknown reference, a resource that no list has, such as a session, something that exists already, or a parameter
# that is missing.
WITHOUT_SUGGESTION = {
    *((id_, status) for id_, statuses in merge_tables("without_suggestion").items() for status in statuses),
    *((id_, "400") for id_ in OPERATIONS if "%FF" in TABLE[id_].get("400", {}).get("path", "")),
    *((id_, status) for id_, status in REFUSALS if "Prefer" in TABLE[id_][status].get("headers", {})),
}
RULES_OF_SUGGESTIONS = {"D4", "J4", "D10", "O5", "X6", "Q2", "Q12"}


def read_explanation(client: Client, refused: TestResponse) -> dict[str, Any]:
    reply = client.with_token(None).get(f"//__admin/explain/{refused.headers['X-Mock-Explain']}")
    assert reply.status_code == 200, reply.text
    explanation: dict[str, Any] = reply.get_json()
    assert explanation["status"] == refused.status_code
    return explanation


def run_curl(client: Client, line: str) -> TestResponse:
    """Run a curl line in process."""
    curl, *words = shlex.split(line)
    assert curl == "curl"
    method, headers, body, url = "GET", {}, None, ""
    rest = iter(words)
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, text = next(rest).partition(": ")
            headers[name] = text
        elif word == "-d":
            body = next(rest)
        else:
            url = word
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("http", "localhost")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return client.flask.test_client().open(path, method=method, headers=headers, data=body)


def resolve_spec_place(explanation: dict[str, Any]) -> Any:
    """Return the part of the spec that an explanation names."""
    file, _, pointer = explanation["spec"].partition("#")
    return spec.load_spec(data_folder("spec").parent / file).resolve({"$ref": f"#{pointer}"})


@pytest.mark.parametrize(("operation_id", "status"), REFUSALS)
def test_every_refusal_is_explained_and_its_suggestion_avoids_it(
    operation_id: str, status: str, simulator: Callable[..., Client], client: Client
) -> None:
    client.with_token(None).post("//__admin/reset")  # the cases name several tenants
    case = find_case(OPERATIONS[operation_id], int(status))
    caller = (simulator(**case.pop("switches")) if "switches" in case else client).with_token(case.pop("token"))
    refused = play_case(caller, OPERATIONS[operation_id], case)
    assert refused.status_code == int(status)
    explanation = read_explanation(caller, refused)
    assert resolve_spec_place(explanation)["operationId"] == operation_id
    if "rule" in explanation:
        rule = load_fidelity_rules()[explanation["rule"]["id"]]
        assert explanation["rule"] == {"id": rule.id, "basis": rule.basis, "text": rule.text}
    takes_secrets = not OPERATIONS[operation_id].scopes
    assert ("nearest" in explanation) == (not takes_secrets and (operation_id, status) not in WITHOUT_SUGGESTION), (
        explanation
    )
    if "nearest" in explanation:
        reply = run_curl(caller, explanation["nearest"]["curl"])
        assert reply.status_code != refused.status_code, explanation
        # With the right token the segment or group is still not empty, the product still has a stock, the order is
        # still somebody else's, the cart still needs an owner, it still has the coupon, and an approval needs a cart.
        assert reply.status_code < 300 or read_explanation(caller, reply)["rule"]["id"] in RULES_OF_SUGGESTIONS


@pytest.mark.parametrize(
    ("method", "path", "instead"),
    [
        ("GET", "//customer-segment/{}/segment", "/customer-segment/{}/segments"),
        ("GET", f"/{GOLDEN}/item", f"/customer-segment/{{}}/segments/{GOLDEN}/items"),
        ("GET", f"/{GOLDEN}/items/{HAMMER}", f"/customer-segment/{{}}/segments/{GOLDEN}/items"),
        ("GET", "//v1/customer-segment/{}/segments/items", "/customer-segment/{}/segments/items"),
        ("POST", f"/{GOLDEN}/items/serch", f"/customer-segment/{{}}/segments/{GOLDEN}/items/search"),
        ("GET", "//hello/world", None),
        ("GET", f"//{'customer-segment/' * 50}", None),
    ],
)
def test_an_unknown_path_leads_to_the_nearest_operation(
    client: Client, method: str, path: str, instead: str | None
) -> None:
    refused = client.send(method, path.format(client.tenant))
    explanation = read_explanation(client, refused)
    assert (refused.status_code, explanation["rule"]["id"]) == (404, "F2")
    if instead is None:
        assert "nearest" not in explanation
        return
    line = explanation["nearest"]["curl"]
    assert instead.format(client.tenant) in line
    assert run_curl(client, line).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", ""), ("GET", f"/{GOLDEN}/items/search"), ("PUT", f"/{GOLDEN}/items")]
)
def test_a_wrong_method_leads_to_one_that_the_path_has(client: Client, method: str, path: str) -> None:
    refused = client.send(method, path)
    assert refused.status_code == 405
    assert run_curl(client, read_explanation(client, refused)["nearest"]["curl"]).status_code == 200


def strict(client: Client) -> Client:
    client.with_token(None).put("//__admin/settings", json={"tenant": client.tenant, "contract": "strict"})
    return client


@pytest.mark.parametrize(
    ("method", "path", "request_"),
    [
        ("GET", "/items?pagesize=5&hello=1", {}),
        ("GET", "/items", {"headers": {"X-Total-Counts": "true"}}),
        ("PUT", f"/{GOLDEN}/items/PRODUCT/{HAMMER}", {"json": {"metadata": {"versoin": 1, "mixins": {}}, "any": 1}}),
        ("PUT", f"/{GOLDEN}/items/PRODUCT/bulk", {"json": [{"id": HAMMER, "ID": 1}, {"id": HAMMER}]}),
    ],
)
def test_c11b_undeclared_fields_are_dropped_or_corrected(client: Client, method: str, path: str, request_: Any) -> None:
    refused = strict(client).send(method, path, **request_)
    explanation = read_explanation(client, refused)
    assert (refused.status_code, explanation["rule"]["id"]) == (400, "C11b")
    assert explanation["pointer"] == refused.get_json()["details"]["field"]
    assert run_curl(client, explanation["nearest"]["curl"]).status_code < 300


def test_a_corrected_field_keeps_its_value(client: Client) -> None:
    explanation = read_explanation(client, strict(client).get("/items?pagesize=1"))
    assert len(run_curl(client, explanation["nearest"]["curl"]).get_json()) == 1


def test_a_repeated_parameter_keeps_all_its_values(client: Client) -> None:
    query = "categoryIds=12468505&categoryIds=a%2Cb&showUnpublished=maybe"
    refused = client.get(f"//category/{client.tenant}/category-trees?{query}")
    line = read_explanation(client, refused)["nearest"]["curl"]
    assert "?categoryIds=12468505&categoryIds=a%2Cb'" in line
    assert [tree["id"] for tree in run_curl(client, line).get_json()] == ["12468504"]


def test_no_issued_token_and_no_secret_is_shown(client: Client) -> None:
    caller = client.with_token(None)
    credentials = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "secret", "scope": ""}
    issued = caller.post("//oauth/token", data=credentials).get_json()["access_token"]
    refused = client.with_token(issued).delete(f"/{GOLDEN}?access_token={issued}")
    assert refused.status_code == 403
    assert issued not in str(read_explanation(client, refused))
    for body in ({"client_secret": ["hush"]}, "hush", credentials | {"client_secret": "hush"}):
        refused = caller.post("//oauth/token", json=body)
        assert refused.status_code in {400, 401}
        assert "hush" not in str(read_explanation(client, refused))


@pytest.mark.parametrize("body", ["@/etc/passwd", "{'quoted': \"$HOME\"}", "it's"])
def test_a_curl_line_is_safe_to_paste(client: Client, body: str) -> None:
    headers = {"Host": "localhost", "Accept-Language": "'; echo $(id) `id` @x"}
    explanation = read_explanation(
        client, client.with_token(None).put(f"/$(id);'/items/PRODUCT/{HAMMER}", data=body, headers=headers)
    )
    words = shlex.split(explanation["nearest"]["curl"])
    assert words[:3] == ["curl", "-X", "PUT"]
    assert "-d" not in words or words[words.index("-d") + 1].startswith(("{", "[", '"'))
    assert run_curl(client, explanation["nearest"]["curl"]).status_code == 400  # D6: there is no such segment


def test_an_invalid_host_is_not_repeated(client: Client) -> None:
    refused = client.with_token(None).get("", headers={"Host": "evil/$(id)"})
    assert read_explanation(client, refused)["nearest"]["curl"].startswith(
        "curl http://127.0.0.1:8080/customer-segment/"
    )


def test_a_dropped_exchange_has_no_explanation(client: Client, shared: App) -> None:
    refused = client.get("/nowhere")
    shared.records.get_record(client.tenant).journal.clear()
    assert client.with_token(None).get(f"//__admin/explain/{refused.headers['X-Mock-Explain']}").status_code == 404


def test_a_switched_refusal_names_its_own_rule(simulator: Callable[..., Client]) -> None:
    hidden = simulator(foreign_segment="403").with_token("customer-token")
    explanation = read_explanation(hidden, hidden.get(f"/{PLATINUM}"))
    assert (explanation["status"], explanation["rule"]["id"]) == (403, "A11")
    assert run_curl(hidden, explanation["nearest"]["curl"]).status_code == 200
    childless = simulator(missing_parent="404")
    for path in ("/nowhere/items", "/nowhere/customers"):
        explanation = read_explanation(childless, childless.get(path))
        assert (explanation["status"], explanation["rule"]["id"]) == (404, "C9")
        assert run_curl(childless, explanation["nearest"]["curl"]).status_code == 200


def test_no_token_is_suggested_where_none_is_checked(simulator: Callable[..., Client]) -> None:
    client = simulator(auth="off").with_token(None)
    explanation = read_explanation(client, client.get("/items/category-trees"))
    assert explanation["status"] == 403
    assert "nearest" not in explanation


def test_a_revoked_token_is_not_suggested(client: Client) -> None:
    caller = client.with_token(None)
    for token in ("admin-token", "read-token"):
        assert caller.delete(f"//__admin/tokens/{token}?tenant={client.tenant}").status_code == 204
    assert run_curl(client, read_explanation(client, caller.get("/items"))["nearest"]["curl"]).status_code == 200
    assert caller.delete(f"//__admin/tokens/customer-token?tenant={client.tenant}").status_code == 204
    assert caller.delete(f"//__admin/tokens/customer2-token?tenant={client.tenant}").status_code == 204
    curl = read_explanation(client, caller.get("/items"))["nearest"]["curl"]
    assert "Bearer customer:" in curl
    assert run_curl(client, curl).status_code == 200
    caller.post(f"//__admin/reset?tenant={client.tenant}")


def test_a_body_that_curl_sent_as_a_form_keeps_its_content(client: Client) -> None:
    body = '{"name":{"en":"Formed"},"siteCode":"main"}'
    refused = client.put("/formed", data=body, content_type="application/x-www-form-urlencoded")
    explanation = read_explanation(client, refused)
    assert (explanation["rule"]["id"], explanation["pointer"]) == ("F3a", "Content-Type")
    assert run_curl(client, explanation["nearest"]["curl"]).status_code == 201
    assert client.get("/formed").get_json()["name"] == {"en": "Formed"}


def test_an_injected_response_names_its_fault(client: Client, shared: App) -> None:
    refused = client.get("/nowhere")
    exchange = shared.records.find_entry(refused.headers["X-Mock-Explain"])
    assert exchange is not None
    exchange.fault, exchange.is_injected = "flaky", True
    explanation = read_explanation(client, refused)
    assert explanation["fault"] == "flaky"
    assert "nearest" not in explanation


BODIES = [
    operation
    for operation in OPERATIONS.values()
    if operation.scopes and operation.body_plan and operation.body_plan.required
]


@pytest.mark.parametrize("operation", BODIES, ids=lambda operation: operation.id)
def test_the_spec_shows_a_body_that_is_as_declared(operation: Operation) -> None:
    assert operation.body_plan is not None
    assert operation.body_plan.example is not None
    assert not operation.body_plan.parse_body(orjson.dumps(operation.body_plan.example), None).element_errors


@pytest.mark.parametrize("world", ["checkout", "Checkout"])
def test_the_suggested_request_is_in_the_world_of_the_refused_one(client: Client, world: str) -> None:
    content = {"sites": [{"code": "main"}], "segments": [{"id": "own", "status": "ACTIVE"}]}
    named = {"X-Mock-World": world}
    assert client.post("//__admin/seed", json={"inline": content}, headers=named).status_code == 200
    refused = client.get(f"//customer-segment/{client.tenant}/segmentz/own", headers=named)
    explained = client.get(f"//__admin/explain/{refused.headers['X-Mock-Explain']}", headers=named)
    assert run_curl(client, explained.get_json()["nearest"]["curl"]).status_code == 200


def test_a_call_with_an_invalid_world_is_in_no_journal(client: Client) -> None:
    assert client.get("", headers={"X-Mock-World": "a b"}).status_code == 400
    assert client.get(f"//__admin/requests?tenant={client.tenant}").get_json()["requests"] == []
