"""Calls of the simulated API that nobody has made yet: taken from a visit, mended, written down as a curl line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import orjson

from ..contract import strict_json
from ..contract.bodies import JSON, BodyPlan
from ..contract.operations import Operation
from ..contract.parameters import Parameter
from ..errors import BadRequest
from .visit import Visit

UNREADABLE = object()  # in place of a body that is no JSON, or is kept in part only


@dataclass(frozen=True, slots=True)
class Draft:
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

    def curl(self, base: str, token: str) -> str:
        """Return the call as a line for a shell; a body is JSON, so that curl takes none for the name of a file."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        words = [] if self.operation.method == "GET" else ["-X", self.operation.method]
        words += [base + quote(self.path, safe="%/:@!$&'()*+,;=~") + query, "-H", f"Authorization: Bearer {token}"]
        for name, text in self.headers.items():
            words += ["-H", f"{name}: {text}"]
        if self.body is not None:
            words += ["-H", f"Content-Type: {JSON}", "-d", orjson.dumps(self.body).decode()]
        return shlex.join(["curl", *words])


def of_visit(visit: Visit, operation: Operation) -> Draft:
    """Return what a visit asked of its operation."""
    sent, declared = visit.request.headers, operation.names["header"]
    query = {name: text for name, text in given(visit).items() if name in operation.names["query"]}
    headers = {name: text for name, text in sent.items() if name in declared}
    return Draft(operation, visit.ids, query, headers, _body(visit, operation))


def given(visit: Visit) -> dict[str, str]:
    """Return the query of a visit, declared or not; of several values of one name the first counts."""
    return dict(reversed(parse_qsl(visit.request.query, keep_blank_values=True)))


def mended(draft: Draft) -> Draft | None:
    """Return the call without what cannot be read, or with an example in its place; None if it cannot be mended."""
    operation = draft.operation
    ids = {each.name: _id(each, draft.ids[each.name]) for each in operation.parameters["path"]}
    if "" in ids.values():
        return None
    kept = {
        place: {name: text for name, text in texts.items() if _reads(operation, place, name, text)}
        for place, texts in (("query", draft.query), ("header", draft.headers))
    }
    body = draft.body
    if operation.body and not _fits(operation.body, body):
        body = operation.body.example
        if not _fits(operation.body, body):
            return None
    return replace(draft, ids=ids, query=kept["query"], headers=kept["header"], body=body)


def _body(visit: Visit, operation: Operation) -> Any:
    if operation.body is None or not visit.request.body.strip():
        return None
    try:
        return UNREADABLE if visit.is_cut else strict_json.read(visit.request.body)
    except BadRequest:
        return UNREADABLE


def _id(parameter: Parameter, part: str) -> str:
    """Return an id that can be read: itself, or the nearest of those that are declared, or "" for none."""
    if _is_good(parameter, unquote(part)) and "\N{REPLACEMENT CHARACTER}" not in unquote(part):
        return part
    upper = {str(value).upper(): str(value) for value in parameter.values}
    return next((upper[near] for near in get_close_matches(part.upper(), upper, n=1)), "")


def _reads(operation: Operation, place: str, name: str, text: str) -> bool:
    return all(_is_good(each, text) for each in operation.parameters[place] if each.key == name)


def _is_good(parameter: Parameter, text: str) -> bool:
    try:
        parameter.read(text)
    except BadRequest:
        return False
    return True


def _fits(plan: BodyPlan, body: Any) -> bool:
    """Whether a body can be read; what is wrong with one element of a bulk is that element's affair."""
    if body is UNREADABLE:
        return False
    try:
        plan.read(b"" if body is None else orjson.dumps(body), JSON)
    except BadRequest:
        return False
    return True
