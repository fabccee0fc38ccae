"""What a logged-in customer can do: read the own profile, validate a token, log out (B7)."""

from __future__ import annotations

from typing import Any

from ...access import Principal, bearer_token, format_scope
from ...domain import customer_profile
from ...errors import Forbidden, InvalidToken
from ...store.tenant import Tenant
from ...store.token_store import TokenStore
from .granting import LOGIN_LIFETIMES
from .sessions import Session, SessionStore

ANONYMOUS_PROFILE = {
    "firstName": "Anonymous",
    "lastName": "Anonymous",
    "preferredSite": "default",
    "customerNumber": "00000000",
    "id": "00000000",
    "accounts": [],
}  # published, for visitors (B7b)


def require_customer(tokens: TokenStore, tenant: Tenant, principal: Principal) -> None:
    """Raise InvalidToken unless the caller is a customer (B7b)."""
    if principal.customer_id is None:
        raise InvalidToken(hint=_customer_hint(tokens, tenant), rule="B7b")


def require_own_customer(tokens: TokenStore, tenant: Tenant, principal: Principal) -> str:
    """Return the id of the calling customer; Forbidden for all others (B7b)."""
    customer_id = principal.customer_id or ""
    if customer_id not in tenant.state.customers:
        raise Forbidden(hint=_customer_hint(tokens, tenant), rule="B7b")
    return customer_id


def own_profile(tokens: TokenStore, tenant: Tenant, principal: Principal, expand: str | None = None) -> dict[str, Any]:
    """Return the profile of the caller, who is a customer of the tenant or a visitor; otherwise Forbidden (B7b)."""
    state = tenant.state
    expansions = customer_profile.parse_expand(expand)
    if principal.is_visitor:
        return ANONYMOUS_PROFILE | customer_profile.expand_profile({}, expansions - {"accounts"})
    customer = state.customers[require_own_customer(tokens, tenant, principal)]
    accounts = {"accounts": customer_profile.list_accounts(customer)}
    profile = customer_profile.build_profile(state, customer)
    return profile | accounts | customer_profile.expand_profile(customer, expansions)


def token_info(tenant: Tenant, principal: Principal, session: Session | None) -> dict[str, Any]:
    """Return what a customer's token is valid for; one that never expires has a full lifetime left."""
    customer = tenant.state.customers.get(principal.customer_id or "", {})
    seconds_left = (
        (principal.expires_at - tenant.clock.now()).total_seconds()
        if principal.expires_at
        else LOGIN_LIFETIMES.access_seconds
    )
    info = {
        "token_type": "Bearer",
        "expires_in": int(seconds_left),
        "scope": format_scope(principal.scopes, tenant.name),
        "sessionId": session and session.id,
        "email": customer.get("email"),
        "legalEntityId": principal.legal_entity_id,
    }
    return {name: value for name, value in info.items() if value is not None}


def log_out(
    tokens: TokenStore, sessions: SessionStore, tenant: Tenant, principal: Principal, access_token: str
) -> None:
    """Revoke a token of the caller and end its session (B7a); InvalidToken if the token is not the caller's."""
    header = f"Bearer {access_token}"
    token, holder = bearer_token(header), tokens.authenticate(header, tenant.name, tenant.clock.now)
    if holder.customer_id != principal.customer_id:
        raise InvalidToken(hint="accessToken is not a token of the customer who calls", rule="B7a")
    session = sessions.find_session(token)
    if session is not None:
        session.is_over = True
    tokens.revoke(token, None if session else tenant.name)  # a reset restores tokens of the world


def _customer_hint(tokens: TokenStore, tenant: Tenant) -> str:
    suggested = tokens.suggest_token(tenant.name, of_customer=True)
    return "needs the token of a customer; log in" + (f", or use {suggested}" if suggested else "")
