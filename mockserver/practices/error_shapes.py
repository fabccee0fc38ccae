"""The error bodies of services that do not use the Customer Segment Service's; a 401 is always the gateway's (A1)."""

from __future__ import annotations

import re
from typing import Any

from ..errors import BadRequest, ClientError, InvalidToken, NotFound, error_body

RESOURCE_ERROR_TYPES = {
    400: "validation_violation",
    403: "insufficient_permissions",
    404: "element_resource_non_existing",
    409: "conflict_resource",
}


def write_coded_error(error: ClientError) -> dict[str, Any]:
    """Return code, status, message and a list of sentences, with the id of a missing resource (J1)."""
    if isinstance(error, InvalidToken):
        return error.body()
    body = error_body(error.status, error.reason, error.message) | {"details": list_sentences(error)}
    return body | ({"resourceId": error.resource_id} if isinstance(error, NotFound) else {})


def write_short_error(error: ClientError) -> dict[str, Any]:
    """Return code, status and message, with the reason for a 400 in parentheses unless it is the message (Q16)."""
    if isinstance(error, InvalidToken):
        return error.body()
    has_reason = isinstance(error, BadRequest) and error.detail
    return error_body(error.status, error.reason, _message_with_reason(error) if has_reason else error.message)


def write_product_error(error: ClientError) -> dict[str, Any]:
    """Return code, status and message, the reason for a 400 in parentheses, with the id of a missing product."""
    if isinstance(error, InvalidToken):
        return error.body()
    body = error_body(error.status, error.reason, _message_with_reason(error))
    return body | ({"productId": error.resource_id} if isinstance(error, NotFound) else {})


def write_typed_error(error: ClientError) -> dict[str, Any]:
    """Return the status as a number, a type in snake case, a message and a list of details (B7d)."""
    if isinstance(error, InvalidToken):
        return error.body()
    body: dict[str, Any] = {"status": error.status, "type": _to_snake_case(error.reason), "message": error.message}
    return body | ({"details": [_detail_json(error)]} if isinstance(error, BadRequest) else {})


def write_resource_error(error: ClientError) -> dict[str, Any]:
    """Return the same as `write_typed_error`, with the types that orders and what belongs to them have (X9)."""
    body = write_typed_error(error)
    if not isinstance(error, InvalidToken):
        body["type"] = RESOURCE_ERROR_TYPES.get(error.status, body["type"])
    return body


def write_site_error(error: ClientError) -> dict[str, Any]:
    """Return the same as `write_typed_error`, but each detail as one sentence."""
    body = write_typed_error(error)
    if "details" in body:
        body["details"] = [{"message": sentence} for sentence in list_sentences(error)]
    return body


def write_return_error(error: ClientError) -> dict[str, Any]:
    """Return code, status and message, the sentences of a 400 as `details`, and the id of a missing return (R5)."""
    if isinstance(error, InvalidToken):
        return error.body()
    body: dict[str, Any] = error_body(error.status, error.reason, error.message)
    details = [{"message": sentence} for sentence in list_sentences(error) if sentence]
    body |= {"details": details} if details else {}
    return body | ({"returnId": error.resource_id} if isinstance(error, NotFound) else {})


def write_embedded_error(error: ClientError) -> dict[str, Any]:
    """Return code, status and message, and the sentences of a 400 in `_embedded.errors` (V4)."""
    if isinstance(error, InvalidToken):
        return error.body()
    body: dict[str, Any] = error_body(error.status, error.reason, error.message)
    errors = [{"message": sentence} for sentence in list_sentences(error)]
    return body | ({"_embedded": {"errors": errors}} if errors else {})


def write_session_error(error: ClientError) -> dict[str, Any]:
    """Return code and message, the reason for a 400 in parentheses, with the id of a missing session."""
    if isinstance(error, InvalidToken):
        return error.body()
    body: dict[str, Any] = {"code": error.status, "message": _message_with_reason(error)}
    return body | ({"sessionId": error.resource_id} if isinstance(error, NotFound) else {})


def list_sentences(error: ClientError) -> list[str]:
    """Return the reason for a 400 as a sentence; nothing for another error."""
    if not isinstance(error, BadRequest):
        return []
    return [" ".join(part for part in (error.field, error.detail) if part)]


def _message_with_reason(error: ClientError) -> str:
    if not isinstance(error, BadRequest):
        return error.message
    reason = ": ".join(part for part in (error.field, error.detail) if part)
    return f"{error.message} ({reason})" if reason else error.message


def _detail_json(error: BadRequest) -> dict[str, str]:
    detail = {"field": error.field, "type": _to_snake_case(error.error_type), "message": error.detail}
    return {name: value for name, value in detail.items() if value}


def _to_snake_case(words: str) -> str:
    """Return `bad_request` for "Bad Request", and `min_length` for "minLength"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", words).replace(" ", "_").lower()
