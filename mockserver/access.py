"""Who calls, and what they may do: tokens become principals, scopes open operations (A1 to A6)."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from .errors import ExpiredToken, Forbidden, InvalidToken

MANAGE_SEGMENTS = "customersegment.segment_manage"
READ_SEGMENTS = "customersegment.segment_read"
READ_OWN_SEGMENTS = "customersegment.segment_read_own"

TENANT_NAME = re.compile(r"[a-z][a-z0-9]{2,15}")  # to be matched whole (F5)
MAX_ISSUED_TOKENS = 10_000  # tokens that are kept, about 1 KB each with their sessions; the oldest go first


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: scopes, and what the token is bound to.

    tenant: the one tenant that it is good for; None for all.
    customer_id: set on customer tokens only; legal_entity_id narrows such a token to one legal entity.
    expires_at: None for a token that stays good.
    name: what the journal calls the caller; never a secret.
    is_assumed: whether no token was looked at.
    """

    scopes: frozenset[str]
    tenant: str | None = None
    customer_id: str | None = None
    legal_entity_id: str | None = None
    expires_at: datetime | None = None
    name: str = ""
    is_assumed: bool = False


NOBODY = Principal(frozenset(), is_assumed=True)  # who calls what is open to all


def assume_admin(scopes: Iterable[str]) -> Principal:
    """Return who calls with `--auth off`."""
    return Principal(frozenset(scopes), name="admin", is_assumed=True)


def admin_scopes(declared: Iterable[str]) -> frozenset[str]:
    """Return the declared scopes that are not about the caller's own data: an administrator has all of them (A4)."""
    return frozenset(scope for scope in declared if not scope.endswith("_own"))


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An OAuth client: what `POST /oauth/token` can be asked with."""

    id: str
    secret: str
    scopes: tuple[str, ...]


class TokenStore:
    """The tokens that work: the world's own, and those that were issued since the start; less those revoked."""

    def __init__(self, seeded: Mapping[str, Principal]) -> None:
        self._seeded = dict(seeded)
        self._issued: OrderedDict[str, Principal] = OrderedDict()
        self._revoked: set[tuple[str, str | None]] = set()  # token and tenant, None for everywhere
        self._lock = Lock()

    @property
    def seed_tokens(self) -> list[str]:
        """The world's own tokens, in the order of its file."""
        return list(self._seeded)

    def issue(self, token: str, principal: Principal) -> None:
        """Make a token good, also one that was revoked."""
        with self._lock:
            self._issued[token] = principal
            self._revoked = {each for each in self._revoked if each[0] != token}
            if len(self._issued) > MAX_ISSUED_TOKENS:
                self._issued.popitem(last=False)

    def revoke(self, token: str, tenant: str | None = None) -> bool:
        """Make a token bad, in one tenant or everywhere; False if it was not good there."""
        with self._lock:
            if self._find_unrevoked(token, tenant) is None:
                return False
            if tenant is None and token not in self._seeded:
                del self._issued[token]  # as good as never issued, so that logging in and out takes no memory
            else:
                self._revoked.add((token, tenant))
            return True

    def forget_revocations(self, tenant: str) -> None:
        """Forget what was revoked in this tenant alone."""
        with self._lock:
            self._revoked = {each for each in self._revoked if each[1] != tenant}

    def list_unrevoked(self, tenant: str | None = None) -> list[tuple[str, Principal]]:
        """Return the tokens that are not revoked, those good in one tenant if it is named; expired ones too."""
        with self._lock:
            pairs = [*self._seeded.items(), *self._issued.items()]
            return [
                (token, each)
                for token, each in pairs
                if self._find_unrevoked(token, tenant) is each and (tenant is None or each.tenant in (None, tenant))
            ]

    def find_holder(self, authorization: str | None, tenant: str | None = None) -> Principal | None:
        """Return whose token a header carries, good for this call or not; None if nobody's."""
        try:
            return self._find_unrevoked(bearer_token(authorization), tenant)
        except InvalidToken:
            return None

    def authenticate(
        self, authorization: str | None, tenant: str | None, read_clock: Callable[[], datetime]
    ) -> Principal:
        """Return who holds the bearer token of this header; InvalidToken (A1, A3) or ExpiredToken (A2) if nobody."""
        principal = self._find_unrevoked(bearer_token(authorization), tenant)
        if principal is None:
            raise InvalidToken(hint="unknown token; use admin-token, or ask POST /oauth/token for one")
        if principal.expires_at is not None and principal.expires_at <= read_clock():
            raise ExpiredToken(hint="ask POST /oauth/token for a new one, or use admin-token")
        if None not in (principal.tenant, tenant) and principal.tenant != tenant:
            raise InvalidToken(hint="this token belongs to another tenant", rule="A3")
        return principal

    def _find_unrevoked(self, token: str, tenant: str | None) -> Principal | None:
        if self._revoked and not self._revoked.isdisjoint({(token, None), (token, tenant)}):
            return None
        return self._issued.get(token) or self._seeded.get(token)


def bearer_token(authorization: str | None) -> str:
    """Return the token of an Authorization header; InvalidToken if there is none (A1)."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken(hint="send the header Authorization: Bearer admin-token")
    return token.strip()


def authorize(principal: Principal, any_of: Iterable[str]) -> None:
    """Let the principal pass if it has one of these scopes (A4); else Forbidden (A5)."""
    accepted = tuple(any_of)
    if accepted and principal.scopes.isdisjoint(accepted):
        raise Forbidden(hint="needs one of the scopes " + ", ".join(accepted), scopes=accepted)
