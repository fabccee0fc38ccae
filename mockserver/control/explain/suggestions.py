"""The valid call that is nearest to one that was refused, and why it is that one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import unquote

from ...access import Principal, bearer_token
from ...contract import path_distance
from ...contract.operations import Operation
from ...contract.routing import METHOD_ORDER, Router
from ...errors import BadRequest, ClientError, Forbidden, InvalidToken, MethodNotAllowed, NoEndpoint, NotFound, Remedy
from ...records import findings
from ...records.exchange import Exchange
from . import suggested_request
from .suggested_request import SuggestedRequest

PublicTokens = Sequence[tuple[str, Principal]]
Suggestion = tuple[str, SuggestedRequest]  # why, and what to call


class NearestRequest(NamedTuple):
    """A call that is valid, as far as the contract tells, with a token that opens its operation."""

    reason: str
    request: SuggestedRequest
    token: str


def find_nearest_request(
    exchange: Exchange, operations: Collection[Operation], tokens: PublicTokens
) -> NearestRequest | None:
    """Return the nearest valid call; None where none is known, and where a secret would have to be told.

    tokens: those that may be shown, and work for the tenant of the visit.
    """
    if exchange.is_injected:
        return None
    suggestion = _suggest_request(exchange, operations)
    request = suggested_request.repair_request(suggestion[1]) if suggestion else None
    token = _find_opening_token(exchange, request.operation, tokens) if request else None
    return NearestRequest(suggestion[0], request, token) if suggestion and request and token else None


def _suggest_request(exchange: Exchange, operations: Collection[Operation]) -> Suggestion | None:
    operation = exchange.operation
    if operation is None:
        return _suggest_other_operation(exchange, operations)
    if not operation.scopes:
        return None
    request = suggested_request.from_exchange(exchange, operation)
    suggestion: Suggestion | None = None
    match exchange.error:
        case InvalidToken():
            suggestion = f"A valid token with {_describe_scopes(operation.scopes)}.", request
        case Forbidden() if exchange.is_authenticated:  # with --auth off no token opens more than another
            suggestion = (
                f"A token with {_describe_scopes(_missing_scopes(exchange, operation))}, which the caller's token lacks.",
                request,
            )
        case NotFound(resource_id=missing):
            suggestion = _suggest_list(request, missing, operations)
        case ClientError(remedy=Remedy() as remedy):
            suggestion = _remedied(request, remedy)
        case BadRequest(error_type="undeclared"):
            suggestion = _suggest_declared_names(exchange, request)
        case BadRequest(rule="F3a"):
            suggestion = "With a declared Content-Type.", request
        case BadRequest(field=name):
            suggestion = _suggest_without_field(request, name)
    return suggestion


def _suggest_other_operation(exchange: Exchange, operations: Collection[Operation]) -> Suggestion | None:
    """Suggest another path, or another method of this one."""
    router, method, path = Router(operations), exchange.request.method, exchange.request.path
    if isinstance(exchange.error, MethodNotAllowed):
        return _other_method(router, exchange.error.allowed_methods, path)
    operation = router.suggest(method, path) if isinstance(exchange.error, NoEndpoint) else None
    if operation is None or not operation.scopes:
        return None
    ids = path_distance.read_ids(*map(path_distance.split_path, (operation.path, path)))
    request = SuggestedRequest(operation, ids)
    is_whole = ids.keys() == operation.parameter_names["path"]
    return (f"The nearest operation is {operation.method} {operation.path}.", request) if is_whole else None


def _other_method(router: Router, allowed: Collection[str], path: str) -> Suggestion | None:
    """Suggest a method that the path has, one that reads if there is one."""
    method = next((each for each in METHOD_ORDER if each in allowed), None)
    if method is None:
        return None
    operation, ids = router.route(method, path)
    return (f"This path answers {method}.", SuggestedRequest(operation, ids)) if operation.scopes else None


def _suggest_list(request: SuggestedRequest, missing_id: str, operations: Iterable[Operation]) -> Suggestion | None:
    """Suggest the list in which the missing resource would stand."""
    reads = {each.path: each for each in operations if each.method == "GET"}
    parts = request.operation.path.split("/")
    position = next(
        (at for at, part in enumerate(parts) if unquote(request.ids.get(part[1:-1], "")) == missing_id), len(parts)
    )
    while position and (parts[position - 1].startswith("{") or "/".join(parts[:position]) not in reads):
        position -= 1
    if not position:
        return None
    operation = reads["/".join(parts[:position])]
    ids = {name: id_ for name, id_ in request.ids.items() if name in operation.parameter_names["path"]}
    return "The list shows which ones exist.", SuggestedRequest(operation, ids)


def _suggest_without_field(request: SuggestedRequest, name: str) -> Suggestion | None:
    """Suggest the call without what was wrong with it, or with something that can be read in its place."""
    reason, operation, body = f"Without {name}, which is invalid.", request.operation, request.body
    if name in operation.parameter_names["path"]:
        return _suggest_if_changed(request, f"The nearest valid {name}.")
    if name in request.query:
        return reason, replace(request, query=_drop_name(request.query, name))
    if name.lower() in request.headers:
        return reason, replace(request, headers=_drop_name(request.headers, name.lower()))
    if name == "q" and isinstance(body, dict):
        return reason, replace(request, body=_drop_name(body, "q"))
    return _suggest_if_changed(
        request, "With a valid body.", body=operation.body_plan.example if operation.body_plan else None
    )


def _suggest_declared_names(exchange: Exchange, request: SuggestedRequest) -> Suggestion | None:
    """Suggest the call with declared names only (C11b)."""
    sent_query, query, headers, body = (
        suggested_request.parse_sent_query(exchange),
        dict(request.query),
        dict(request.headers),
        request.body,
    )
    for finding in exchange.findings:
        if finding.kind == "body":
            body = _rename_field(body, finding.place.split("/")[1:], finding.suggestion)
        elif finding.kind == "query" and finding.suggestion and finding.place in sent_query:
            query[finding.suggestion] = sent_query[finding.place]
        elif finding.kind == "header" and finding.suggestion and finding.place in exchange.request.headers:
            headers[finding.suggestion] = exchange.request.headers[finding.place]
    scan = findings.scan_body(request.operation, None if body is suggested_request.UNREADABLE_BODY else body)
    if findings.find_request_findings(request.operation, query, headers, scan):
        return None
    return "With declared names only.", replace(request, query=query, headers=headers, body=body)


def _suggest_if_changed(request: SuggestedRequest, reason: str, **changes: Any) -> Suggestion | None:
    """Return the changed call if it is another one than the call that was refused."""
    changed_request = replace(request, **changes)
    return None if suggested_request.repair_request(changed_request) == request else (reason, changed_request)


def _find_opening_token(exchange: Exchange, operation: Operation, tokens: PublicTokens) -> str | None:
    """Return a token that opens the operation, the caller's own if it does and may be shown."""
    missing_scopes = set(_missing_scopes(exchange, operation))
    opening_tokens = [token for token, principal in tokens if not missing_scopes.isdisjoint(principal.scopes)]
    try:
        own_token = bearer_token(exchange.request.headers.get("authorization"))
    except InvalidToken:
        own_token = ""
    return own_token if own_token in opening_tokens else next(iter(opening_tokens), None)


