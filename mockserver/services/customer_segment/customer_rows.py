"""Rows of customer assignments, and the check that a customer and a legal entity may be assigned (D7)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ...errors import BadRequest
from ...practices.columns import ColumnReader, cell_reader, column_reader, read_by_cell
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
    return StoredRows(
        assignments,
        lambda assignment: customer_assignment_row(state, assignment, switches),
        partial(customer_column_reader, state, switches),
        (state.customers, state.legal_entities),
        (customer_assignment_row, switches.references),
    )


def customer_column_reader(state: State, switches: Switches, path: str) -> ColumnReader:
    """Return a function that reads from assignments the column of their rows at a path."""
    first_step, _, field = path.partition(".")
    if first_step == "customer" and field in CUSTOMER_FIELDS:
        return partial(_read_customer_column, state, switches, field)
    read = cell_reader(path)
    return read_by_cell(lambda assignment: read(customer_assignment_row(state, assignment, switches)))


def _read_customer_column(
    state: State, switches: Switches, field: str, assignments: Sequence[CustomerAssignment]
) -> list[Any]:
    """Return a field of each customer; rows have it as the customer has."""
    customers = state.customers
    entries = [
        customers.get(assignment.customer_id) or _customer_summary(state, assignment.customer_id, switches)
        for assignment in assignments
    ]
    return column_reader(field)(entries)


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
