"""Suggested requests: built from a journal entry, repaired, and shown as a curl command."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import orjson

from ...contract import strict_json
from ...contract.bodies import BodyPlan
from ...contract.operations import Operation
from ...contract.parameters import Parameter
from ...contract.query_string import RawValue, collect_values
from ...errors import BadRequest
from ...messages import JSON_MEDIA_TYPE
from ...records.exchange import JournalEntry
from ...simulations.world_name import WORLD_HEADER

UNREADABLE_BODY = object()  # replaces a body that is not JSON, or was truncated


@dataclass(frozen=True, slots=True)
class SuggestedRequest:
    """A request with declared parameters only; `ids` are those of the path, still encoded."""

    operation: Operation
    ids: Mapping[str, str]
    query: Mapping[str, RawValue] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def path(self) -> str:
        """The operation's path with the ids filled in."""
        return "/".join(self.ids.get(part[1:-1], part) for part in self.operation.path.split("/"))

    def render_curl(self, base_url: str, token: str, world: str | None) -> str:
        """Return the request as a shell command, for a world if it has a name.

        A JSON body never starts with `@`, which would name a file.
        """
        query = f"?{urlencode(self.query, doseq=True)}" if self.query else ""
        words = [] if self.operation.method == "GET" else ["-X", self.operation.method]
        words += [base_url + quote(self.path, safe="%/:@!$&'()*+,;=~") + query, "-H", f"Authorization: Bearer {token}"]
        named = {} if world is None else {WORLD_HEADER: world}
        for name, value in {**self.headers, **named}.items():
            words += ["-H", f"{name}: {value}"]
        if self.body is not None:
            words += ["-H", f"Content-Type: {JSON_MEDIA_TYPE}", "-d", orjson.dumps(self.body).decode()]
        return shlex.join(["curl", *words])


def read_sent_request(entry: JournalEntry, operation: Operation) -> SuggestedRequest:
    """Return what a client sent to an operation, as far as that is declared."""
    names = {location: located.names for location, located in operation.parameters.items()}
    query = {name: value for name, value in parse_sent_query(entry, operation).items() if name in names["query"]}
    headers = {name: value for name, value in entry.request.headers.items() if name in names["header"]}
    return SuggestedRequest(operation, entry.ids, query, headers, _read_sent_body(entry, operation))


def parse_sent_query(entry: JournalEntry, operation: Operation) -> Mapping[str, RawValue]:
    """Return all query parameters that were sent, as the operation reads them."""
    return collect_values(parse_qsl(entry.request.query, keep_blank_values=True), operation.repeatable_parameters)


def repair_request(request: SuggestedRequest) -> SuggestedRequest | None:
    """Return the request without invalid parameters, and with valid ids and body; None if that is impossible."""
    operation = request.operation
    ids = {
        parameter.name: _repair_id(parameter, request.ids[parameter.name]) for parameter in operation.parameters["path"]
    }
    if "" in ids.values():
        return None
    query = {name: raw for name, raw in request.query.items() if _is_valid_parameter(operation, "query", name, raw)}
    headers = {
        name: text for name, text in request.headers.items() if _is_valid_parameter(operation, "header", name, text)
    }
    body = request.body
    if operation.body_plan and not _is_valid_body(operation.body_plan, body):
        body = operation.body_plan.example
        if not _is_valid_body(operation.body_plan, body):
            return None
    return replace(request, ids=ids, query=query, headers=headers, body=body)


def _read_sent_body(entry: JournalEntry, operation: Operation) -> Any:
    if operation.body_plan is None or not entry.request.body:
        return None
    try:
        return UNREADABLE_BODY if entry.is_truncated else strict_json.parse_json(entry.request.body)
    except BadRequest:
        return UNREADABLE_BODY


def _repair_id(parameter: Parameter, part: str) -> str:
    """Return the id if it is valid, else the most similar declared value, else ""."""
    if _is_valid_value(parameter, unquote(part)) and "\N{REPLACEMENT CHARACTER}" not in unquote(part):
        return part
    values_by_upper = {str(value).upper(): str(value) for value in parameter.enum_values}
    return next((values_by_upper[match] for match in get_close_matches(part.upper(), values_by_upper, n=1)), "")


def _is_valid_parameter(operation: Operation, place: str, name: str, raw: RawValue) -> bool:
    return all(
        _is_valid_value(parameter, raw) for parameter in operation.parameters[place] if parameter.lookup_name == name
    )


def _is_valid_value(parameter: Parameter, raw: RawValue) -> bool:
    try:
        parameter.parse_value(raw)
    except BadRequest:
        return False
    return True


def _is_valid_body(plan: BodyPlan, body: Any) -> bool:
    """Whether a body can be parsed; errors of single elements of a bulk do not matter."""
    if body is UNREADABLE_BODY:
        return False
    try:
        plan.parse_body(b"" if body is None else orjson.dumps(body), JSON_MEDIA_TYPE)
    except BadRequest:
        return False
    return True
