"""Which returns a caller sees, and how they look (R2)."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...access import Principal
from ...domain.saas_tokens import find_customer_id
from ...errors import NotFound
from ...practices import documents
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import RETURNS
from .return_prices import show_orders

READ_ALL = "returns.returns_read"
HIDDEN_FROM_CUSTOMERS = frozenset({"requestor", "submitter", "approver"})


class ReturnNotFound(NotFound):
    """A return that does not exist, or that is not the caller's (R2)."""

    rule = "R2"

    def __init__(self, return_id: str) -> None:
        super().__init__(return_id)
        self.message = f"The return with id {return_id} has not been found."


class ReturnCaller(NamedTuple):
    """Who calls: an employee, who may see the returns of all, or a customer; `customer_id` is None for nobody."""

    is_employee: bool
    customer_id: str | None


def identify_caller(tenant: Tenant, principal: Principal, saas_token: str | None, employee_scope: str) -> ReturnCaller:
    """Return who calls; a service names the customer by the `saas_token`. InvalidToken for one that is not valid.

    employee_scope: the scope that makes the caller an employee.
    """
    return ReturnCaller(employee_scope in principal.scopes, find_customer_id(tenant, principal, saas_token))


def list_returns(state: State, caller: ReturnCaller) -> list[Document]:
    """Return the returns that the caller may see, in the order of their ids (R2)."""
    return documents.list_visible_documents(state, RETURNS, lambda row: is_visible_return(row, caller))


def find_return(state: State, caller: ReturnCaller, return_id: str) -> Document:
    """Return one return; ReturnNotFound for a missing one, or one of another customer (R2)."""
    row = documents.find_visible_document(state, RETURNS, return_id, lambda row: is_visible_return(row, caller))
    if row is None:
        raise ReturnNotFound(return_id)
    return row


def is_visible_return(row: Document, caller: ReturnCaller) -> bool:
    """Whether the caller may see a return (R2)."""
    if caller.is_employee:
        return True
    return caller.customer_id is not None and row["requestor"].get("customerId") == caller.customer_id


def show_return(state: State, row: Document, caller: ReturnCaller) -> dict[str, Any]:
    """Return a return as the caller sees it, with the names and prices of its items (R1, R2)."""
    shown = {name: value for name, value in row.items() if caller.is_employee or name not in HIDDEN_FROM_CUSTOMERS}
    if "requestor" in shown:
        shown["requestor"] = _add_names(state, row["requestor"])
    metadata = documents.revision_of(row).to_metadata(row.get("metadata", {}).get("mixins"))
    return {**shown, **show_orders(state, row["orders"]), "metadata": metadata}


def _add_names(state: State, requestor: Document) -> Document:
    customer = state.customers.get(requestor.get("customerId", ""), {})
    names = {name: customer[name] for name in ("firstName", "lastName", "email") if name in customer}
    return {**names, **requestor}
