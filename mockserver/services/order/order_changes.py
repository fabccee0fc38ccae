"""Orders that employees create, change and delete, and how the statuses of orders change (X5, X8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access import Principal
from ...domain.orders import COMPLETED, CREATED, ORDERS, SHIPPED, find_order_of_cart, next_order_id
from ...errors import BadRequest, Conflict, Forbidden
from ...practices import documents, writes
from ...store.clock import format_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import ORDER_ROWS, complete_entries
from .orders_of_callers import find_order, find_own_order, list_next_statuses

Body = Mapping[str, Any]
KEPT_FIELDS = ("id", "created", "cartId", "checkout", "quoteId", "history", "lastStatusChange", "completed")
WRITABLE_FIELDS = frozenset(ORDER_ROWS.schema["properties"]) - set(KEPT_FIELDS)
UPDATE_COMPLETED = "order.order_update_completed"


def create_order(tenant: Tenant, body: Body) -> str:
    """Create an order as an employee wants it, and return its id (X8).

    Conflict if it says that it is the only order of a cart, and the cart has one already (X3).
    """

    def rule(state: State) -> tuple[State, str]:
        cart_id = body.get("cartId")
        if cart_id is not None and body.get("checkout") and find_order_of_cart(state, cart_id) is not None:
            raise Conflict(f"Order with cartId '{cart_id}' and checkout=true already exists.", rule="X3")
        order_id, now, status = next_order_id(state), format_timestamp(tenant.clock.now()), body.get("status", CREATED)
        draft = {
            "id": order_id,
            "status": status,
            "created": now,
            "lastStatusChange": now,
            "history": [{"status": status, "timestamp": now}],
            "checkout": body.get("checkout", False),
            **{name: body[name] for name in ("cartId", "quoteId") if name in body},
            **_pick_writable(state, body),
        }
        return documents.store_document(tenant, state, ORDER_ROWS, order_id, draft), order_id

    return tenant.change(rule)


def update_order(tenant: Tenant, principal: Principal, order_id: str, body: Body, *, is_partial: bool) -> None:
    """Replace what an employee can change of an order, or merge the body into it (X8).

    OrderNotFound, StaleVersion, BadRequest for a status that cannot follow, Forbidden for a COMPLETED order without
    the scope for these.
    """

    def rule(state: State) -> tuple[State, None]:
        old = find_order(state, order_id)
        if old["status"] == COMPLETED and UPDATE_COMPLETED not in principal.scopes:
            hint = f"an order that is COMPLETED needs the scope {UPDATE_COMPLETED}"
            raise Forbidden(hint=hint, scopes=(UPDATE_COMPLETED,), rule="X8")
        writes.check_version(documents.revision_of(old), body)
        kept = {name: old[name] for name in KEPT_FIELDS if name in old}
        written = documents.merge_document(old, body) if is_partial else body
        new = {"status": old["status"], **_pick_writable(state, written), **kept}
        new["metadata"] = {"mixins": written.get("metadata", {}).get("mixins", {})}
        if new["status"] != old["status"]:
            status = new.pop("status")
            new = _with_status(tenant, {**new, "status": old["status"]}, status, is_customer=False)
        return documents.store_document(tenant, state, ORDER_ROWS, order_id, new), None

    tenant.change(rule)


def refuse_recalculation(*, is_wanted: bool) -> None:
    """Raise BadRequest for an update that wants all amounts calculated again, which is not simulated (X8)."""
    if is_wanted:
        detail = "Calculating orders again is not simulated; send the amounts, and recalculate=false."
        raise BadRequest(field="recalculate", error_type="unsupported", detail=detail, rule="X8")


def remove_order(tenant: Tenant, order_id: str) -> None:
    """Delete an order; OrderNotFound."""

    def rule(state: State) -> tuple[State, None]:
        find_order(state, order_id)
        return documents.drop_documents(tenant, state, ORDERS, order_id), None

    tenant.change(rule)


def change_status(
    tenant: Tenant, order_id: str, status: str | None, *, customer_id: str | None = None, is_customer: bool = False
) -> None:
    """Give an order another status; BadRequest for one that cannot follow, OrderNotFound (X5).

    customer_id: whose order it must be, if the caller is a customer.
    """

    def rule(state: State) -> tuple[State, None]:
        order = find_own_order(state, customer_id, order_id) if is_customer else find_order(state, order_id)
        changed = _with_status(tenant, order, status, is_customer=is_customer)
        revision = writes.next_revision(documents.revision_of(order), changed["lastStatusChange"])
        metadata = revision.to_metadata(order.get("metadata", {}).get("mixins"))
        return state.with_document(ORDERS, order_id, {**changed, "metadata": metadata}), None

    tenant.change(rule)


def _with_status(tenant: Tenant, order: Document, status: str | None, *, is_customer: bool) -> dict[str, Any]:
    """Return an order with another status, which its history has too; BadRequest for one that cannot follow (X5)."""
    possible = list_next_statuses(order, is_customer=is_customer)
    if status not in possible:
        detail = f"An order that is {order['status']} can become {' or '.join(possible) or 'nothing else'}."
        raise BadRequest(field="status", error_type="transition", detail=detail, rule="X5")
    if status == SHIPPED and not order.get("shipments"):
        detail = "An order needs shipments before it can become SHIPPED."
        raise BadRequest(field="shipments", error_type="transition", detail=detail, rule="X5")
    now = format_timestamp(tenant.clock.now())
    changed = {
        **order,
        "status": status,
        "lastStatusChange": now,
        "history": [*order["history"], {"status": status, "timestamp": now}],
    }
    return {**changed, "completed": now} if status == COMPLETED else changed


def _pick_writable(state: State, body: Body) -> dict[str, Any]:
    """Return what employees may write of an order; entries get an id, products their name (X8)."""
    picked = {name: value for name, value in body.items() if name in WRITABLE_FIELDS}
    return {**picked, "entries": complete_entries(body["entries"], state.products.get)} if "entries" in body else picked
