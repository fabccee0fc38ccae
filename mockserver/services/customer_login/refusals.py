"""How the Customer Service refuses: with the gateway's fault for a 401, else in an error shape of its own (B7d)."""

from __future__ import annotations

import re
from typing import Any

from ...errors import BadRequest, ClientError, InvalidToken


class InvalidCredentials(InvalidToken):
    """No customer has this e-mail and this password (B5b)."""

    message = "Invalid credentials"
    rule = "B5b"
    errorcode = "customer.InvalidCredentials"


class InvalidRefreshToken(InvalidToken):
    """A refresh token that is unknown, used, or somebody else's (B6a)."""

    message = "Invalid Refresh Token"
    rule = "B6a"
    errorcode = "keymanagement.service.invalid_refresh_token"


class ExpiredRefreshToken(InvalidRefreshToken):
    """A refresh token whose lifetime is over (B6a)."""

    message = "Refresh Token expired"
    errorcode = "keymanagement.service.refresh_token_expired"


def body(error: ClientError) -> dict[str, Any]:
    """Write an error: a status that is a number, its kind in snake case, and a list of details."""
    if isinstance(error, InvalidToken):
        return error.body()
    shown: dict[str, Any] = {"status": error.status, "type": _snake(error.reason), "message": error.message}
    return shown | ({"details": [_detail(error)]} if isinstance(error, BadRequest) else {})


def _detail(error: BadRequest) -> dict[str, str]:
    detail = {"field": error.field, "type": _snake(error.kind), "message": error.detail}
    return {name: value for name, value in detail.items() if value}


def _snake(words: str) -> str:
    """Return `bad_request` for "Bad Request", and `min_length` for "minLength"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", words).replace(" ", "_").lower()
