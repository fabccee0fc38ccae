"""From JSON to a rule; what it names must exist."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal

import orjson

from ..contract.operations import Operation
from ..errors import BadRequest
from ..messages import NetworkFault
from . import replies
from .barriers import Barrier
from .matching import Match
from .replies import Impossible, Wanted
from .rules import Delay, Item, Rule

NETWORK_FAULTS: Mapping[str, Literal["reset", "empty", "garbage", "truncated"]] = {
    "CONNECTION_RESET_BY_PEER": "reset",
    "EMPTY_RESPONSE": "empty",
    "RANDOM_DATA_THEN_CLOSE": "garbage",
    "MALFORMED_RESPONSE_CHUNK": "truncated",
}
OF_A_STATUS = ("example", "jsonBody", "headers", "retryAfter")  # say more about a status, and nothing without one
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t -~\xa0-\xff]*")
SERVERS_OWN = {"connection", "content-length", "date", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
BARRIER_SECONDS = 10
BYTES_AT_MOST = 64 * 1024  # of a rule

Asked = Mapping[str, Any]
Operations = Mapping[str, Operation]


def rule(asked: Asked, id_: str, tenant: str | None, operations: Operations, base: int) -> Rule:
    """Return the rule; Impossible if it names what does not exist, BadRequest if its parts do not go together.

    base: the index of a bulk's first element, 1 or 0 (E3).
    """
    if len(orjson.dumps(asked)) > BYTES_AT_MOST:
        raise _wrong("response", f"The rule is longer than {BYTES_AT_MOST} bytes.")
    response, match = asked.get("response", {}), _match(asked, tenant, operations)
    found = Rule(
        id=id_,
        asked=asked if tenant is None else {**asked, "tenant": tenant},
        match=match,
        skip=asked.get("skip", 0),
        times=asked.get("times"),
        wanted=_wanted(response),
        network_fault=_network_fault(response),
        delay=_delay(response),
        barrier=_barrier(asked["barrier"], tenant, operations) if "barrier" in asked else None,
        item=_item(asked),
        commit=asked.get("commit", False),
    )
    if not (found.settles or found.is_timed or found.item):
        raise _wrong("response", "The rule does nothing: give it a response, an item or a barrier.")
    _check(found, _meant(match, operations), base)
    return found


def _match(asked: Asked, tenant: str | None, operations: Operations) -> Match:
    """Read which calls are meant; the operation and the names of its path must exist."""
    operation = asked.get("operation")
    if operation is not None and operation not in operations:
        near = get_close_matches(operation, operations, n=1, cutoff=0.3)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise Impossible(f"There is no operation {operation[:100]!r}.{meant} There are: {', '.join(operations)}.")
    headers = {name.lower(): value for name, value in asked.get("headers", {}).items()}
    match = Match(operation, tenant, asked.get("path", {}), asked.get("persona"), headers)
    if not _meant(match, operations):
        names = sorted({name for each in _meant(Match(operation), operations) for name in each.names["path"]})
        there_are = ", ".join(names) or "none"
        raise Impossible(
            f"No path has all of {', '.join(match.path)}; {operation or 'all operations'} have {there_are}."
        )
    return match


def _meant(match: Match, operations: Operations) -> list[Operation]:
    return [operation for operation in operations.values() if match.fits(operation)]


def _check(found: Rule, meant: Iterable[Operation], base: int) -> None:
    """Refuse a reply that none of the operations has, and an element that no bulk among them can have."""
    if found.item:
        _check_element(found.item, [operation for operation in meant if operation.is_bulk], base)
    problems = [replies.problem(operation, found.wanted) for operation in meant] if found.wanted else [None]
    if None not in problems:
        others = " No other operation has such a reply either." if len(problems) > 1 else ""
        raise Impossible(f"{problems[0]}{others}")


def _check_element(item: Item, bulks: Iterable[Operation], base: int) -> None:
    sizes = [operation.body.at_most or sys.maxsize for operation in bulks if operation.body]
    if not sizes:
        raise Impossible("The rule has an item, and there is no bulk among its operations.")
    last = base + max(sizes) - 1
    if item.index is not None and not base <= item.index <= last:
        raise Impossible(f"No bulk has an element {item.index}; they are counted from {base} to {last}.")


def _wanted(response: Asked) -> Wanted | None:
    if "status" not in response:
        for name in OF_A_STATUS:
            if name in response:
                raise _wrong(f"response/{name}", "It needs a status.")
        return None
    if "example" in response and "jsonBody" in response:
        raise _wrong("response/example", "Give an example or a jsonBody, not both.")
    headers = response.get("headers", {})
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value) or name.lower() in SERVERS_OWN:
            raise _wrong("response/headers", "There is a header that cannot be sent, or is the server's own.")
    return Wanted(
        response["status"], response.get("example"), response.get("jsonBody"), headers, response.get("retryAfter")
    )


def _network_fault(response: Asked) -> NetworkFault | None:
    dribble = response.get("chunkedDribbleDelay")
    if dribble and "fault" in response:
        raise _wrong("response/fault", "Give a fault or a chunkedDribbleDelay, not both.")
    if dribble:
        return NetworkFault("drip", dribble["numberOfChunks"], dribble["totalDuration"] / 1000)
    return NetworkFault(NETWORK_FAULTS[response["fault"]]) if "fault" in response else None


def _delay(response: Asked) -> Delay | None:
    fixed, between = response.get("fixedDelayMilliseconds", 0), response.get("delayDistribution", {})
    lower, upper = between.get("lower", 0), between.get("upper", 0)
    if lower > upper:
        raise _wrong("response/delayDistribution", "lower is above upper.")
    return Delay(fixed + lower, fixed + upper, between.get("seed", 0)) if fixed + upper else None


def _barrier(asked: Asked, tenant: str | None, operations: Operations) -> Barrier:
    until = asked["until"]
    match = _match(until, until.get("tenant", tenant), operations)
    return Barrier(match, asked.get("at", "before"), asked.get("timeoutSeconds", BARRIER_SECONDS))


def _item(asked: Asked) -> Item | None:
    """Read which element fails, and how; a rule for elements is for nothing else."""
    if "item" not in asked:
        return None
    item = asked["item"]
    if "response" in asked or "barrier" in asked or "commit" in asked:
        raise _wrong("item", "A rule for elements has neither response nor barrier nor commit; make another rule.")
    if ("index" in item) == ("id" in item):
        raise _wrong("item", "Give the index of the element or its id.")
    known = replies.failures(item["code"], "")
    if not known:
        raise Impossible(f"No element fails with {item['code']}; {_codes()} can be asked for.")
    if item.get("example", next(iter(known))) not in known:
        raise Impossible(f"There is no example {item['example']!r} of {item['code']}; there are: {', '.join(known)}.")
    return Item(item["code"], item.get("example"), item.get("index"), item.get("id"))


def _codes() -> str:
    return ", ".join(str(code) for code in range(400, 600) if replies.failures(code, ""))


def _wrong(field: str, detail: str) -> BadRequest:
    return BadRequest(field=f"/{field}", kind="fault", detail=detail)
