"""Replies of any declared status, in the vendor's shape, and what may be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ..contract import examples
from ..contract.operations import Operation
from ..errors import (
    PARAMETER_PROBLEM,
    BadRequest,
    ClientError,
    Conflict,
    ExpiredToken,
    Forbidden,
    GatewayError,
    InvalidToken,
    NotFound,
    Stale,
)
from ..messages import Reply

RETRY_AFTER = {429: 1, 503: 1}  # seconds, unless another number is asked for


class Impossible(Exception):
    """An order that names what does not exist; the message says what does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The reply that is asked for.

    example: which of those that there are for the status; None for the usual one.
    body: a JSON body in place of an example.
    """

    status: int
    example: str | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None


def statuses(operation: Operation) -> list[int]:
    """Return the statuses that can be asked for: the declared ones, and those of a gateway."""
    return sorted({*operation.replies, *GatewayError.REASONS})


def reply(operation: Operation, wanted: Wanted, ids: Mapping[str, str]) -> Reply:
    """Return the reply that is asked for; Impossible if the operation has none like it.

    ids: those of the path, still encoded, of which a 404 names one.
    """
    if wanted.status not in statuses(operation):
        raise Impossible(
            f"{operation.id} has no status {wanted.status}; {_listed(statuses(operation))} can be asked for."
        )
    body = _own_body(operation, wanted) if wanted.body is not None else _example(operation, wanted, ids)
    seconds = RETRY_AFTER.get(wanted.status) if wanted.retry_after is None else wanted.retry_after
    waiting = {} if seconds is None else {"Retry-After": str(seconds)}
    return Reply(wanted.status, body, waiting | dict(wanted.headers))


def problem(operation: Operation, wanted: Wanted) -> str | None:
    """Return why the operation has no such reply; None if it has."""
    try:
        reply(operation, wanted, {})
    except Impossible as error:
        return str(error)
    return None


def names(operation: Operation, status: int) -> list[str]:
    """Return the names of the examples that there are for a status, the usual one first."""
    return list(_examples(operation, status, {}))


def failures(status: int, id_: str) -> dict[str, ClientError]:
    """Return the failures that the service has for a status, by the names of the examples, the usual one first."""
    if status in GatewayError.REASONS:
        return {"gateway": GatewayError(status)}
    known: dict[int, dict[str, ClientError]] = {
        400: {"body": BadRequest(), "parameters": BadRequest(PARAMETER_PROBLEM)},
        401: {"invalid": InvalidToken(), "expired": ExpiredToken()},
        403: {"forbidden": Forbidden()},
        404: {"missing": NotFound(id_)},
        409: {"stale": Stale(), "exists": Conflict()},
    }
    return known.get(status, {})


def _own_body(operation: Operation, wanted: Wanted) -> Any:
    """Return the body that was given, if the contract allows it; a gateway knows no contract."""
    if wanted.status not in operation.replies:
        return wanted.body
    if operation.replies[wanted.status] is None:
        raise Impossible(f"{operation.id} answers {wanted.status} without a body.")
    defect = operation.defect(wanted.status, wanted.body)
    if defect is not None:
        raise Impossible(f"The contract of {operation.id} does not allow this jsonBody: {defect}")
    return wanted.body


def _example(operation: Operation, wanted: Wanted, ids: Mapping[str, str]) -> Any:
    found = _examples(operation, wanted.status, ids)
    if wanted.example is not None and wanted.example not in found:
        there_are = _listed(found) or "none"
        raise Impossible(
            f"{operation.id} has no example {wanted.example!r} of {wanted.status}; there are: {there_are}."
        )
    if not found:
        return None
    body = found[wanted.example] if wanted.example else next(iter(found.values()))
    if wanted.status in operation.replies and operation.defect(wanted.status, body) is not None:
        raise Impossible(f"No example can be made for {wanted.status} of {operation.id}; give a jsonBody.")
    return body


def _examples(operation: Operation, status: int, ids: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the bodies by name: those that the spec names, else those of our errors, else the one that was made."""
    declared = operation.examples.get(status, {})
    has_no_body = status in operation.replies and operation.replies[status] is None
    if has_no_body or (declared and examples.MADE not in declared):
        return declared
    bodies = {name: error.body() for name, error in failures(status, _resource(operation, ids)).items()}
    own = {name: body for name, body in bodies.items() if _is_allowed(operation, status, body)}
    if operation.method == "POST" and "exists" in own:  # what is new has no version that could be stale
        own = {"exists": own["exists"], **own}
    return own or {name: _with_status(body, status) for name, body in declared.items()}


def _with_status(body: Any, status: int) -> Any:
    """Let an error that was made from its schema say its own status."""
    is_error = status >= 400 and isinstance(body, dict) and isinstance(body.get("status"), int | float)
    return body | {"status": status} if is_error else body


def _is_allowed(operation: Operation, status: int, body: Any) -> bool:
    """Whether the service writes its errors like that: some have a shape of their own."""
    return status not in operation.replies or operation.defect(status, body) is None


def _resource(operation: Operation, ids: Mapping[str, str]) -> str:
    """Return the id that a 404 names: the last of the path that does not only qualify another one."""
    qualifiers = {parameter.name for parameter in operation.parameters["path"] if parameter.qualifies}
    named = [id_ for name, id_ in ids.items() if name.endswith("Id") and name not in qualifiers]
    return unquote(named[-1]) if named else "unknown"


def _listed(values: Any) -> str:
    return ", ".join(map(str, values))
