"""Turns a stub of WireMock into a fault, or says why that is impossible."""

from __future__ import annotations

from collections.abc import Mapping
from threading import local
from typing import Any

import orjson

from ...contract.operations import Operation
from ...contract.routing import Router
from ...errors import BadRequest, ClientError, MethodNotAllowed
from ...faults import parsing
from ...faults.fault import CallTest, Fault
from ...faults.replies import Unsatisfiable
from ...messages import JSON_MEDIA_TYPE
from ...practices.regexes import Deadline
from ...records.exchange import Exchange
from ..requests.patterns.request_patterns import RequestPattern, compile_request_pattern, list_accepted_methods
from ..requests.patterns.value_tests import PatternError

DEFAULT_PRIORITY = 5  # WireMock's
DEFAULT_STATUS = 200
STUB_FIELDS = ("id", "uuid", "name", "priority", "request", "response", "metadata", "persistent", "tenant")
RESPONSE_FIELDS = (
    *("status", "jsonBody", "body", "headers"),
    *("fixedDelayMilliseconds", "delayDistribution", "chunkedDribbleDelay", "fault"),
)
COPIED_FIELDS = ("fixedDelayMilliseconds", "delayDistribution", "chunkedDribbleDelay", "fault")  # faults have them too
REASONS = {
    "scenarioName": "stubs have no states; use the real state, or a fault with `skip` and `times`",
    "requiredScenarioState": "stubs have no states; use the real state, or a fault with `skip` and `times`",
    "newScenarioState": "stubs have no states; use the real state, or a fault with `skip` and `times`",
    "postServeActions": "nothing is called after a response",
    "serveEventListeners": "nothing is called after a response",
    "persistent": "stubs live in memory",
    "proxyBaseUrl": "nothing is forwarded",
    "additionalProxyRequestHeaders": "nothing is forwarded",
    "transformers": "responses are not templates",
    "transformerParameters": "responses are not templates",
    "bodyFileName": "there are no files; give the body",
    "base64Body": "give body or jsonBody",
    "statusMessage": "the phrase follows from the status",
}

StubJson = Mapping[str, Any]


class CurrentCall(local):
    """The deadline that all stubs share for the call that a thread is answering."""

    def __init__(self) -> None:
        self._call: tuple[int, int] | None = None
        self._deadline = Deadline()

    def find_deadline(self, exchange: Exchange) -> Deadline:
        """Return the deadline of a call; it begins with the first stub."""
        call = exchange.number, exchange.started_ns
        if call != self._call:
            self._call, self._deadline = call, Deadline()
        return self._deadline


CURRENT_CALL = CurrentCall()


def parse_stub(
    stub_json: StubJson, id_: str, tenant: str | None, operations: Mapping[str, Operation], index_base: int
) -> Fault:
    """Return the fault that answers for a stub; Unsatisfiable if no fault can, BadRequest if fields contradict."""
    _refuse_others("A stub", stub_json, STUB_FIELDS)
    request_json = _without_nulls(stub_json.get("request") or {})
    if "tenant" in request_json:
        raise Unsatisfiable("The tenant belongs next to the request, not in it.")
    try:
        pattern = compile_request_pattern(request_json)
    except PatternError as error:
        raise Unsatisfiable(str(error)) from None
    targets = _find_targets(request_json, operations)
    fault_json: dict[str, Any] = {"response": _response_json(_without_nulls(stub_json.get("response") or {}))}
    if len(targets) == 1:
        fault_json["operation"] = next(iter(targets))
    fault = parsing.parse_fault(fault_json, id_, tenant, targets, index_base, passes=_test_of(pattern, targets))
    fault.definition = {"stub": {**stub_json, "id": id_, "uuid": id_}, **({"tenant": tenant} if tenant else {})}
    fault.priority = stub_json.get("priority") or DEFAULT_PRIORITY
    return fault


