"""Customers and legal entities, as several services show them alike."""

from __future__ import annotations

from typing import Any

from .state import Document, State

SHOWN = ("firstName", "lastName", "preferredLanguage")


def profile(state: State, customer: Document) -> dict[str, Any]:
    """Return what the world knows of a customer, who is B2B with a legal entity and B2C without."""
    names = {name: customer[name] for name in SHOWN if name in customer}
    ids = {"id": customer["id"], "customerNumber": customer["id"], "contactEmail": customer["email"]}
    return ids | names | _business(state, customer)


def legal_entities(state: State, customer: Document) -> list[Document]:
    """Return the legal entities that a customer belongs to, as far as the world has them."""
    ids = customer.get("legalEntities", ())
    return [state.legal_entities[id_] for id_ in ids if id_ in state.legal_entities]


def _business(state: State, customer: Document) -> dict[str, Any]:
    entities = [{"id": each["id"], "name": each["name"]} for each in legal_entities(state, customer)]
    return {"businessModel": "B2B", "b2b": {"legalEntities": entities}} if entities else {"businessModel": "B2C"}
