"""Customers and legal entities as assignments show them, and whether they may be assigned (D7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import BadRequest
from ...practices import paths
from ...practices.rows import StoredRows
from ...settings import Switches
from ...store.state import CustomerAssignment, State

CUSTOMER_FIELDS = ("id", "firstName", "lastName", "email")


def check_customer_references(state: State, customer_id: str, legal_entity_id: str, switches: Switches) -> None:
    """Raise BadRequest unless the customer exists and belongs to the legal entity, "" for none; or any id will do."""
    if switches.references == "lenient":
        return
    customer = state.customers.get(customer_id)
    if customer is None:
        raise BadRequest(
            field="customerId", error_type="reference", detail="There is no customer with this id.", rule="D7"
        )
    if legal_entity_id and legal_entity_id not in state.legal_entities:
        raise BadRequest(
            field="legalEntityId", error_type="reference", detail="There is no legal entity with this id.", rule="D7"
        )
    if legal_entity_id and legal_entity_id not in customer.get("legalEntities", ()):
        raise BadRequest(
            field="legalEntityId", error_type="reference", detail="The customer does not belong to it.", rule="D7a"
        )


def customer_assignment_rows(
    state: State, assignments: Sequence[CustomerAssignment], switches: Switches
) -> StoredRows[CustomerAssignment]:
    """Return assignments as rows of a list; they come from customers and legal entities too, and from a switch."""

    def make(assignment: CustomerAssignment) -> dict[str, Any]:
        return customer_assignment_row(state, assignment, switches)

    def reader(path: str) -> paths.PathReader:
        read = paths.path_reader(path)
        return lambda assignment: read(make(assignment))

    depends_on = (state.customers, state.legal_entities)
    return StoredRows(assignments, make, reader, depends_on, (customer_assignment_row, switches.references))


def customer_assignment_row(state: State, assignment: CustomerAssignment, switches: Switches) -> dict[str, Any]:
    """Return an assignment as replies have it; absent values are left out (C12)."""
    document: dict[str, Any] = {"customer": _customer_summary(state, assignment.customer_id, switches)}
    if assignment.legal_entity_id is not None:
        document["legalEntity"] = _legal_entity_summary(state, assignment.legal_entity_id, switches)
    document["assignmentType"] = assignment.assignment_type
    document["metadata"] = assignment.revision.to_metadata(assignment.mixin_urls)
    if assignment.mixins is not None:
        document["mixins"] = assignment.mixins
    return document


def _customer_summary(state: State, id_: str, switches: Switches) -> dict[str, Any]:
    """Return id, names and e-mail; made up of the id where any id will do (D7), else the id alone (C14)."""
    customer = state.customers.get(id_)
    if customer is not None:
        return {name: customer[name] for name in CUSTOMER_FIELDS if name in customer}
    placeholder = {"firstName": "Customer", "lastName": id_, "email": f"{id_}@example.com"}
    return {"id": id_} | (placeholder if switches.references == "lenient" else {})


def _legal_entity_summary(state: State, id_: str, switches: Switches) -> dict[str, Any]:
    entity = state.legal_entities.get(id_)
    if entity is not None:
        return {"id": id_, "name": entity["name"]}
    return {"id": id_} | ({"name": f"Legal entity {id_}"} if switches.references == "lenient" else {})
