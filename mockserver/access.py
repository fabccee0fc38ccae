"""Authentication and authorization: which principal holds a token, and what its scopes allow (A1 to A6)."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from threading import Lock

from .errors import ExpiredToken, Forbidden, InvalidToken

MANAGE_SEGMENTS = "customersegment.segment_manage"
READ_SEGMENTS = "customersegment.segment_read"
READ_OWN_SEGMENTS = "customersegment.segment_read_own"

TENANT_NAME = re.compile(r"[a-z][a-z0-9]{2,15}")  # use fullmatch (F5)
MAX_ISSUED_TOKENS = 10_000  # about 1 KB each with their sessions; the oldest are dropped


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


class TokenStore:
    """The tokens: those of the worlds and those issued since the start, minus the revoked ones.

    A tenant has the tokens of the world that it was seeded with, and those of the world that the server started with.
    """

    def __init__(self, seeded: Mapping[str, Principal]) -> None:
        self._seeded = dict(seeded)
        self._reseeded: dict[str | None, Mapping[str, Principal]] = {}  # by tenant, None for all
        self._issued: OrderedDict[str, Principal] = OrderedDict()
        self._revoked: set[tuple[str, str | None]] = set()  # token and tenant, None for all tenants
        self._lock = Lock()

    @property
    def seed_tokens(self) -> list[str]:
        """The tokens of all worlds, in the order of their files."""
        return list(dict.fromkeys(chain(self._seeded, *self._reseeded.values())))

    def reseed(self, tokens: Mapping[str, Principal], tenant: str | None = None) -> None:
        """Replace the tokens of the world that a tenant, or all tenants, were seeded with; none of them is revoked."""
        renewed = tokens.keys() - self._seeded.keys()
        with self._lock:
            self._reseeded = {None: tokens} if tenant is None else {**self._reseeded, tenant: tokens}
            self._revoked = {
                (token, place)
                for token, place in self._revoked
                if token not in renewed or (tenant is not None and place not in (None, tenant))
            }

    def replace_initial(self, tokens: Mapping[str, Principal]) -> None:
        """Replace the tokens of the world that the server started with by those of its newer version."""
        with self._lock:
            self._seeded = dict(tokens)

    def forget_seed(self, tenant: str) -> None:
        """Drop the tokens of the world that only this tenant was seeded with."""
        with self._lock:
            self._reseeded = {name: tokens for name, tokens in self._reseeded.items() if name != tenant}

    def issue(self, token: str, principal: Principal) -> None:
        """Issue a token; one that was revoked becomes valid again."""
        with self._lock:
            self._issued[token] = principal
            self._revoked = {revoked for revoked in self._revoked if revoked[0] != token}
            if len(self._issued) > MAX_ISSUED_TOKENS:
                self._issued.popitem(last=False)

    def revoke(self, token: str, tenant: str | None = None) -> bool:
        """Revoke a token in one tenant or in all; False if it was unknown or already revoked there."""
        with self._lock:
            if self._find_unrevoked(token, tenant) is None:
                return False
            if tenant is None and token in self._issued and token not in self._seeded:
                del self._issued[token]  # rather than remember it: logging in and out takes no memory
            else:
                self._revoked.add((token, tenant))
            return True

    def forget_revocations(self, tenant: str) -> None:
        """Undo the revocations in this tenant; those in all tenants stay."""
        with self._lock:
            self._revoked = {revoked for revoked in self._revoked if revoked[1] != tenant}

    def list_unrevoked(self, tenant: str | None = None) -> list[tuple[str, Principal]]:
        """Return the tokens that are not revoked, expired ones too; with a tenant, only those valid there."""
        with self._lock:
            reseeded = {**self._reseeded.get(None, {}), **self._reseeded.get(tenant, {})}
            return [
                (token, holder)
                for token, holder in {**self._seeded, **reseeded, **self._issued}.items()
                if self._find_unrevoked(token, tenant) is holder and (tenant is None or holder.tenant in (None, tenant))
            ]

    def find_holder(self, authorization: str | None, tenant: str | None = None) -> Principal | None:
        """Return the holder of the token in a header, expired or for another tenant too; None if unknown."""
        try:
            return self._find_unrevoked(bearer_token(authorization), tenant)
        except InvalidToken:
            return None

    def authenticate(
        self, authorization: str | None, tenant: str | None, read_clock: Callable[[], datetime]
    ) -> Principal:
        """Return the holder of the bearer token in a header; InvalidToken (A1, A3) or ExpiredToken (A2)."""
        principal = self._find_unrevoked(bearer_token(authorization), tenant)
        if principal is None:
            raise InvalidToken(hint="unknown token; use admin-token, or request one from POST /oauth/token")
        if principal.expires_at is not None and principal.expires_at <= read_clock():
            raise ExpiredToken(hint="request a new one from POST /oauth/token, or use admin-token")
        if None not in (principal.tenant, tenant) and principal.tenant != tenant:
            raise InvalidToken(hint="this token belongs to another tenant", rule="A3")
        return principal

    def _find_unrevoked(self, token: str, tenant: str | None) -> Principal | None:
        if self._revoked and not self._revoked.isdisjoint({(token, None), (token, tenant)}):
            return None
        holder = self._issued.get(token)
        if holder is None and self._reseeded:
            holder = self._reseeded.get(tenant, {}).get(token) or self._reseeded.get(None, {}).get(token)
        return holder or self._seeded.get(token)


def bearer_token(authorization: str | None) -> str:
    """Return the token in an Authorization header; InvalidToken if it has no bearer token (A1)."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if not token or scheme.lower() != "bearer":
        raise InvalidToken(hint="send the header Authorization: Bearer admin-token")
    return token


def authorize(principal: Principal, any_of: Iterable[str], *, admits_customers: bool = False) -> None:
    """Raise Forbidden unless the principal has one of these scopes (A4, A5); without scopes, everybody may call.

    admits_customers: whether customers need no scope (A4a).
    """
    accepted = tuple(any_of)
    if accepted and principal.scopes.isdisjoint(accepted) and not (admits_customers and principal.customer_id):
        alternative = ", or the token of a customer" if admits_customers else ""
        raise Forbidden(hint=f"needs one of the scopes {', '.join(accepted)}{alternative}", scopes=accepted)
