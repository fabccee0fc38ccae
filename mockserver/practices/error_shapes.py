"""Error shapes that several Emporix services share; a 401 is the gateway's fault in all of them (A1)."""

from __future__ import annotations

import re
from typing import Any

from ..errors import BadRequest, ClientError, InvalidToken, NotFound


def write_coded_error(error: ClientError) -> dict[str, Any]:
    """Write an error as code, status, message and a list of sentences, with the id of what is not there (J1)."""
    if isinstance(error, InvalidToken):
        return error.body()
    body = {"code": error.status, "status": error.reason, "message": error.message, "details": _sentences(error)}
    return body | ({"resourceId": error.resource_id} if isinstance(error, NotFound) else {})


def write_typed_error(error: ClientError) -> dict[str, Any]:
    """Write an error as a status that is a number, its kind in snake case, a message and a list of details (B7d)."""
    if isinstance(error, InvalidToken):
        return error.body()
    body: dict[str, Any] = {"status": error.status, "type": _to_snake_case(error.reason), "message": error.message}
    return body | ({"details": [_detail_json(error)]} if isinstance(error, BadRequest) else {})


def _sentences(error: ClientError) -> list[str]:
    if not isinstance(error, BadRequest):
        return []
    return [" ".join(part for part in (error.field, error.detail) if part)]


def _detail_json(error: BadRequest) -> dict[str, str]:
    detail = {"field": error.field, "type": _to_snake_case(error.error_type), "message": error.detail}
    return {name: value for name, value in detail.items() if value}


def _to_snake_case(words: str) -> str:
    """Return `bad_request` for "Bad Request", and `min_length` for "minLength"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", words).replace(" ", "_").lower()


def write_product_error(error: ClientError) -> dict[str, Any]:
    """Write an error; what is wrong with a request stands in its message, since there is no other place for it."""
    if isinstance(error, InvalidToken):
        return error.body()
    body = {"code": error.status, "status": error.reason, "message": error.message}
    if isinstance(error, BadRequest):
        body["message"] = _message_with_reason(error)
    return body | ({"productId": error.resource_id} if isinstance(error, NotFound) else {})


def _message_with_reason(error: BadRequest) -> str:
    """Return the message, and in parentheses the place and the reason as far as they are known."""
    reason = ": ".join(part for part in (error.field, error.detail) if part)
    return f"{error.message} ({reason})" if reason else error.message


def write_site_error(error: ClientError) -> dict[str, Any]:
    """Write an error as `typed` does, with field and message of a detail in one sentence."""
    error_json = write_typed_error(error)
    if "details" in error_json:
        error_json["details"] = [{"message": _detail_text(each)} for each in error_json["details"]]
    return error_json


def _detail_text(detail: dict[str, str]) -> str:
    return " ".join(detail[name] for name in ("field", "message") if name in detail)
