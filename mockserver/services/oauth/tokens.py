"""Grant client credentials: which scopes, for which tenant, for how long (B1 to B3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from ...access import TENANT, Client, Principal
from ...errors import ClientError, InvalidApiKey, InvalidClient
from ...world import World

LIFETIME = 14399  # seconds
IDLE_TIME = 120  # seconds
TOKEN_DIGITS = 32


class InvalidGrant(ClientError):
    """A token request that the OAuth endpoint cannot serve, in its own error shape (B1b)."""

    rule = "B1b"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def body(self) -> dict[str, Any]:
        """Return the OAuth endpoint's error shape."""
        return {"ErrorCode": self.code, "Error": self.message}


def granted(world: World, asked: Mapping[str, str]) -> dict[str, Any]:
    """Issue a token for these credentials and return the reply; a ClientError if they are not good."""
    if asked.get("grant_type") != "client_credentials":
        raise InvalidGrant("unsupported_grant_type", "grant_type must be client_credentials")
    client = _authenticated(world, asked)
    words = asked.get("scope", "").split()
    tenant = _tenant(words)
    scopes = _scopes(client, [word for word in words if not word.startswith("tenant=")])
    token = world.ids.hex(TOKEN_DIGITS)
    clock = world.tenant(tenant).clock if tenant else world.clock
    expires_at = clock.now() + timedelta(seconds=LIFETIME)
    holder = Principal(frozenset(scopes), tenant, expires_at=expires_at, name=f"client:{client.id}")
    world.tokens.issue(token, holder)
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "session_idle_time": IDLE_TIME,
        "refresh_token": "",
        "refresh_token_expires_in": 0,
        "scope": " ".join([*scopes, f"tenant={tenant or world.home}"]),
    }


def _authenticated(world: World, asked: Mapping[str, str]) -> Client:
    client = world.seed.clients.get(asked.get("client_id", ""))
    if client is None:
        raise InvalidApiKey(hint="known clients: " + ", ".join(world.seed.clients))
    if not compare_digest(client.secret.encode(), asked.get("client_secret", "").encode()):
        raise InvalidClient
    return client


def _scopes(client: Client, asked: list[str]) -> list[str]:
    """All of the client's scopes if none is asked for; what is unknown or not the client's is dropped (B2)."""
    return [scope for scope in client.scopes if not asked or scope in asked]


def _tenant(words: list[str]) -> str | None:
    """Return the tenant that the scope names; without one the token is good for all tenants."""
    named = next((word.removeprefix("tenant=") for word in words if word.startswith("tenant=")), None)
    if named is not None and not TENANT.fullmatch(named):
        raise InvalidGrant("invalid_scope", "the tenant must be 3 to 16 lower-case letters or digits")
    return named
