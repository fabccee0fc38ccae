"""The error bodies of the Reward Points Service: each status has a shape of its own (R12)."""

from __future__ import annotations

from typing import Any

from ...errors import BadRequest, ClientError, Forbidden, InvalidToken, NotFound


class NoRewardPoints(NotFound):
    """A customer without an account of points (R9)."""

    rule = "R9"

    def __init__(self, customer_id: str) -> None:
        super().__init__(customer_id)
        self.message = f"No reward points found for customer {customer_id}"


def write_reward_error(error: ClientError) -> dict[str, Any]:
    """Return the body of an error."""
    if isinstance(error, InvalidToken):
        return error.body()
    if isinstance(error, BadRequest):
        reason = " ".join(part for part in (error.field, error.detail) if part)
        return {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": reason or error.message}
    if isinstance(error, Forbidden):
        scopes = ", ".join(error.scopes)
        details = [f"Missing required scopes '[{scopes}]'"] if scopes else []
        return {"code": 403, "status": "Forbidden", "message": "Scope validation failed", "details": details}
    if isinstance(error, NotFound):
        return {"type": "resource_not_found", "status": 404, "message": error.message}
    problem = {"field": None, "type": None, "message": error.message, "moreInfo": ""}
    body = {"status": error.status, "type": "application/json", "message": error.message, "moreInfo": ""}
    return {**body, "details": [problem]}
