"""Sessions: who came when, and the access and refresh tokens that were given out for it since."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeVar
from uuid import UUID

from ...access import ISSUED_AT_MOST, Principal
from ...world import Tenant, World
from .unauthorized import ExpiredRefreshToken, InvalidRefreshToken

ACCESS_DIGITS = 28
REFRESH_DIGITS = 32
UUID_DIGITS = 32

Kept = TypeVar("Kept")


@dataclass(slots=True, eq=False)
class Session:
    """A visit to a storefront, anonymous or a customer's.

    client_id: who began an anonymous one; customer_id: whose it is, if a customer's.
    over: whether the customer has logged out, so that no refresh token of it is good any longer.
    """

    id: str
    tenant: str
    client_id: str | None = None
    customer_id: str | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh token is good for."""

    session: Session
    expires_at: datetime


class Sessions:
    """The sessions of all tenants, by their tokens; as many as tokens are kept, and the oldest go first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_access: OrderedDict[str, Session] = OrderedDict()
        self._by_refresh: OrderedDict[str, Refresh] = OrderedDict()
        self._lock = Lock()

    def begin(self, tenant: Tenant, client_id: str | None = None, customer_id: str | None = None) -> Session:
        """Return a new session, which lives as long as tokens are given out for it."""
        id_ = UUID(self._world.ids.hex(UUID_DIGITS), version=4)
        return Session(str(id_), tenant.name, client_id, customer_id)

    def grant(self, session: Session, holder: Principal, refreshable_until: datetime) -> tuple[str, str]:
        """Give out an access and a refresh token for a session."""
        access, refresh = self._world.ids.hex(ACCESS_DIGITS), self._world.ids.hex(REFRESH_DIGITS)
        self._world.tokens.issue(access, holder)
        with self._lock:
            _keep(self._by_access, access, session)
            _keep(self._by_refresh, refresh, Refresh(session, refreshable_until))
        return access, refresh

    def of(self, access_token: str) -> Session | None:
        """Return the session that an access token was given out for; None if the world or somebody else made it."""
        return self._by_access.get(access_token)

    def refreshable(self, tenant: Tenant, refresh_token: str) -> Session:
        """Return the session that a refresh token is good for; InvalidRefreshToken if there is none in this tenant."""
        found = self._by_refresh.get(refresh_token)
        if found is None or found.session.over or found.session.tenant != tenant.name:
            raise InvalidRefreshToken(hint="unknown, used or of another tenant; log in again")
        if found.expires_at <= tenant.clock.now():
            raise ExpiredRefreshToken(hint="log in again")
        return found.session

    def spend(self, refresh_token: str) -> None:
        """Make a refresh token bad; InvalidRefreshToken if it is, since another call was faster."""
        with self._lock:
            if self._by_refresh.pop(refresh_token, None) is None:
                raise InvalidRefreshToken(hint="another call has just used it")


def _keep(kept: OrderedDict[str, Kept], token: str, value: Kept) -> None:
    kept[token] = value
    if len(kept) > ISSUED_AT_MOST:
        kept.popitem(last=False)
