"""Sessions of customers and visitors, with their access and refresh tokens."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeVar
from uuid import UUID

from ...access import Principal
from ...errors import InvalidToken
from ...store.tenant import Tenant
from ...store.token_store import MAX_ISSUED_TOKENS
from ...store.world import World

ACCESS_TOKEN_DIGITS = 28
REFRESH_TOKEN_DIGITS = 32
UUID_DIGITS = 32

Stored = TypeVar("Stored")


@dataclass(slots=True, eq=False)
class Session:
    """A session of a customer or of an anonymous visitor.

    client_id: the client that started an anonymous session.
    customer_id: the customer, unless the session is anonymous.
    is_over: whether the customer has logged out, which makes all refresh tokens of the session invalid.
    """

    id: str
    tenant: str
    client_id: str | None = None
    customer_id: str | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class RefreshGrant:
    """The session that a refresh token refreshes, and the time when the token expires."""

    session: Session
    expires_at: datetime


class SessionStore:
    """The sessions of all tenants by their tokens; beyond MAX_ISSUED_TOKENS, the oldest are dropped."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_access: OrderedDict[str, Session] = OrderedDict()
        self._by_refresh: OrderedDict[str, RefreshGrant] = OrderedDict()
        self._lock = Lock()

    def begin_session(
        self,
        tenant: Tenant,
        *,
        client_id: str | None = None,
        customer_id: str | None = None,
        session_id: str | None = None,
    ) -> Session:
        """Return a session, which is stored when tokens are issued for it.

        session_id: that of a visitor's session which goes on; None for a new one (B4c).
        """
        session_id = session_id or str(UUID(self._world.ids.next_hex(UUID_DIGITS), version=4))
        return Session(session_id, tenant.name, client_id, customer_id)

    def issue_tokens(self, session: Session, holder: Principal, refreshable_until: datetime) -> tuple[str, str]:
        """Issue an access token and a refresh token for a session."""
        access, refresh = self._world.ids.next_hex(ACCESS_TOKEN_DIGITS), self._world.ids.next_hex(REFRESH_TOKEN_DIGITS)
        self._world.tokens.issue(access, holder)
        with self._lock:
            _store_bounded(self._by_access, access, session)
            _store_bounded(self._by_refresh, refresh, RefreshGrant(session, refreshable_until))
        return access, refresh

    def find_session(self, access_token: str) -> Session | None:
        """Return the session of an access token; None for tokens of the world and of clients."""
        return self._by_access.get(access_token)

    def find_refreshable_session(self, tenant: Tenant, refresh_token: str) -> Session:
        """Return the session of a refresh token; InvalidRefreshToken or ExpiredRefreshToken (B6a)."""
        grant = self._by_refresh.get(refresh_token)
        if grant is None or grant.session.is_over or grant.session.tenant != tenant.name:
            raise InvalidRefreshToken(hint="unknown, used or of another tenant; log in again")
        if grant.expires_at <= tenant.clock.now():
            raise ExpiredRefreshToken(hint="log in again")
        return grant.session

    def consume_refresh_token(self, refresh_token: str) -> None:
        """Remove a refresh token; InvalidRefreshToken if another call has just used it (B6a)."""
        with self._lock:
            if self._by_refresh.pop(refresh_token, None) is None:
                raise InvalidRefreshToken(hint="another call has just used it")


def _store_bounded(store: OrderedDict[str, Stored], token: str, value: Stored) -> None:
    store[token] = value
    if len(store) > MAX_ISSUED_TOKENS:
        store.popitem(last=False)


class InvalidCredentials(InvalidToken):
    """No customer has this e-mail and this password (B5b)."""

    message = "Invalid credentials"
    rule = "B5b"
    error_code = "customer.InvalidCredentials"


class InvalidRefreshToken(InvalidToken):
    """A refresh token that is unknown, used or of another tenant or client (B6a)."""

    message = "Invalid Refresh Token"
    rule = "B6a"
    error_code = "keymanagement.service.invalid_refresh_token"


class ExpiredRefreshToken(InvalidRefreshToken):
    """A refresh token that has expired (B6a)."""

    message = "Refresh Token expired"
    error_code = "keymanagement.service.refresh_token_expired"
