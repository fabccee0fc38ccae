"""Authentication and authorization: which principal holds a token, and what its scopes allow (A1 to A6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .errors import Forbidden, InvalidToken

MANAGE_SEGMENTS = "customersegment.segment_manage"
READ_SEGMENTS = "customersegment.segment_read"
READ_OWN_SEGMENTS = "customersegment.segment_read_own"

TENANT_NAME = re.compile(r"[a-z][a-z0-9]{2,15}")  # use fullmatch (F5)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: its scopes, and what its token is bound to.

    tenant: the only tenant that the token is valid for; None for all tenants.
    customer_id: set on customer tokens only.
    legal_entity_id: the only legal entity that the customer acts for.
    expires_at: None for a token that never expires.
    name: the name of the caller in the journal; never a secret.
    is_assumed: whether the caller was assumed without reading a token.
    session_id: the session of a visitor or customer that the token was issued for.
    """

    scopes: frozenset[str]
    tenant: str | None = None
    customer_id: str | None = None
    legal_entity_id: str | None = None
    expires_at: datetime | None = None
    name: str = ""
    is_assumed: bool = False
    session_id: str | None = None

    @property
    def is_visitor(self) -> bool:
        """Whether the token is an anonymous one, or just like one: without a customer and without a scope (B4)."""
        return self.customer_id is None and not self.scopes and not self.is_assumed


NOBODY = Principal(frozenset(), is_assumed=True)  # the caller of an operation that needs no token


def assume_admin(scopes: Iterable[str]) -> Principal:
    """Return the caller of all requests with `--auth off`: an administrator (A16)."""
    return Principal(frozenset(scopes), name="admin", is_assumed=True)


def admin_scopes(declared: Iterable[str]) -> frozenset[str]:
    """Return the scopes of an administrator: all declared ones, except those for the caller's own data (`_own`)."""
    return frozenset(scope for scope in declared if not scope.endswith("_own"))


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An OAuth client, which can request tokens from `POST /oauth/token`."""

    id: str
    secret: str
    scopes: tuple[str, ...]


def format_scope(scopes: Iterable[str], tenant: str) -> str:
    """Return scopes as one text, followed by the tenant."""
    return " ".join([*sorted(scopes), f"tenant={tenant}"])


def read_bearer_token(authorization: str | None) -> str | None:
    """Return the token in an Authorization header; None if it has no bearer token."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def bearer_token(authorization: str | None) -> str:
    """Return the token in an Authorization header; InvalidToken if it has no bearer token (A1)."""
    token = read_bearer_token(authorization)
    if token is None:
        raise InvalidToken(hint="send the header Authorization: Bearer TOKEN")
    return token


def authorize(principal: Principal, any_of: Iterable[str], *, admits_customers: bool = False) -> None:
    """Raise Forbidden unless the principal has one of these scopes (A4, A5); without scopes, everybody may call.

    admits_customers: whether customers need no scope (A4a).
    """
    accepted = tuple(any_of)
    if accepted and principal.scopes.isdisjoint(accepted) and not (admits_customers and principal.customer_id):
        alternative = ", or the token of a customer" if admits_customers else ""
        raise Forbidden(hint=f"needs one of the scopes {', '.join(accepted)}{alternative}", scopes=accepted)
