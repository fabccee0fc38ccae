"""Rows of customer assignments, and the check that a customer and a legal entity may be assigned (D7)."""

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
    """Raise BadRequest unless the customer exists and belongs to the legal entity ("": none), or any id is accepted."""
    if switches.references == "lenient":
        return
    customer = state.customers.get(customer_id)
    if customer is None:
        raise BadRequest(field="customerId", error_type="reference", detail="No customer has this id.", rule="D7")
    if legal_entity_id and legal_entity_id not in state.legal_entities:
        raise BadRequest(
            field="legalEntityId", error_type="reference", detail="No legal entity has this id.", rule="D7"
        )
    if legal_entity_id and legal_entity_id not in customer.get("legalEntities", ()):
        raise BadRequest(
            field="legalEntityId",
            error_type="reference",
            detail="The customer does not belong to this legal entity.",
            rule="D7a",
        )


def customer_assignment_rows(
    state: State, assignments: Sequence[CustomerAssignment], switches: Switches
) -> StoredRows[CustomerAssignment]:
    """Return the rows of assignments; they also depend on customers, legal entities and a switch."""

    def make_row(assignment: CustomerAssignment) -> dict[str, Any]:
        return customer_assignment_row(state, assignment, switches)

    def read_path(path: str) -> paths.PathReader:
        read = paths.path_reader(path)
        return lambda assignment: read(make_row(assignment))

    depends_on = (state.customers, state.legal_entities)
    return StoredRows(assignments, make_row, read_path, depends_on, (customer_assignment_row, switches.references))


def customer_assignment_row(state: State, assignment: CustomerAssignment, switches: Switches) -> dict[str, Any]:
    """Return the row of an assignment; absent values are left out (C12)."""
    row: dict[str, Any] = {"customer": _customer_summary(state, assignment.customer_id, switches)}
    if assignment.legal_entity_id is not None:
        row["legalEntity"] = _legal_entity_summary(state, assignment.legal_entity_id, switches)
    row["assignmentType"] = assignment.assignment_type
    row["metadata"] = assignment.revision.to_metadata(assignment.mixin_urls)
    if assignment.mixins is not None:
        row["mixins"] = assignment.mixins
    return row


def _customer_summary(state: State, id_: str, switches: Switches) -> dict[str, Any]:
    """Return id, names and e-mail; for an unknown customer only the id (C14), or names derived from it (D7)."""
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
