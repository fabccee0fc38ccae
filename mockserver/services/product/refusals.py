"""The error shape of the Product Service: code, status and message, and the product that is not there (L5)."""

from __future__ import annotations

from typing import Any

from ...errors import BadRequest, ClientError, InvalidToken, NotFound


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
