"""Calls of the simulated API that nobody has made yet: taken from a visit, mended, written down as a curl line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import orjson

from ...contract import strict_json
from ...contract.bodies import JSON_MEDIA_TYPE, BodyPlan
from ...contract.operations import Operation
from ...contract.parameters import Parameter
from ...contract.query_string import first_values
from ...errors import BadRequest
from ...records.exchange import Exchange

UNREADABLE_BODY = object()  # in place of a body that is no JSON, or is kept in part only


@dataclass(frozen=True, slots=True)
class SuggestedRequest:
    """A call with nothing but what the operation declares; `ids` are those of the path, still encoded."""

    operation: Operation
    ids: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def path(self) -> str:
        """The path with its ids."""
        return "/".join(self.ids.get(part[1:-1], part) for part in self.operation.path.split("/"))

    def render_curl(self, base_url: str, token: str) -> str:
        """Return the call as a line for a shell; a body is JSON, so that curl takes none for the name of a file."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        words = [] if self.operation.method == "GET" else ["-X", self.operation.method]
        words += [base_url + quote(self.path, safe="%/:@!$&'()*+,;=~") + query, "-H", f"Authorization: Bearer {token}"]
        for name, text in self.headers.items():
            words += ["-H", f"{name}: {text}"]
        if self.body is not None:
            words += ["-H", f"Content-Type: {JSON_MEDIA_TYPE}", "-d", orjson.dumps(self.body).decode()]
        return shlex.join(["curl", *words])


def from_exchange(exchange: Exchange, operation: Operation) -> SuggestedRequest:
    """Return what a visit asked of its operation."""
    sent, declared = exchange.request.headers, operation.parameter_names["header"]
    query = {
        name: text for name, text in parse_sent_query(exchange).items() if name in operation.parameter_names["query"]
    }
    headers = {name: text for name, text in sent.items() if name in declared}
    return SuggestedRequest(operation, exchange.ids, query, headers, _read_sent_body(exchange, operation))


def parse_sent_query(exchange: Exchange) -> dict[str, str]:
    """Return the query of a visit, declared or not; of several values of one name the first counts."""
    return first_values(parse_qsl(exchange.request.query, keep_blank_values=True))


def repair_request(request: SuggestedRequest) -> SuggestedRequest | None:
    """Return the call without what cannot be read, or with an example in its place; None if it cannot be mended."""
    operation = request.operation
    ids = {each.name: _repair_id(each, request.ids[each.name]) for each in operation.parameters["path"]}
    if "" in ids.values():
        return None
    readable = {
        place: {name: text for name, text in texts.items() if _is_valid_parameter(operation, place, name, text)}
        for place, texts in (("query", request.query), ("header", request.headers))
    }
    body = request.body
    if operation.body_plan and not _is_valid_body(operation.body_plan, body):
        body = operation.body_plan.example
        if not _is_valid_body(operation.body_plan, body):
            return None
    return replace(request, ids=ids, query=readable["query"], headers=readable["header"], body=body)


def _read_sent_body(exchange: Exchange, operation: Operation) -> Any:
    if operation.body_plan is None or not exchange.request.body.strip():
        return None
    try:
        return UNREADABLE_BODY if exchange.is_truncated else strict_json.parse_json(exchange.request.body)
    except BadRequest:
        return UNREADABLE_BODY


def _repair_id(parameter: Parameter, part: str) -> str:
    """Return an id that can be read: itself, or the nearest of those that are declared, or "" for none."""
    if _is_valid_text(parameter, unquote(part)) and "\N{REPLACEMENT CHARACTER}" not in unquote(part):
        return part
    upper = {str(value).upper(): str(value) for value in parameter.enum_values}
    return next((upper[near] for near in get_close_matches(part.upper(), upper, n=1)), "")


def _is_valid_parameter(operation: Operation, place: str, name: str, text: str) -> bool:
    return all(_is_valid_text(each, text) for each in operation.parameters[place] if each.lookup_name == name)


def _is_valid_text(parameter: Parameter, text: str) -> bool:
    try:
        parameter.parse_value(text)
    except BadRequest:
        return False
    return True


def _is_valid_body(plan: BodyPlan, body: Any) -> bool:
    """Whether a body can be read; what is wrong with one element of a bulk is that element's affair."""
    if body is UNREADABLE_BODY:
        return False
    try:
        plan.parse_body(b"" if body is None else orjson.dumps(body), JSON_MEDIA_TYPE)
    except BadRequest:
        return False
    return True
