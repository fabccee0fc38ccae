"""Profiles of customers and their legal entities, which several services return."""

from __future__ import annotations

from typing import Any

from ..store.state import IMPORTED_REVISION, Document, State, derive_assignment_id
from .customer_addresses import address_row, default_address

PROFILE_FIELDS = (
    *("title", "firstName", "middleName", "lastName", "contactPhone", "company"),
    *("preferredLanguage", "preferredCurrency", "preferredSite"),
)
DEFAULT_PASSWORD = "secret1"  # noqa: S105 - of customers without a password in the world (B5c)
CONTACT_ASSIGNMENTS = "contactAssignments"  # the name of the collection
ALL_MIXINS = frozenset({"mixin", "mixin:*"})  # the two published ways to expand them


def build_profile(state: State, customer: Document) -> dict[str, Any]:
    """Return the profile of a customer, who is B2B with a legal entity and B2C without one."""
    names = {name: customer[name] for name in PROFILE_FIELDS if name in customer}
    contact_email = customer.get("contactEmail", customer["email"])
    ids = {"id": customer["id"], "customerNumber": customer["id"], "contactEmail": contact_email}
    return ids | names | _business_model(state, customer) | {"metadata": profile_metadata(customer)}


def profile_metadata(customer: Document) -> dict[str, Any]:
    """Return version and mixins of a customer; one of a world that says nothing has version 1."""
    metadata = customer.get("metadata", {})
    version = {"version": metadata.get("version", IMPORTED_REVISION.version)}
    return version | ({"mixins": metadata["mixins"]} if "mixins" in metadata else {})


def parse_expand(expand: str | None) -> frozenset[str]:
    """Return what a client wants to see in addition; names that are not known are ignored (B7e)."""
    return frozenset(name.strip() for name in expand.split(",")) if expand else frozenset()


def expand_profile(customer: Document, expansions: frozenset[str]) -> dict[str, Any]:
    """Return the fields that a profile shows on request: addresses, accounts and mixins (B7e)."""
    fields: dict[str, Any] = {}
    if "addresses" in expansions:
        addresses = [address_row(address) for address in customer.get("addresses", ())]
        default = default_address(addresses)
        fields |= {"addresses": addresses} | ({"defaultAddress": default} if default else {})
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
    """Return the id of a contact assignment of which nothing is stored, the same in every run (M4)."""
    return derive_assignment_id(entity_id, customer_id)


def find_contact(state: State, entity_id: str, customer_id: str) -> Document:
    """Return what is known of a customer as a contact of a legal entity: what is stored, or else its id (M4)."""
    stored = state.collection(CONTACT_ASSIGNMENTS).values()
    contacts = (row for row in stored if (row["legalEntityId"], row["customerId"]) == (entity_id, customer_id))
    return next(contacts, {"id": contact_assignment_id(entity_id, customer_id)})


def _business_model(state: State, customer: Document) -> dict[str, Any]:
    entities = [_legal_entity_membership(state, entity, customer) for entity in legal_entities_of(state, customer)]
    b2b: dict[str, Any] = {}
    if "companyRegistrationId" in customer:
        b2b["companyRegistrationId"] = customer["companyRegistrationId"]
    if entities:
        b2b["legalEntities"] = entities
    return {"businessModel": "B2B" if entities else "B2C"} | ({"b2b": b2b} if b2b else {})


def _legal_entity_membership(state: State, entity: Document, customer: Document) -> dict[str, Any]:
    contact_id = find_contact(state, entity["id"], customer["id"])["id"]
    return {"id": entity["id"], "name": entity["name"], "contactAssignmentId": contact_id}
