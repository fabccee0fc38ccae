"""The tokens of a world's tenants: which are valid where, and who holds them (A1 to A3)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from threading import Lock
from typing import Protocol

from ..access import Principal, bearer_token, read_bearer_token
from ..errors import ExpiredToken, InvalidToken

CUSTOMER_TOKEN_PREFIX = "customer:"  # noqa: S105 - of the token of each customer, followed by the id (B11)
MAX_OFFERED_CUSTOMERS = 3  # whose tokens are offered if the world offers no token of a customer
MAX_ISSUED_TOKENS = 10_000  # about 1 KB each with their sessions; the oldest are dropped


class CustomerDirectory(Protocol):
    """Knows the customers of each tenant, and their tokens; the tenant None is that of new tenants."""

    def find_holder(self, token: str, tenant: str | None) -> Principal | None:
        """Return the customer who has a token; None for any other token."""

    def iter_tokens(self, tenant: str | None) -> Iterable[tuple[str, Principal]]:
        """Yield the tokens of the customers with their holders."""

    def has_customer(self, customer_id: str, tenant: str | None) -> bool:
        """Whether there is such a customer."""


class TokenStore:
    """The tokens: those of the worlds, of customers, and those issued since the start, minus the revoked ones.

    A tenant has the tokens of the world that it was seeded with, and those of the world that the server started with.
    """

    def __init__(self, seeded: Mapping[str, Principal], customers: CustomerDirectory) -> None:
        self._seeded = dict(seeded)
        self._customers = customers
        self._reseeded: dict[str | None, Mapping[str, Principal]] = {}  # by tenant, None for all
        self._issued: OrderedDict[str, Principal] = OrderedDict()
        # By token and tenant, None for all: nobody for a revoked token, or the holder of one that expired early.
        self._withdrawn: dict[tuple[str, str | None], Principal | None] = {}
        self._lock = Lock()

    def list_offered(self, tenant: str | None = None) -> list[tuple[str, Principal]]:
        """Return the tokens of the worlds that callers of a tenant may try: no issued one, no one's who is missing.

        If none of them is a customer's, those of a few customers follow.
        """
        with self._lock:
            offered = self._list_usable(tenant)
            if not any(holder.customer_id for _, holder in offered):
                offered += islice(self._iter_customer_tokens(tenant), MAX_OFFERED_CUSTOMERS)
            return offered

    def is_public(self, token: str) -> bool:
        """Whether a token may be shown: one of a world or of a customer, which no client has to itself."""
        with self._lock:
            return token not in self._issued and (
                any(token in tokens for tokens in (self._seeded, *self._reseeded.values()))
                or self._customers.find_holder(token, None) is not None
            )

    def suggest_token(self, tenant: str | None = None, *, of_customer: bool = False) -> str | None:
        """Return an offered token that never expires: of a client, with the most scopes, or of a customer."""
        candidates = [
            (token, holder)
            for token, holder in self.list_offered(tenant)
            if holder.expires_at is None and bool(holder.customer_id) == of_customer
        ]
        return max(candidates, key=lambda offered: len(offered[1].scopes), default=(None, None))[0]

    def reseed(self, tokens: Mapping[str, Principal], tenant: str | None = None) -> None:
        """Replace the tokens of the world that a tenant, or all tenants, were seeded with; none of them is revoked."""
        renewed = tokens.keys() - self._seeded.keys()
        with self._lock:
            self._reseeded = {None: tokens} if tenant is None else {**self._reseeded, tenant: tokens}
            self._keep_withdrawn(
                lambda token, place: (
                    not (token in renewed or token.startswith(CUSTOMER_TOKEN_PREFIX))
                    or (tenant is not None and place not in (None, tenant))
                )
            )

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
            self._keep_withdrawn(lambda withdrawn_token, _: withdrawn_token != token)
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
                self._withdrawn[token, tenant] = None
            return True

    def expire(self, token: str, tenant: str, time: datetime) -> bool:
        """Let a token expire in one tenant at a time, until its next reset; False if it is unknown or revoked there."""
        with self._lock:
            holder = self._find_unrevoked(token, tenant)
            if holder is None:
                return False
            self._withdrawn[token, tenant] = replace(holder, expires_at=min(time, holder.expires_at or time))
            return True

    def reinstate(self, token: str, tenant: str) -> None:
        """Undo that a token was revoked in one tenant, or expired early there."""
        with self._lock:
            self._keep_withdrawn(lambda withdrawn_token, place: (withdrawn_token, place) != (token, tenant))

    def forget_revocations(self, tenant: str) -> None:
        """Undo the revocations in this tenant, and let tokens live that expired early; those in all tenants stay."""
        with self._lock:
            self._keep_withdrawn(lambda _, place: place != tenant)

    def list_unrevoked(self, tenant: str | None = None) -> list[tuple[str, Principal]]:
        """Return the tokens that are not revoked, expired ones too; with a tenant, only those valid there.

        Tokens of worlds are left out if their customer is missing.
        """
        with self._lock:
            issued = ((token, self._find_valid(token, holder, tenant)) for token, holder in list(self._issued.items()))
            return [
                *self._list_usable(tenant),
                *((token, holder) for token, holder in issued if holder),
                *self._iter_customer_tokens(tenant),
            ]

    def _world_tokens(self, tenant: str | None) -> dict[str, Principal]:
        """Return the tokens of the worlds, revoked ones too; those of the start come first."""
        return {**self._seeded, **self._reseeded.get(None, {}), **self._reseeded.get(tenant, {})}

    def _list_usable(self, tenant: str | None) -> list[tuple[str, Principal]]:
        """Return the tokens of the worlds that are valid in a tenant, and of nobody who is missing there."""
        found = (
            (token, self._find_valid(token, holder, tenant)) for token, holder in self._world_tokens(tenant).items()
        )
        return [
            (token, holder)
            for token, holder in found
            if holder and (holder.customer_id is None or self._customers.has_customer(holder.customer_id, tenant))
        ]

    def _find_valid(self, token: str, holder: Principal, tenant: str | None) -> Principal | None:
        """Return the holder of a token that is not revoked in a tenant, expired too; None for another's token."""
        found = self._find_unrevoked(token, tenant)
        is_own = found is holder or (token, tenant) in self._withdrawn
        return found if is_own and (tenant is None or holder.tenant in (None, tenant)) else None

    def _iter_customer_tokens(self, tenant: str | None) -> Iterator[tuple[str, Principal]]:
        for token, holder in self._customers.iter_tokens(tenant):
            if self._find_unrevoked(token, tenant) is holder:
                yield token, holder

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
        token = read_bearer_token(authorization)
        if token is None:
            raise InvalidToken(hint=f"send the header Authorization: Bearer {self.suggest_token(tenant) or 'TOKEN'}")
        principal = self._find_unrevoked(token, tenant)
        if principal is None:
            raise InvalidToken(hint=self._unknown_token_hint(token, tenant))
        if principal.expires_at is not None and principal.expires_at <= read_clock():
            suggested = self.suggest_token(tenant)
            use = f", or use {suggested}" if suggested else ""
            raise ExpiredToken(hint=f"request a new one from POST /oauth/token{use}")
        if None not in (principal.tenant, tenant) and principal.tenant != tenant:
            raise InvalidToken(hint="this token belongs to another tenant", rule="A3")
        return principal

    def _find_unrevoked(self, token: str, tenant: str | None) -> Principal | None:
        if self._withdrawn:
            for place in (None, tenant):
                if (token, place) in self._withdrawn:
                    return self._withdrawn[token, place]
        holder = self._issued.get(token)
        if holder is None and self._reseeded:
            holder = self._reseeded.get(tenant, {}).get(token) or self._reseeded.get(None, {}).get(token)
        return holder or self._seeded.get(token) or self._customers.find_holder(token, tenant)

    def _keep_withdrawn(self, is_kept: Callable[[str, str | None], bool]) -> None:
        """Keep the withdrawn tokens that a condition on token and tenant accepts."""
        self._withdrawn = {place: holder for place, holder in self._withdrawn.items() if is_kept(*place)}

    def _unknown_token_hint(self, token: str, tenant: str | None) -> str:
        of_customer = self.suggest_token(tenant, of_customer=True)
        if token.startswith(CUSTOMER_TOKEN_PREFIX):
            what, suggested = "there is no such customer", [of_customer]
        else:
            what, suggested = "unknown token", [self.suggest_token(tenant), of_customer]
        names = " or ".join(name for name in suggested if name)
        return f"{what}; " + (f"use {names}, or request" if names else "request") + " one from POST /oauth/token"
