"""The valid call that is nearest to one that was refused, and why it is that one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import unquote

from ..access import Principal, bearer
from ..contract import path_distance
from ..contract.operations import Operation
from ..contract.routing import READING_FIRST, Router
from ..errors import (
    BadRequest,
    ClientError,
    Forbidden,
    InvalidToken,
    MethodNotAllowed,
    NoEndpoint,
    NotFound,
    Remedy,
)
from . import drafts, findings
from .drafts import Draft
from .visit import Visit

Tokens = Sequence[tuple[str, Principal]]
Suggestion = tuple[str, Draft]  # why, and what to call


class Nearest(NamedTuple):
    """A call that is valid, as far as the contract tells, with a token that opens its operation."""

    why: str
    draft: Draft
    token: str


def nearest(visit: Visit, operations: Collection[Operation], tokens: Tokens) -> Nearest | None:
    """Return the nearest valid call; None where none is known, and where a secret would have to be told.

    tokens: those that may be shown, and work for the tenant of the visit.
    """
    if visit.injected:
        return None
    found = _suggested(visit, operations)
    draft = drafts.mended(found[1]) if found else None
    token = _opener(visit, draft.operation, tokens) if draft else None
    return Nearest(found[0], draft, token) if found and draft and token else None


def _suggested(visit: Visit, operations: Collection[Operation]) -> Suggestion | None:
    operation = visit.operation
    if operation is None:
        return _elsewhere(visit, operations)
    if not operation.scopes:
        return None
    draft = drafts.of_visit(visit, operation)
    found: Suggestion | None = None
    match visit.error:
        case InvalidToken():
            found = f"A valid token with {_any(operation.scopes)}.", draft
        case Forbidden() if visit.is_authenticated:  # with --auth off no token opens more than another
            found = f"A token with {_any(_lacked(visit, operation))}, which the caller's token lacks.", draft
        case NotFound(resource_id=missing):
            found = _list_above(draft, missing, operations)
        case ClientError(remedy=Remedy() as remedy):
            found = _remedied(draft, remedy)
        case BadRequest(kind="undeclared"):
            found = _declared(visit, draft)
        case BadRequest(rule="F3a"):
            found = "With a declared Content-Type.", draft
        case BadRequest(field=name):
            found = _put_right(draft, name)
    return found


def _elsewhere(visit: Visit, operations: Collection[Operation]) -> Suggestion | None:
    """Suggest another path, or another method of this one."""
    router, method, path = Router(operations), visit.request.method, visit.request.path
    if isinstance(visit.error, MethodNotAllowed):
        return _other_method(router, visit.error.allowed, path)
    operation = router.suggest(method, path) if isinstance(visit.error, NoEndpoint) else None
    if operation is None or not operation.scopes:
        return None
    ids = path_distance.read_ids(*map(path_distance.split_path, (operation.path, path)))
    draft = Draft(operation, ids)
    is_whole = ids.keys() == operation.names["path"]
    return (f"The nearest operation is {operation.method} {operation.path}.", draft) if is_whole else None


def _other_method(router: Router, allowed: Collection[str], path: str) -> Suggestion | None:
    """Suggest a method that the path has, one that reads if there is one."""
    method = next((each for each in READING_FIRST if each in allowed), None)
    if method is None:
        return None
    operation, ids = router.route(method, path)
    return (f"This path answers {method}.", Draft(operation, ids)) if operation.scopes else None


def _list_above(draft: Draft, missing: str, operations: Iterable[Operation]) -> Suggestion | None:
    """Suggest the list in which the missing resource would stand."""
    reads = {each.path: each for each in operations if each.method == "GET"}
    parts = draft.operation.path.split("/")
    at = next((at for at, part in enumerate(parts) if unquote(draft.ids.get(part[1:-1], "")) == missing), len(parts))
    while at and (parts[at - 1].startswith("{") or "/".join(parts[:at]) not in reads):
        at -= 1
    if not at:
        return None
    operation = reads["/".join(parts[:at])]
    ids = {name: id_ for name, id_ in draft.ids.items() if name in operation.names["path"]}
    return "The list shows which ones exist.", Draft(operation, ids)


def _put_right(draft: Draft, name: str) -> Suggestion | None:
    """Suggest the call without what was wrong with it, or with something that can be read in its place."""
    why, operation, body = f"Without {name}, which is invalid.", draft.operation, draft.body
    if name in operation.names["path"]:
        return _if_other(draft, f"The nearest valid {name}.")
    if name in draft.query:
        return why, replace(draft, query=_without(draft.query, name))
    if name.lower() in draft.headers:
        return why, replace(draft, headers=_without(draft.headers, name.lower()))
    if name == "q" and isinstance(body, dict):
        return why, replace(draft, body=_without(body, "q"))
    return _if_other(draft, "With a valid body.", body=operation.body.example if operation.body else None)


def _declared(visit: Visit, draft: Draft) -> Suggestion | None:
    """Suggest the call with declared names only (C11b)."""
    sent, query, headers, body = drafts.given(visit), dict(draft.query), dict(draft.headers), draft.body
    for finding in visit.findings:
        if finding.kind == "body":
            body = _renamed(body, finding.place.split("/")[1:], finding.suggestion)
        elif finding.kind == "query" and finding.suggestion and finding.place in sent:
            query[finding.suggestion] = sent[finding.place]
        elif finding.kind == "header" and finding.suggestion and finding.place in visit.request.headers:
            headers[finding.suggestion] = visit.request.headers[finding.place]
    look = findings.looked(draft.operation, None if body is drafts.UNREADABLE else body)
    if findings.of_request(draft.operation, query, headers, look):
        return None
    return "With declared names only.", replace(draft, query=query, headers=headers, body=body)


def _if_other(draft: Draft, why: str, **changed: Any) -> Suggestion | None:
    """Return the changed call if it is another one than the call that was refused."""
    other = replace(draft, **changed)
    return None if drafts.mended(other) == draft else (why, other)


def _opener(visit: Visit, operation: Operation, tokens: Tokens) -> str | None:
    """Return a token that opens the operation, the caller's own if it does and may be shown."""
    wanted = set(_lacked(visit, operation))
    fit = [token for token, principal in tokens if not wanted.isdisjoint(principal.scopes)]
    try:
        own = bearer(visit.request.headers.get("authorization"))
    except InvalidToken:
        own = ""
    return own if own in fit else next(iter(fit), None)


