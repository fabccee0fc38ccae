"""Customers and legal entities as assignments show them, and whether they may be assigned (D7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import BadRequest
from ...practices import paths
from ...practices.lazy import StoredRows
from ...settings import Behaviour
from ...state import CustomerAssignment, State

SHOWN = ("id", "firstName", "lastName", "email")


def check(state: State, customer_id: str, entity_id: str, behaviour: Behaviour) -> None:
    """Raise BadRequest unless the customer exists and belongs to the legal entity, "" for none; or any id will do."""
    if behaviour.references == "lenient":
        return
    customer = state.customers.get(customer_id)
    if customer is None:
        raise BadRequest(field="customerId", kind="reference", detail="There is no customer with this id.", rule="D7")
    if entity_id and entity_id not in state.legal_entities:
        raise BadRequest(
            field="legalEntityId", kind="reference", detail="There is no legal entity with this id.", rule="D7"
        )
    if entity_id and entity_id not in customer.get("legalEntities", ()):
        raise BadRequest(
            field="legalEntityId", kind="reference", detail="The customer does not belong to it.", rule="D7a"
        )


def rows(
    state: State, assignments: Sequence[CustomerAssignment], behaviour: Behaviour
) -> StoredRows[CustomerAssignment]:
    """Return assignments as rows of a list; they come from customers and legal entities too, and from a switch."""

    def make(assignment: CustomerAssignment) -> dict[str, Any]:
        return row(state, assignment, behaviour)

    def reader(path: str) -> paths.Read:
        read = paths.reader(path)
        return lambda assignment: read(make(assignment))

    made_of = (state.customers, state.legal_entities)
    return StoredRows(assignments, make, reader, made_of, (row, behaviour.references))


def row(state: State, assignment: CustomerAssignment, behaviour: Behaviour) -> dict[str, Any]:
    """Return an assignment as replies have it; absent values are left out (C12)."""
    document: dict[str, Any] = {"customer": _customer(state, assignment.customer_id, behaviour)}
    if assignment.legal_entity_id is not None:
        document["legalEntity"] = _legal_entity(state, assignment.legal_entity_id, behaviour)
    document["assignmentType"] = assignment.assignment_type
    document["metadata"] = assignment.revision.document(assignment.mixin_urls)
    if assignment.mixins is not None:
        document["mixins"] = assignment.mixins
    return document


def _customer(state: State, id_: str, behaviour: Behaviour) -> dict[str, Any]:
    """Return id, names and e-mail; made up of the id where any id will do (D7), else the id alone (C14)."""
    known = state.customers.get(id_)
    if known is not None:
        return {name: known[name] for name in SHOWN if name in known}
    made_up = {"firstName": "Customer", "lastName": id_, "email": f"{id_}@example.com"}
    return {"id": id_} | (made_up if behaviour.references == "lenient" else {})


def _legal_entity(state: State, id_: str, behaviour: Behaviour) -> dict[str, Any]:
    known = state.legal_entities.get(id_)
    if known is not None:
        return {"id": id_, "name": known["name"]}
    return {"id": id_} | ({"name": f"Legal entity {id_}"} if behaviour.references == "lenient" else {})
