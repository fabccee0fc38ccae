"""Replies of any declared status, in the vendor's shape, and what may be asked for."""

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
    GatewayError,
    InvalidToken,
    NotFound,
    StaleVersion,
)
from ..messages import Reply

RETRY_AFTER_SECONDS = {429: 1, 503: 1}  # seconds, unless another number is asked for


class Unsatisfiable(Exception):
    """An order that names what does not exist; the message says what does."""


@dataclass(frozen=True, slots=True)
class ReplyChoice:
    """The reply that is asked for.

    example: which of those that there are for the status; None for the usual one.
    body: a JSON body in place of an example.
    """

    status: int
    example: str | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None


def available_statuses(operation: Operation) -> list[int]:
    """Return the statuses that can be asked for: the declared ones, and those of a gateway."""
    return sorted({*operation.reply_validators, *GatewayError.REASONS})


def build_reply(operation: Operation, choice: ReplyChoice, ids: Mapping[str, str]) -> Reply:
    """Return the reply that is asked for; Impossible if the operation has none like it.

    ids: those of the path, still encoded, of which a 404 names one.
    """
    if choice.status not in available_statuses(operation):
        raise Unsatisfiable(
            f"{operation.id} has no status {choice.status}; {_join_values(available_statuses(operation))} can be asked for."
        )
    body = _custom_body(operation, choice) if choice.body is not None else _example_body(operation, choice, ids)
    seconds = RETRY_AFTER_SECONDS.get(choice.status) if choice.retry_after is None else choice.retry_after
    retry_header = {} if seconds is None else {"Retry-After": str(seconds)}
    return Reply(choice.status, body, retry_header | dict(choice.headers))


def unsatisfiable_reason(operation: Operation, choice: ReplyChoice) -> str | None:
    """Return why the operation has no such reply; None if it has."""
    try:
        build_reply(operation, choice, {})
    except Unsatisfiable as error:
        return str(error)
    return None


def example_names(operation: Operation, status: int) -> list[str]:
    """Return the names of the examples that there are for a status, the usual one first."""
    return list(_example_bodies(operation, status, {}))


def errors_by_example(status: int, id_: str) -> dict[str, ClientError]:
    """Return the failures that the service has for a status, by the names of the examples, the usual one first."""
    if status in GatewayError.REASONS:
        return {"gateway": GatewayError(status)}
    known: dict[int, dict[str, ClientError]] = {
        400: {"body": BadRequest(), "parameters": BadRequest(INVALID_PARAMETERS)},
        401: {"invalid": InvalidToken(), "expired": ExpiredToken()},
        403: {"forbidden": Forbidden()},
        404: {"missing": NotFound(id_)},
        409: {"stale": StaleVersion(), "exists": Conflict()},
    }
    return known.get(status, {})


def _custom_body(operation: Operation, choice: ReplyChoice) -> Any:
    """Return the body that was given, if the contract allows it; a gateway knows no contract."""
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
        there_are = _join_values(bodies) or "none"
        raise Unsatisfiable(
            f"{operation.id} has no example {choice.example!r} of {choice.status}; there are: {there_are}."
        )
    if not bodies:
        return None
    body = bodies[choice.example] if choice.example else next(iter(bodies.values()))
    if choice.status in operation.reply_validators and operation.reply_violation(choice.status, body) is not None:
        raise Unsatisfiable(f"No example can be made for {choice.status} of {operation.id}; give a jsonBody.")
    return body


def _example_bodies(operation: Operation, status: int, ids: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the bodies by name: those that the spec names, else those of our errors, else the one that was made."""
    declared = operation.examples.get(status, {})
    has_no_body = status in operation.reply_validators and operation.reply_validators[status] is None
    if has_no_body or (declared and examples.GENERATED_EXAMPLE not in declared):
        return declared
    bodies = {name: error.body() for name, error in errors_by_example(status, _resource_id(operation, ids)).items()}
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
    return status not in operation.reply_validators or operation.reply_violation(status, body) is None


def _resource_id(operation: Operation, ids: Mapping[str, str]) -> str:
    """Return the id that a 404 names: the last of the path that does not only qualify another one."""
    qualifiers = {parameter.name for parameter in operation.parameters["path"] if parameter.qualifies}
    resource_ids = [id_ for name, id_ in ids.items() if name.endswith("Id") and name not in qualifiers]
    return unquote(resource_ids[-1]) if resource_ids else "unknown"


def _join_values(values: Any) -> str:
    return ", ".join(map(str, values))
