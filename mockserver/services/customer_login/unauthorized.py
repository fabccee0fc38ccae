"""What the login refuses with a 401 of its own."""

from __future__ import annotations

from ...errors import InvalidToken


class InvalidCredentials(InvalidToken):
    """No customer has this e-mail and this password (B5b)."""

    message = "Invalid credentials"
    rule = "B5b"
    error_code = "customer.InvalidCredentials"


class InvalidRefreshToken(InvalidToken):
    """A refresh token that is unknown, used, or somebody else's (B6a)."""

    message = "Invalid Refresh Token"
    rule = "B6a"
    error_code = "keymanagement.service.invalid_refresh_token"


class ExpiredRefreshToken(InvalidRefreshToken):
    """A refresh token whose lifetime is over (B6a)."""

    message = "Refresh Token expired"
    error_code = "keymanagement.service.refresh_token_expired"
