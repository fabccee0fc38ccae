"""Which orders a caller sees, and how their statuses change (X5, X6)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain.orders import CREATED, DECLINED, IN_CHECKOUT, NEXT_STATUSES, ORDERS
from ...errors import BadRequest, NotFound
from ...practices import documents, writes
from ...store.clock import format_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant

TENANT_FIELDS = frozenset({"checkout"})  # that customers do not see


class OrderNotFound(NotFound):
    """An order that does not exist, or that is not the caller's (X6)."""

    rule = "X6"

    def __init__(self, order_id: str) -> None:
        super().__init__(order_id)
        self.message = f"Order with id {order_id} not found."


def list_own_orders(state: State, principal: Principal) -> list[Document]:
    """Return the orders of the calling customer that are out of checkout (X6)."""
    return [order for order in list_orders(state) if _is_own(order, principal) and order["status"] != IN_CHECKOUT]


def list_orders(state: State) -> list[Document]:
    """Return all orders in the order of their ids."""
    return list(state.collection(ORDERS).values())


def find_own_order(state: State, principal: Principal, order_id: str) -> Document:
    """Return an order of the calling customer; OrderNotFound (X6)."""
    order = find_order(state, order_id)
    if not _is_own(order, principal):
        raise OrderNotFound(order_id)
    return order


def find_order(state: State, order_id: str) -> Document:
    """Return any order; OrderNotFound."""
    order = state.collection(ORDERS).get(order_id)
    if order is None:
        raise OrderNotFound(order_id)
    return order


def list_next_statuses(order: Document, *, is_customer: bool) -> list[str]:
    """Return the statuses that an employee or the customer can give an order (X5)."""
    if is_customer:
        return [DECLINED] if order["status"] == CREATED else []
    return list(NEXT_STATUSES[order["status"]])


def change_status(tenant: Tenant, order_id: str, status: str | None, *, customer: Principal | None = None) -> None:
    """Give an order another status; BadRequest for one that cannot follow, OrderNotFound (X5).

    customer: the caller, if it is a customer; None for an employee.
    """

    def rule(state: State) -> tuple[State, None]:
        order = find_order(state, order_id) if customer is None else find_own_order(state, customer, order_id)
        possible = list_next_statuses(order, is_customer=customer is not None)
        if status not in possible:
            detail = f"An order that is {order['status']} can become {' or '.join(possible) or 'nothing else'}."
            raise BadRequest(field="status", error_type="transition", detail=detail, rule="X5")
        now = format_timestamp(tenant.clock.now())
        history = [*order["history"], {"status": status, "timestamp": now}]
        revision = writes.next_revision(documents.revision_of(order), now)
        changed = {**order, "status": status, "lastStatusChange": now, "history": history}
        stored = {**changed, "metadata": revision.to_metadata(order.get("metadata", {}).get("mixins"))}
        return state.with_document(ORDERS, order_id, stored), None

    tenant.change(rule)


def show_order(order: Document, *, is_customer: bool) -> dict[str, Any]:
    """Return an order as employees or customers see it."""
    shown = {name: value for name, value in order.items() if name != "history"}
    shown = shown if is_customer else {**shown, "checkout": "cartId" in order}
    return {"calculatedPrice": {}, "metadata": documents.revision_of(order).to_metadata(None), **shown}


def show_history(order: Document) -> dict[str, Any]:
    """Return the statuses that an order has had."""
    metadata = documents.revision_of(order).to_metadata(None)
    return {"transitions": order["history"], "metadata": metadata}


def _is_own(order: Document, principal: Principal) -> bool:
    return principal.customer_id is not None and order["customer"].get("id") == principal.customer_id
