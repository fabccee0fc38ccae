"""Which orders a caller sees, and how they look (X6)."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from ...access import Principal
from ...domain.orders import CREATED, DECLINED, IN_CHECKOUT, NEXT_STATUSES, ORDERS
from ...errors import Forbidden, NotFound
from ...practices import documents
from ...store.state import Document, State

HIDDEN_FIELDS = frozenset({"history"})
TENANT_FIELDS = frozenset({"checkout", "quoteId"})  # that customers do not see


class OrderNotFound(NotFound):
    """An order that does not exist, or that is not the caller's (X6)."""

    rule = "X6"

    def __init__(self, order_id: str) -> None:
        super().__init__(order_id)
        self.message = f"Order with id {order_id} not found."


def list_orders(state: State) -> list[Document]:
    """Return all orders in the order of their ids."""
    return sorted(state.collection(ORDERS).values(), key=itemgetter("id"))


def list_own_orders(state: State, customer_id: str | None) -> list[Document]:
    """Return the orders of a customer that are out of checkout (X6)."""
    return [order for order in list_orders(state) if _is_own(order, customer_id) and order["status"] != IN_CHECKOUT]


def list_entity_orders(state: State, principal: Principal, customer_id: str | None, entity_id: str) -> list[Document]:
    """Return the orders for a legal entity that are out of checkout; Forbidden for one of others (X7)."""
    check_entity(state, principal, customer_id, entity_id)
    orders = (order for order in list_orders(state) if order.get("legalEntityId") == entity_id)
    return [order for order in orders if order["status"] != IN_CHECKOUT]


def check_entity(state: State, principal: Principal, customer_id: str | None, entity_id: str) -> None:
    """Raise Forbidden unless the customer, and the customer's token, act for the legal entity (X7).

    A service that names no customer may see the orders for each.
    """
    if customer_id is None:
        return
    own_ids = state.customers.get(customer_id, {}).get("legalEntities", ())
    if entity_id not in own_ids or principal.legal_entity_id not in (None, entity_id):
        raise Forbidden(hint="the calling customer does not act for this legal entity", rule="X7")


def find_order(state: State, order_id: str) -> Document:
    """Return any order; OrderNotFound."""
    order = state.collection(ORDERS).get(order_id)
    if order is None:
        raise OrderNotFound(order_id)
    return order


def find_own_order(state: State, customer_id: str | None, order_id: str) -> Document:
    """Return an order of a customer; OrderNotFound (X6)."""
    order = find_order(state, order_id)
    if not _is_own(order, customer_id):
        raise OrderNotFound(order_id)
    return order


def find_entity_order(
    state: State, principal: Principal, customer_id: str | None, entity_id: str, order_id: str
) -> Document:
    """Return an order for a legal entity; Forbidden or OrderNotFound (X7)."""
    check_entity(state, principal, customer_id, entity_id)
    order = find_order(state, order_id)
    if order.get("legalEntityId") != entity_id:
        raise OrderNotFound(order_id)
    return order


def list_next_statuses(order: Document, *, is_customer: bool) -> list[str]:
    """Return the statuses that an employee or the customer can give an order (X5)."""
    if is_customer:
        return [DECLINED] if order["status"] == CREATED else []
    return list(NEXT_STATUSES[order["status"]])


def show_order(order: Document, *, is_customer: bool) -> dict[str, Any]:
    """Return an order as employees or customers see it."""
    hidden = HIDDEN_FIELDS | TENANT_FIELDS if is_customer else HIDDEN_FIELDS
    shown = {name: value for name, value in order.items() if name not in hidden}
    return {"calculatedPrice": {}, "metadata": documents.revision_of(order).to_metadata(None), **shown}


def show_history(order: Document) -> dict[str, Any]:
    """Return the statuses that an order has had."""
    metadata = documents.revision_of(order).to_metadata(None)
    return {"transitions": order["history"], "metadata": metadata}


def _is_own(order: Document, customer_id: str | None) -> bool:
    return customer_id is not None and order["customer"].get("id") == customer_id