def _missing_scopes(exchange: Exchange, operation: Operation) -> tuple[str, ...]:
    """Return the operation's scopes; after a 403 those of them that the caller has not."""
    granted_scopes = (
        exchange.principal.scopes if exchange.principal and isinstance(exchange.error, Forbidden) else frozenset()
    )
    return tuple(scope for scope in operation.scopes if scope not in granted_scopes)


def _describe_scopes(scopes: Collection[str]) -> str:
    return f"scope {' or '.join(scopes)}"


def _drop_name(fields: Any, name: str) -> Any:
    return {each: value for each, value in fields.items() if each != name} if isinstance(fields, Mapping) else fields


def _remedied(draft: SuggestedRequest, remedy: Remedy) -> Suggestion | None:
    """Return the call with the change that the error names."""
    body = _without_field(draft.body, remedy.without) if remedy.without else draft.body
    return _suggest_if_changed(draft, remedy.why, query={**draft.query, **remedy.query}, body=body)


def _without_field(body: Any, pointer: str) -> Any:
    """Return a document without the field at a JSON pointer, or a JSON Patch that does not change it."""
    if isinstance(body, list):
        return [step for step in body if step.get("path") != pointer]
    name, _, below = pointer.removeprefix("/").partition("/")
    if not below or not isinstance(body, dict) or name not in body:
        return _drop_name(body, name) if not below else body
    return body | {name: _without_field(body[name], f"/{below}")}


def _rename_field(body: Any, steps: Sequence[str], name: str) -> Any:
    """Return a body with another name for the field at this place, or without it if there is no name."""
    if isinstance(body, list) and steps[0] == "*":
        return [_rename_field(element, steps[1:], name) for element in body]
    if not isinstance(body, dict):
        return body
    if len(steps) > 1:
        return {each: _rename_field(part, steps[1:], name) if each == steps[0] else part for each, part in body.items()}
    return {name if each == steps[0] else each: part for each, part in body.items() if name or each != steps[0]}
