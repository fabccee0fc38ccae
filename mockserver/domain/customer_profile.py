"""Profiles of customers and their legal entities, which several services return."""

from __future__ import annotations

from typing import Any

from ..store.state import Document, State, derive_assignment_id

PROFILE_FIELDS = (
    *("title", "firstName", "middleName", "lastName", "contactPhone", "company"),
    *("preferredLanguage", "preferredCurrency", "preferredSite"),
)
DEFAULT_PASSWORD = "secret1"  # noqa: S105 - of customers without a password in the world (B5c)
ALL_MIXINS = frozenset({"mixin", "mixin:*"})  # the two published ways to expand them


def build_profile(state: State, customer: Document) -> dict[str, Any]:
    """Return the profile of a customer, who is B2B with a legal entity and B2C without one."""
    names = {name: customer[name] for name in PROFILE_FIELDS if name in customer}
    ids = {"id": customer["id"], "customerNumber": customer["id"], "contactEmail": customer["email"]}
    return ids | names | _business_model(state, customer)


def parse_expand(expand: str | None) -> frozenset[str]:
    """Return what a client wants to see in addition; names that are not known are ignored (B7e)."""
    return frozenset(name.strip() for name in expand.split(",")) if expand else frozenset()


def expand_profile(customer: Document, expansions: frozenset[str]) -> dict[str, Any]:
    """Return the fields that a profile shows on request: addresses, accounts and mixins (B7e)."""
    fields: dict[str, Any] = {}
    if "addresses" in expansions:
        fields["addresses"] = customer.get("addresses", [])
    if "accounts" in expansions:
        fields["accounts"] = list_accounts(customer)
    if any(name.partition(":")[0] == "mixin" for name in expansions):
        mixins = customer.get("mixins", {}).items()
        fields["mixins"] = {
            name: mixin for name, mixin in mixins if expansions & ALL_MIXINS or f"mixin:{name}" in expansions
        }
    return fields


def list_accounts(customer: Document) -> list[dict[str, str]]:
    """Return the accounts that a customer logs in with: the one with the e-mail."""
    return [{"id": customer["email"]}]


def legal_entities_of(state: State, customer: Document) -> list[Document]:
    """Return the legal entities that a customer belongs to; ids of missing ones are ignored."""
    ids = customer.get("legalEntities", ())
    return [state.legal_entities[id_] for id_ in ids if id_ in state.legal_entities]


def contact_assignment_id(entity_id: str, customer_id: str) -> str:
    """Return the id of a customer's contact assignment to a legal entity, the same in every run (M4)."""
    return derive_assignment_id(entity_id, customer_id)


def _business_model(state: State, customer: Document) -> dict[str, Any]:
    entities = [_legal_entity_membership(entity, customer) for entity in legal_entities_of(state, customer)]
    return {"businessModel": "B2B", "b2b": {"legalEntities": entities}} if entities else {"businessModel": "B2C"}


def _legal_entity_membership(entity: Document, customer: Document) -> dict[str, Any]:
    contact_id = contact_assignment_id(entity["id"], customer["id"])
    return {"id": entity["id"], "name": entity["name"], "contactAssignmentId": contact_id}
