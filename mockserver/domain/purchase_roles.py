"""Who in a company may buy without an approval: by the role of a customer, and the limit of the company (J3)."""

from __future__ import annotations

from decimal import Decimal

from ..store.state import Document, State
from .group_membership import legal_entity_id_of, list_groups_of_user
from .money import to_decimal

ADMIN, BUYER, REQUESTER = "B2B_ADMIN", "B2B_BUYER", "B2B_REQUESTER"
PURCHASE_ROLES = frozenset({ADMIN, BUYER, REQUESTER})


def find_purchase_roles(state: State, customer_id: str, entity_id: str) -> frozenset[str]:
    """Return the roles of a customer in a company: the codes of the groups for it, and of those for no company."""
    groups = list_groups_of_user(state, customer_id)
    return PURCHASE_ROLES.intersection(
        group.get("code", "") for group in groups if legal_entity_id_of(group) in (None, entity_id)
    )


def find_company(state: State, customer_id: str, *entity_ids: str | None) -> Document | None:
    """Return the company that a customer buys for: the first of these, or else of all, that the customer belongs to."""
    own_ids = state.customers.get(customer_id, {}).get("legalEntities", ())
    wanted_ids = [id_ for id_ in entity_ids if id_ in own_ids]
    for id_ in (*wanted_ids, *own_ids):
        if id_ in state.legal_entities:
            return state.legal_entities[id_]
    return None


def exceeds_limit(company: Document, total: Decimal, currency: str) -> bool:
    """Whether a total is above the limit of a company; one in another currency does not limit it."""
    limit = company.get("accountLimit", {})
    if "value" not in limit or limit.get("currency", currency) != currency:
        return False
    return total > to_decimal(limit["value"])


def needs_approval(state: State, customer_id: str, company: Document, total: Decimal, currency: str) -> bool:
    """Whether a customer needs an approval: a requester always does, a buyer above the limit, and nobody else."""
    roles = find_purchase_roles(state, customer_id, company["id"])
    if ADMIN in roles:
        return False
    if BUYER in roles:
        return exceeds_limit(company, total, currency)
    return REQUESTER in roles
