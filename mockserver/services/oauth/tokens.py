"""Grant tokens for client credentials: their scopes, tenant and lifetime (B1 to B3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from ...access import TENANT_NAME, OAuthClient, Principal
from ...errors import InvalidApiKey, InvalidClient
from ...store.world import World
from .client_authentication import ClientCredentials, InvalidTokenRequest

TOKEN_LIFETIME_SECONDS = 14_399
SESSION_IDLE_SECONDS = 120
SERVICE_TOKEN_DIGITS = 32


def grant_service_token(world: World, parameters: Mapping[str, str], credentials: ClientCredentials) -> dict[str, Any]:
    """Issue a token and return the reply; InvalidTokenRequest (B1b), InvalidApiKey or InvalidClient (B3)."""
    if parameters.get("grant_type") != "client_credentials":
        raise InvalidTokenRequest("unsupported_grant_type", "grant_type must be client_credentials")
    words = parameters.get("scope", "").split()
    tenant = _requested_tenant(words) or world.home_of_client(credentials.id, credentials.secret)
    client = _authenticate_client(world.clients_of(tenant), credentials)
    scopes = _granted_scopes(client, [word for word in words if not word.startswith("tenant=")])
    token = world.ids.next_hex(SERVICE_TOKEN_DIGITS)
    expires_at = world.clock_of(tenant).now() + timedelta(seconds=TOKEN_LIFETIME_SECONDS)
    holder = Principal(frozenset(scopes), tenant, expires_at=expires_at, name=f"client:{client.id}")
    world.tokens.issue(token, holder)
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFETIME_SECONDS,
        "session_idle_time": SESSION_IDLE_SECONDS,
        "refresh_token": "",
        "refresh_token_expires_in": 0,
        "scope": " ".join([*scopes, f"tenant={tenant or world.default_tenant}"]),
    }


def _authenticate_client(clients: Mapping[str, OAuthClient], credentials: ClientCredentials) -> OAuthClient:
    client = clients.get(credentials.id)
    if client is None:
        raise InvalidApiKey(clients)
    if not compare_digest(client.secret.encode(), credentials.secret.encode()):
        raise InvalidClient(is_basic=credentials.is_basic)
    return client


def _granted_scopes(client: OAuthClient, requested: list[str]) -> list[str]:
    """Return the requested scopes that the client has, or all of the client's scopes if none are requested (B2)."""
    return [scope for scope in client.scopes if not requested or scope in requested]


def _requested_tenant(words: list[str]) -> str | None:
    """Return the tenant in the scope; without one, the token is valid for all tenants (B1a)."""
    tenant = next((word.removeprefix("tenant=") for word in words if word.startswith("tenant=")), None)
    if tenant is not None and not TENANT_NAME.fullmatch(tenant):
        raise InvalidTokenRequest("invalid_scope", "the tenant must be 3 to 16 lower-case letters or digits")
    return tenant
