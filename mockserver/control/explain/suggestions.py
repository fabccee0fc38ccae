"""Suggest the valid request that is nearest to one that was refused, with the reason."""

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
from ...records.exchange import JournalEntry
from . import suggested_request
from .suggested_request import SuggestedRequest

PublicTokens = Sequence[tuple[str, Principal]]
Suggestion = tuple[str, SuggestedRequest]  # the reason, and the request


class NearestRequest(NamedTuple):
    """A request that the contract allows, with a token that the operation accepts."""

    reason: str
    request: SuggestedRequest
    token: str


def find_nearest_request(
    entry: JournalEntry, operations: Collection[Operation], tokens: PublicTokens
) -> NearestRequest | None:
    """Return the nearest valid request; None if no such request is known, or if it would reveal a secret.

    tokens: those that may be shown and are valid for the tenant of the request.
    """
    if entry.is_injected:
        return None
    suggestion = _suggest_request(entry, operations)
    request = suggested_request.repair_request(suggestion[1]) if suggestion else None
    token = _find_accepted_token(entry, request.operation, tokens) if request else None
    return NearestRequest(suggestion[0], request, token) if suggestion and request and token else None


def _suggest_request(entry: JournalEntry, operations: Collection[Operation]) -> Suggestion | None:
    operation = entry.operation
    if operation is None:
        return _suggest_other_operation(entry, operations)
    if not operation.scopes:
        return None
    request = suggested_request.read_sent_request(entry, operation)
    suggestion: Suggestion | None = None
    match entry.error:
        case InvalidToken():
            suggestion = f"A valid token with {_describe_scopes(operation.scopes)}.", request
        case Forbidden() if entry.is_authenticated:  # with --auth off, all tokens are equal
            missing_scopes = _describe_scopes(_missing_scopes(entry, operation))
            suggestion = f"A token with {missing_scopes}, which the caller's token lacks.", request
        case NotFound(resource_id=missing_id):
            suggestion = _suggest_list(request, missing_id, operations)
        case ClientError(remedy=Remedy() as remedy):
            suggestion = _suggest_remedy(request, remedy)
        case BadRequest(error_type="undeclared"):
            suggestion = _suggest_declared_names(entry, request)
        case BadRequest(rule="F3a"):
            suggestion = "With a declared Content-Type.", request
        case BadRequest(field=name):
            suggestion = _suggest_without_field(request, name)
    return suggestion


def _suggest_other_operation(entry: JournalEntry, operations: Collection[Operation]) -> Suggestion | None:
    """Suggest another path, or another method of the same path."""
    router, method, path = Router(operations), entry.request.method, entry.request.path
    if isinstance(entry.error, MethodNotAllowed):
        return _suggest_other_method(router, entry.error.allowed_methods, path)
    if not isinstance(entry.error, NoEndpoint) or entry.error.hint:  # the hint names another service
        return None
    operation = router.suggest(method, path)
    if operation is None or not operation.scopes:
        return None
    ids = path_distance.read_ids(*map(path_distance.split_path, (operation.path, path)))
    request = SuggestedRequest(operation, ids)
    has_all_ids = ids.keys() == operation.parameters["path"].names
    return (f"The nearest operation is {operation.method} {operation.path}.", request) if has_all_ids else None


def _suggest_other_method(router: Router, allowed_methods: Collection[str], path: str) -> Suggestion | None:
    """Suggest a method that the path has, preferably one that reads."""
    method = next((method for method in METHOD_ORDER if method in allowed_methods), None)
    if method is None:
        return None
    operation, ids = router.route(method, path)
    return (f"This path answers {method}.", SuggestedRequest(operation, ids)) if operation.scopes else None


def _suggest_list(request: SuggestedRequest, missing_id: str, operations: Iterable[Operation]) -> Suggestion | None:
    """Suggest the list that would contain the missing resource, unless it needs parameters."""
    reads_by_path = {operation.path: operation for operation in operations if operation.method == "GET"}
    parts = request.operation.path.split("/")
    position = next(
        (index for index, part in enumerate(parts) if unquote(request.ids.get(part[1:-1], "")) == missing_id),
        len(parts),
    )
    while position and (parts[position - 1].startswith("{") or "/".join(parts[:position]) not in reads_by_path):
        position -= 1
    if not position:
        return None
    operation = reads_by_path["/".join(parts[:position])]
    if any(parameter.required for parameter in operation.parameters_by_name.values()):
        return None
    ids = {name: id_ for name, id_ in request.ids.items() if name in operation.parameters["path"].names}
    return "The list shows which ones exist.", SuggestedRequest(operation, ids)


