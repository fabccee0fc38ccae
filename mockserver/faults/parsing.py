"""Parse the JSON of a fault, and check that everything it names exists."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Literal

import orjson

from ..contract.operations import Operation
from ..errors import BadRequest
from ..messages import NetworkFault
from ..wording import describe_unknown
from . import replies
from .fault import Barrier, CallMatcher, CallTest, Delay, ElementFault, Fault
from .replies import ReplyChoice, Unsatisfiable

NETWORK_FAULTS: Mapping[str, Literal["reset", "empty", "garbage", "truncated"]] = {
    "CONNECTION_RESET_BY_PEER": "reset",
    "EMPTY_RESPONSE": "empty",
    "RANDOM_DATA_THEN_CLOSE": "garbage",
    "MALFORMED_RESPONSE_CHUNK": "truncated",
}
ELEMENT_CHOICES = ("index", "id", "nth", "every")  # exactly one of them is given
STATUS_FIELDS = ("example", "jsonBody", "headers", "retryAfter")  # need a status
HEADER_NAME_PATTERN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE_PATTERN = re.compile(r"[\t -~\xa0-\xff]*")
RESERVED_HEADERS = {
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
DEFAULT_BARRIER_SECONDS = 10
MAX_FAULT_BYTES = 64 * 1024  # of its JSON

FaultJson = Mapping[str, Any]
OperationsById = Mapping[str, Operation]


def parse_fault(
    fault_json: FaultJson,
    id_: str,
    tenant: str | None,
    operations: OperationsById,
    index_base: int,
    *,
    scenario: str = "",
    passes: CallTest | None = None,
) -> Fault:
    """Return the fault; Unsatisfiable if it names something unknown, BadRequest if its fields contradict each other.

    index_base: the index of a bulk's first element, 0 or 1 (E3).
    scenario: the name of the scenario that the fault belongs to, or "". passes: tests calls beyond what the JSON says.
    """
    if len(orjson.dumps(fault_json)) > MAX_FAULT_BYTES:
        raise _fault_json_error("response", f"The fault is longer than {MAX_FAULT_BYTES} bytes.")
    response = fault_json.get("response", {})
    matcher = replace(parse_call_matcher(fault_json, tenant, operations), passes=passes)
    fault = Fault(
        id=id_,
        definition=fault_json if tenant is None else {**fault_json, "tenant": tenant},
        matcher=matcher,
        skip=fault_json.get("skip", 0),
        times=fault_json.get("times"),
        every=fault_json.get("every", 1),
        reply_choice=_parse_reply_choice(response),
        network_fault=_parse_network_fault(response),
        delay=_parse_delay(response),
        barrier=_parse_barrier(fault_json["barrier"], tenant, operations) if "barrier" in fault_json else None,
        element_fault=_parse_element_fault(fault_json),
        commit=fault_json.get("commit", False),
        scenario=scenario,
    )
    if not (fault.is_final or fault.is_timed or fault.element_fault):
        raise _fault_json_error("response", "The fault does nothing: give it a response, an item or a barrier.")
    _check_satisfiable(fault, _matching_operations(matcher, operations), index_base)
    return fault


def parse_call_matcher(call_json: FaultJson, tenant: str | None, operations: OperationsById) -> CallMatcher:
    """Return which calls match; Unsatisfiable if the operation or a name of its path does not exist."""
    operation = call_json.get("operation")
    if operation is not None and operation not in operations:
        nearest_ids = get_close_matches(operation, operations, n=1, cutoff=0.3)
        suggestion = nearest_ids[0] if nearest_ids else None
        raise Unsatisfiable(describe_unknown("operation", operation, operations, suggestion=suggestion))
    headers = {name.lower(): value for name, value in call_json.get("headers", {}).items()}
    query = call_json.get("query", {})
    matcher = CallMatcher(operation, tenant, call_json.get("path", {}), call_json.get("persona"), headers, query)
    if not _matching_operations(matcher, operations):
        candidates = _matching_operations(CallMatcher(operation), operations)
        names = sorted({name for candidate in candidates for name in candidate.parameters["path"].names})
        raise Unsatisfiable(
            f"No path of {operation or 'any operation'} has all of {', '.join(matcher.path_values)}; "
            f"known names: {', '.join(names) or 'none'}."
        )
    return matcher


def _matching_operations(matcher: CallMatcher, operations: OperationsById) -> list[Operation]:
    return [operation for operation in operations.values() if matcher.matches_operation(operation)]


def _check_satisfiable(fault: Fault, operations: Iterable[Operation], index_base: int) -> None:
    """Raise Unsatisfiable for a reply or an element that none of the operations can have."""
    if fault.element_fault:
        _check_element(fault.element_fault, [operation for operation in operations if operation.is_bulk], index_base)
    if fault.reply_choice is None:
        return
    reasons = [replies.unsatisfiable_reason(operation, fault.reply_choice) for operation in operations]
    if None not in reasons:
        hint = " No other operation has such a reply either." if len(reasons) > 1 else ""
        raise Unsatisfiable(f"{reasons[0]}{hint}")


def _check_element(element_fault: ElementFault, bulks: Iterable[Operation], index_base: int) -> None:
    sizes = [operation.body_plan.max_elements or sys.maxsize for operation in bulks if operation.body_plan]
    if not sizes:
        raise Unsatisfiable("The fault has an item, but none of its operations is a bulk.")
    last = index_base + max(sizes) - 1
    if element_fault.index is not None and not index_base <= element_fault.index <= last:
        raise Unsatisfiable(f"No bulk has an element {element_fault.index}; indexes go from {index_base} to {last}.")
    number = element_fault.nth or element_fault.every or 0
    if number > max(sizes):
        raise Unsatisfiable(f"No bulk has {number} elements; the longest has {max(sizes)}.")


def _parse_reply_choice(response: FaultJson) -> ReplyChoice | None:
    if "status" not in response:
        for name in STATUS_FIELDS:
            if name in response:
                raise _fault_json_error(f"response/{name}", "It needs a status.")
        return None
    if "example" in response and "jsonBody" in response:
        raise _fault_json_error("response/example", "Give an example or a jsonBody, not both.")
    headers = response.get("headers", {})
    for name, value in headers.items():
        is_valid = HEADER_NAME_PATTERN.fullmatch(name) and HEADER_VALUE_PATTERN.fullmatch(value)
        if not is_valid or name.lower() in RESERVED_HEADERS:
            raise _fault_json_error("response/headers", "A header is invalid, or reserved for the server.")
    return ReplyChoice(
        response["status"], response.get("example"), response.get("jsonBody"), headers, response.get("retryAfter")
    )


def _parse_network_fault(response: FaultJson) -> NetworkFault | None:
    dribble = response.get("chunkedDribbleDelay")
    if dribble and "fault" in response:
        raise _fault_json_error("response/fault", "Give a fault or a chunkedDribbleDelay, not both.")
    if dribble:
        return NetworkFault("drip", dribble["numberOfChunks"], dribble["totalDuration"] / 1000)
    return NetworkFault(NETWORK_FAULTS[response["fault"]]) if "fault" in response else None


def _parse_delay(response: FaultJson) -> Delay | None:
    fixed, distribution = response.get("fixedDelayMilliseconds", 0), response.get("delayDistribution", {})
    lower, upper = distribution.get("lower", 0), distribution.get("upper", 0)
    if lower > upper:
        raise _fault_json_error("response/delayDistribution", "lower must not be above upper.")
    return Delay(fixed + lower, fixed + upper, distribution.get("seed", 0)) if fixed + upper else None


def _parse_barrier(barrier_json: FaultJson, tenant: str | None, operations: OperationsById) -> Barrier:
    call_json = barrier_json["until"]
    matcher = parse_call_matcher(call_json, call_json.get("tenant", tenant), operations)
    timeout_seconds = barrier_json.get("timeoutSeconds", DEFAULT_BARRIER_SECONDS)
    return Barrier(matcher, barrier_json.get("at", "before"), timeout_seconds)


def _parse_element_fault(fault_json: FaultJson) -> ElementFault | None:
    """Return which element fails, and how; such a fault cannot do anything else."""
    if "item" not in fault_json:
        return None
    element_json = fault_json["item"]
    if "response" in fault_json or "barrier" in fault_json or "commit" in fault_json:
        detail = "A fault with an item cannot have a response, a barrier or commit; create a second fault for those."
        raise _fault_json_error("item", detail)
    if sum(name in element_json for name in ELEMENT_CHOICES) != 1:
        raise _fault_json_error("item", f"Say which elements fail, by one of {', '.join(ELEMENT_CHOICES)}.")
    code, example = element_json["code"], element_json.get("example")
    errors_by_example = replies.errors_by_example(code, "")
    if not errors_by_example:
        raise Unsatisfiable(f"Elements cannot fail with {code}; choose one of {_describe_codes()}.")
    if example is not None and example not in errors_by_example:
        raise Unsatisfiable(describe_unknown(f"{code} example", example, errors_by_example))
    return ElementFault(code, example, **{name: element_json.get(name) for name in ELEMENT_CHOICES})


def _describe_codes() -> str:
    return ", ".join(str(code) for code in range(400, 600) if replies.errors_by_example(code, ""))


def _fault_json_error(field: str, detail: str) -> BadRequest:
    return BadRequest(field=f"/{field}", error_type="fault", detail=detail)
