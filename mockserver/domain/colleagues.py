"""Colleagues: customers who belong to a legal entity that the caller acts for."""

from __future__ import annotations

from ..access import Principal
from ..store.state import State


def is_colleague(state: State, principal: Principal, customer_id: str) -> bool:
    """Whether a customer belongs to the legal entity of the caller's token or, without one, to one of the caller's."""
    own_ids = state.customers.get(principal.customer_id or "", {}).get("legalEntities", ())
    if principal.legal_entity_id is not None:
        own_ids = (principal.legal_entity_id,)
    return not set(own_ids).isdisjoint(state.customers.get(customer_id, {}).get("legalEntities", ()))