def _test_of(pattern: RequestPattern, targets: Mapping[str, Operation]) -> CallTest:
    """Return a test of calls; what stubs cannot decide within the time for a call does not match it."""

    def passes(exchange: Exchange) -> bool:
        try:
            is_target = exchange.operation is not None and exchange.operation.id in targets
            return is_target and pattern.matches_entry(exchange, CURRENT_CALL.find_deadline(exchange))
        except BadRequest:
            return False

    return passes


def _without_nulls(fields: StubJson) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _refuse_others(owner: str, fields: StubJson, supported: tuple[str, ...]) -> None:
    """Raise Unsatisfiable for a field that would have no effect."""
    for name, value in fields.items():
        is_harmless = value is None or (name == "persistent" and not value)
        if not is_harmless and (name not in supported or name == "persistent"):
            reason = f": {REASONS[name]}" if name in REASONS else ""
            known = ", ".join(field for field in supported if field != "persistent")
            raise Unsatisfiable(f"{owner} cannot have {name[:100]}{reason}. It can have {known}.")


def _find_targets(request_json: StubJson, operations: Mapping[str, Operation]) -> Mapping[str, Operation]:
    """Return the operations that the request may call, by id; Unsatisfiable without any."""
    method = str(request_json.get("method", "ANY")).upper()
    accepted = list_accepted_methods(method)
    path = request_json.get("url", request_json.get("urlPath", request_json.get("urlPathTemplate")))
    candidates = {
        id_: operation
        for id_, operation in operations.items()
        if not accepted or operation.method in accepted or ("HEAD" in accepted and operation.method == "GET")
    }
    if path is not None:
        called = _route(
            Router(operations.values()), path.partition("?")[0].replace("{", "").replace("}", ""), candidates
        )
        candidates = {id_: operation for id_, operation in candidates.items() if id_ in called}
    if not candidates:
        services = ", ".join(sorted({operation.service for operation in operations.values()}))
        target = f"{method} {path or ''}".strip()[:200]
        raise Unsatisfiable(
            f"No operation answers {target}, and a stub cannot add one. Simulated services: {services}."
        )
    return candidates


def _route(router: Router, path: str, candidates: Mapping[str, Operation]) -> set[str]:
    """Return the ids of the operations that the path leads to."""
    ids = set()
    for method in {operation.method for operation in candidates.values()}:
        try:
            ids.add(router.route(method, path)[0].id)
        except (MethodNotAllowed, ClientError):
            continue
    return ids


def _response_json(response_json: StubJson) -> dict[str, Any]:
    """Return the response of a fault."""
    _refuse_others("The response of a stub", response_json, RESPONSE_FIELDS)
    response = {name: response_json[name] for name in COPIED_FIELDS if name in response_json}
    if response.get("delayDistribution", {}).get("type", "uniform") != "uniform":
        raise Unsatisfiable("A delayDistribution is uniform, with lower and upper.")
    if "fault" in response:
        return response  # what WireMock sends then has no status either
    response |= {"status": response_json.get("status", DEFAULT_STATUS), "headers": _headers(response_json)}
    body = _body(response_json)
    return response if body is None else {**response, "jsonBody": body}


def _headers(response_json: StubJson) -> dict[str, str]:
    headers = {}
    for name, value in response_json.get("headers", {}).items():
        if not isinstance(value, str):
            raise Unsatisfiable(f"The header {name[:100]} needs one text as its value.")
        if name.lower() != "content-type":
            headers[name] = value
        elif value.partition(";")[0].strip().lower() != JSON_MEDIA_TYPE:
            raise Unsatisfiable(f"The Content-Type of a stub is {JSON_MEDIA_TYPE}.")
    return headers


def _body(response_json: StubJson) -> Any:
    """Return the JSON body; None without one, so that the response gets an example of the contract."""
    if "jsonBody" in response_json:
        return response_json["jsonBody"]
    text = response_json.get("body") or None
    try:
        return None if text is None else orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unsatisfiable("The body of a stub must be JSON, as the contract of each operation requires.") from None