def _lacked(visit: Visit, operation: Operation) -> tuple[str, ...]:
    """Return the operation's scopes; after a 403 those of them that the caller has not."""
    granted = visit.principal.scopes if visit.principal and isinstance(visit.error, Forbidden) else frozenset()
    return tuple(scope for scope in operation.scopes if scope not in granted)


def _any(scopes: Collection[str]) -> str:
    return f"scope {' or '.join(scopes)}"


def _without(fields: Any, name: str) -> Any:
    return {each: value for each, value in fields.items() if each != name} if isinstance(fields, Mapping) else fields


def _remedied(draft: Draft, remedy: Remedy) -> Suggestion | None:
    """Return the call with the change that the error names."""
    body = _without_field(draft.body, remedy.without) if remedy.without else draft.body
    return _if_other(draft, remedy.why, query={**draft.query, **remedy.query}, body=body)


def _without_field(body: Any, pointer: str) -> Any:
    """Return a document without the field at a JSON pointer, or a JSON Patch that does not change it."""
    if isinstance(body, list):
        return [step for step in body if step.get("path") != pointer]
    name, _, below = pointer.removeprefix("/").partition("/")
    if not below or not isinstance(body, dict) or name not in body:
        return _without(body, name) if not below else body
    return body | {name: _without_field(body[name], f"/{below}")}


def _renamed(body: Any, steps: Sequence[str], name: str) -> Any:
    """Return a body with another name for the field at this place, or without it if there is no name."""
    if isinstance(body, list) and steps[0] == "*":
        return [_renamed(element, steps[1:], name) for element in body]
    if not isinstance(body, dict):
        return body
    if len(steps) > 1:
        return {each: _renamed(part, steps[1:], name) if each == steps[0] else part for each, part in body.items()}
    return {name if each == steps[0] else each: part for each, part in body.items() if name or each != steps[0]}
