"""Injected replies: which ones an operation can have, and how they are built, in the vendor's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ..contract import examples
from ..contract.operations import Operation
from ..errors import (
    INVALID_PARAMETERS,
    BadRequest,
    ClientError,
    Conflict,
    ExpiredToken,
    Forbidden,
    InvalidToken,
    NotFound,
    StaleVersion,
)
from ..messages import Reply
from .injected_errors import GatewayError, TargetTimeout

RETRY_AFTER_SECONDS = {429: 1, 503: 1}  # by status, unless the fault sets it


class Unsatisfiable(Exception):
    """A fault or preference that asks for something that does not exist; the message says what does."""


@dataclass(frozen=True, slots=True)
class ReplyChoice:
    """The reply to inject.

    example: name of one of the status's examples; None for the default one.
    body: a JSON body instead of an example.
    retry_after: seconds; None for the default of the status.
    """

    status: int
    example: str | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None


def available_statuses(operation: Operation) -> list[int]:
    """Return the statuses that can be injected: the declared ones, and those of a gateway."""
    return sorted({*operation.reply_validators, *GatewayError.REASONS})


def build_reply(operation: Operation, choice: ReplyChoice, ids: Mapping[str, str]) -> Reply:
    """Return the chosen reply; Unsatisfiable if the operation cannot have it.

    ids: of the path, still encoded; a 404 names one of them.
    """
    statuses = available_statuses(operation)
    if choice.status not in statuses:
        raise Unsatisfiable(f"{operation.id} has no status {choice.status}; choose one of {_join_values(statuses)}.")
    body = _custom_body(operation, choice) if choice.body is not None else _example_body(operation, choice, ids)
    seconds = RETRY_AFTER_SECONDS.get(choice.status) if choice.retry_after is None else choice.retry_after
    retry_header = {} if seconds is None else {"Retry-After": str(seconds)}
    return Reply(choice.status, body, retry_header | dict(choice.headers))


def unsatisfiable_reason(operation: Operation, choice: ReplyChoice) -> str | None:
    """Return why the operation cannot have a reply; None if it can."""
    try:
        build_reply(operation, choice, {})
    except Unsatisfiable as error:
        return str(error)
    return None


def example_names(operation: Operation, status: int) -> list[str]:
    """Return the names of a status's examples, the default one first."""
    return list(_example_bodies(operation, status, {}))


def errors_by_example(status: int, id_: str) -> dict[str, ClientError]:
    """Return the service's errors with a status by the name of their example, the default one first."""
    if status in GatewayError.REASONS:
        return {"gateway": GatewayError(status), **({"timeout": TargetTimeout()} if status == 504 else {})}
    errors_by_status: dict[int, dict[str, ClientError]] = {
        400: {"body": BadRequest(), "parameters": BadRequest(INVALID_PARAMETERS)},
        401: {"invalid": InvalidToken(), "expired": ExpiredToken()},
        403: {"forbidden": Forbidden()},
        404: {"missing": NotFound(id_)},
        409: {"stale": StaleVersion(), "exists": Conflict()},
    }
    return errors_by_status.get(status, {})


def _custom_body(operation: Operation, choice: ReplyChoice) -> Any:
    """Return the given body; Unsatisfiable if the contract does not allow it. A gateway's reply may have any body."""
    if choice.status not in operation.reply_validators:
        return choice.body
    if operation.reply_validators[choice.status] is None:
        raise Unsatisfiable(f"{operation.id} answers {choice.status} without a body.")
    violation = operation.reply_violation(choice.status, choice.body)
    if violation is not None:
        raise Unsatisfiable(f"The contract of {operation.id} does not allow this jsonBody: {violation}")
    return choice.body


def _example_body(operation: Operation, choice: ReplyChoice, ids: Mapping[str, str]) -> Any:
    bodies = _example_bodies(operation, choice.status, ids)
    if choice.example is not None and choice.example not in bodies:
        names = _join_values(bodies) or "none"
        raise Unsatisfiable(f"{operation.id} has no example {choice.example!r} for {choice.status}; existing: {names}.")
    if not bodies:
        return None
    body = bodies[choice.example] if choice.example else next(iter(bodies.values()))
    if choice.status in operation.reply_validators and operation.reply_violation(choice.status, body) is not None:
        raise Unsatisfiable(f"{operation.id} has no valid example for {choice.status}; give a jsonBody.")
    return body


def _example_bodies(operation: Operation, status: int, ids: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the example bodies by name: those of the spec, else those of our errors, else a generated one."""
    declared = operation.examples.for_status(status)
    has_no_body = status in operation.reply_validators and operation.reply_validators[status] is None
    if has_no_body or (declared and examples.GENERATED_EXAMPLE not in declared):
        return declared
    bodies = {name: error.body() for name, error in errors_by_example(status, _resource_id(operation, ids)).items()}
    allowed = {name: body for name, body in bodies.items() if _is_allowed(operation, status, body)}
    if operation.method == "POST" and "exists" in allowed:  # a new resource has no version that could be stale
        allowed = {"exists": allowed["exists"], **allowed}
    return allowed or {name: _with_status(body, status) for name, body in declared.items()}


def _with_status(body: Any, status: int) -> Any:
    """Set the status in the body of a generated error."""
    is_error = status >= 400 and isinstance(body, dict) and isinstance(body.get("status"), int | float)
    return body | {"status": status} if is_error else body


def _is_allowed(operation: Operation, status: int, body: Any) -> bool:
    """Whether the contract allows this body; some services have another error shape."""
    return status not in operation.reply_validators or operation.reply_violation(status, body) is None


def _resource_id(operation: Operation, ids: Mapping[str, str]) -> str:
    """Return the id that a 404 names: the last one in the path that does not only qualify another one."""
    qualifiers = {parameter.name for parameter in operation.parameters["path"] if parameter.qualifies}
    resource_ids = [id_ for name, id_ in ids.items() if name.endswith("Id") and name not in qualifiers]
    return unquote(resource_ids[-1]) if resource_ids else "unknown"


def _join_values(values: Any) -> str:
    return ", ".join(map(str, values))
