"""How a client authenticates: with HTTP Basic, or with id and secret among the parameters (B1c; RFC 6749, 2.3.1)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_plus

from ...errors import ClientError


class ClientCredentials(NamedTuple):
    """The id and the secret of a client; `is_basic` if they came with HTTP Basic."""

    id: str
    secret: str
    is_basic: bool = False


class InvalidTokenRequest(ClientError):
    """A token request that is invalid (B1b)."""

    rule = "B1b"

    def __init__(self, code: str, message: str, *, rule: str = "") -> None:
        super().__init__(message, rule=rule)
        self.code = code

    def body(self) -> dict[str, str]:
        """Return the OAuth endpoint's error shape."""
        return {"ErrorCode": self.code, "Error": self.message}


def read_credentials(authorization: str | None, parameters: Mapping[str, str]) -> ClientCredentials:
    """Return a client's credentials; InvalidTokenRequest if they are unreadable, or if there are two different ones.

    Any other scheme, such as the bearer token that some clients add to every request, is ignored.
    """
    id_, secret = parameters.get("client_id", ""), parameters.get("client_secret", "")
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return ClientCredentials(id_, secret)
    credentials = _decode_basic(encoded)
    if id_ not in ("", credentials.id) or secret not in ("", credentials.secret):
        detail = "client_id or client_secret differs from the Authorization header; send one of the two"
        raise InvalidTokenRequest("invalid_request", detail, rule="B1c")
    return credentials


def _decode_basic(encoded: str) -> ClientCredentials:
    """Return the credentials in a Basic header, in which id and secret are form-urlencoded; InvalidTokenRequest."""
    try:
        id_, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
        if not colon:
            raise ValueError("no colon")
        return ClientCredentials(unquote_plus(id_, errors="strict"), unquote_plus(secret, errors="strict"), True)
    except ValueError:  # includes binascii.Error and UnicodeDecodeError
        raise InvalidTokenRequest(
            "invalid_request", "the Authorization header must be Basic and the Base64 of id:secret", rule="B1c"
        ) from None
