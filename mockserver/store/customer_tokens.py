"""The tokens of customers: each customer of a tenant has `customer:ID`, now and whenever its state changes (B11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ..access import Principal
from .token_store import CUSTOMER_TOKEN_PREFIX

if TYPE_CHECKING:
    from .state import State
    from .tenant import Seed

SENDABLE = re.compile(r"[!-~]+")  # what fits into a header; matches the whole id

Place = tuple["Seed", "State"]  # the world of a tenant, and its state


class CustomerTokens:
    """Finds and lists the tokens of customers; they are stored nowhere.

    places_of: returns the world and the state of a tenant; for None, those of new tenants, then of all others.
    """

    def __init__(self, places_of: Callable[[str | None], Iterable[Place]]) -> None:
        self._places_of = places_of
        self._holders: dict[tuple[str, frozenset[str]], Principal] = {}

    def find_holder(self, token: str, tenant: str | None) -> Principal | None:
        """Return the customer who has a token; None for any other token."""
        if not token.startswith(CUSTOMER_TOKEN_PREFIX):
            return None
        customer_id = token.removeprefix(CUSTOMER_TOKEN_PREFIX)
        for seed, state in self._places_of(tenant):
            if seed.customer_scopes is not None and customer_id in state.customers:
                return self._holder(customer_id, seed.customer_scopes)
        return None

    def iter_tokens(self, tenant: str | None) -> Iterator[tuple[str, Principal]]:
        """Yield the tokens of a tenant's customers, or of new tenants, with their holders."""
        seed, state = next(iter(self._places_of(tenant)))
        if seed.customer_scopes is not None:
            for customer_id in state.customers:
                if SENDABLE.fullmatch(customer_id):
                    yield CUSTOMER_TOKEN_PREFIX + customer_id, self._holder(customer_id, seed.customer_scopes)

    def has_customer(self, customer_id: str, tenant: str | None) -> bool:
        """Whether a tenant has a customer, or new tenants have."""
        return any(customer_id in state.customers for _, state in self._places_of(tenant))

    def _holder(self, customer_id: str, scopes: frozenset[str]) -> Principal:
        holder = self._holders.get((customer_id, scopes))
        if holder is None:
            name = CUSTOMER_TOKEN_PREFIX + customer_id
            holder = self._holders[customer_id, scopes] = Principal(scopes, customer_id=customer_id, name=name)
        return holder