def _suggest_without_field(request: SuggestedRequest, name: str) -> Suggestion | None:
    """Suggest the request without the invalid field, or with a valid value for it."""
    reason, operation, body = f"Without {name}, which is invalid.", request.operation, request.body
    id_name = name.removeprefix("/")  # rules name the fields of the stored row, some of which come from the path
    if id_name in operation.parameters["path"].names and not (isinstance(body, dict) and id_name in body):
        return _suggest_if_changed(request, f"The nearest valid {name}.")
    if name in request.query:
        return reason, replace(request, query=_drop_name(request.query, name))
    if name.lower() in request.headers:
        return reason, replace(request, headers=_drop_name(request.headers, name.lower()))
    if name == "q" and isinstance(body, dict):
        return reason, replace(request, body=_drop_name(body, "q"))
    example = operation.body_plan.example if operation.body_plan else None
    return _suggest_if_changed(request, "With a valid body.", body=example)


def _suggest_remedy(request: SuggestedRequest, remedy: Remedy) -> Suggestion | None:
    """Suggest the request with the change that the error names."""
    body = _drop_field(request.body, remedy.without) if remedy.without else request.body
    return _suggest_if_changed(request, remedy.why, query={**request.query, **remedy.query}, body=body)


def _suggest_declared_names(entry: JournalEntry, request: SuggestedRequest) -> Suggestion | None:
    """Suggest the request with declared names only (C11b)."""
    sent_query = suggested_request.parse_sent_query(entry, request.operation)
    query, headers, body = dict(request.query), dict(request.headers), request.body
    for finding in entry.findings:
        if finding.kind == "body":
            body = _rename_field(body, finding.place.split("/")[1:], finding.suggestion)
        elif finding.kind == "query" and finding.suggestion and finding.place in sent_query:
            query[finding.suggestion] = sent_query[finding.place]
        elif finding.kind == "header" and finding.suggestion and finding.place in entry.request.headers:
            headers[finding.suggestion] = entry.request.headers[finding.place]
    scan = findings.scan_body(request.operation, None if body is suggested_request.UNREADABLE_BODY else body)
    if findings.find_request_findings(request.operation, query, headers, scan):
        return None
    return "With declared names only.", replace(request, query=query, headers=headers, body=body)


def _suggest_if_changed(request: SuggestedRequest, reason: str, **changes: Any) -> Suggestion | None:
    """Suggest the changed request, unless it is the same as the refused one after repair."""
    changed_request = replace(request, **changes)
    return None if suggested_request.repair_request(changed_request) == request else (reason, changed_request)


def _find_accepted_token(entry: JournalEntry, operation: Operation, tokens: PublicTokens) -> str | None:
    """Return a token that the operation accepts, preferably the caller's own if that may be shown."""
    missing_scopes = set(_missing_scopes(entry, operation))
    accepted_tokens = [token for token, principal in tokens if not missing_scopes.isdisjoint(principal.scopes)]
    if not isinstance(entry.error, Forbidden) and (operation.admits_customers or not operation.needs_scope):
        accepted_tokens += [token for token, principal in tokens if principal.customer_id]
    try:
        own_token = bearer_token(entry.request.headers.get("authorization"))
    except InvalidToken:
        own_token = ""
    return own_token if own_token in accepted_tokens else next(iter(accepted_tokens), None)


def _missing_scopes(entry: JournalEntry, operation: Operation) -> tuple[str, ...]:
    """Return the operation's scopes; after a 403, those that the caller lacks."""
    granted_scopes = entry.principal.scopes if entry.principal and isinstance(entry.error, Forbidden) else frozenset()
    return tuple(scope for scope in operation.scopes if scope not in granted_scopes)


def _describe_scopes(scopes: Collection[str]) -> str:
    return f"scope {' or '.join(scopes)}"


def _drop_field(body: Any, pointer: str) -> Any:
    """Return a document without the field at a JSON pointer, or a JSON Patch without the steps that change it."""
    if isinstance(body, list):
        return [step for step in body if step.get("path") != pointer]
    name, _, rest = pointer.removeprefix("/").partition("/")
    if not rest:
        return _drop_name(body, name)
    return body | {name: _drop_field(body[name], f"/{rest}")} if isinstance(body, dict) and name in body else body


def _drop_name(fields: Any, name: str) -> Any:
    return {key: value for key, value in fields.items() if key != name} if isinstance(fields, Mapping) else fields


def _rename_field(body: Any, steps: Sequence[str], name: str) -> Any:
    """Return a body in which the field at this place has another name, or is removed if the name is ""."""
    if isinstance(body, list) and steps[0] == "*":
        return [_rename_field(element, steps[1:], name) for element in body]
    if not isinstance(body, dict):
        return body
    if len(steps) > 1:
        return {key: _rename_field(value, steps[1:], name) if key == steps[0] else value for key, value in body.items()}
    return {name if key == steps[0] else key: value for key, value in body.items() if name or key != steps[0]}
