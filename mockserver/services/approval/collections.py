"""What the service stores: approvals. What they were requested for is stored with them, since it must not change."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.approvals import APPROVALS, CART, PENDING, QUOTE, STATUSES, TARGETS
from ...domain.carts import OPEN
from ...domain.expiry_days import PROPERTIES
from ...store.collection import Collection, Row, Sections, TargetByField, Violation
from ...store.row_defaults import Draft
from ...store.row_schemas import CHOSEN_ID, ID, METADATA, TEXT, TIME, closed_object, describe
from ...store.state import State

CHECKOUT = "CHECKOUT"  # the only action
EXPIRY_PROPERTY, QUOTE_PROPERTY = "approval.default_expiryDays", "approval.enableQuoteApprovalProcess"  # of a tenant


def approves_quotes(state: State) -> bool:
    """Whether the tenant has switched approvals of quotes on (J3)."""
    return str(state.collection(PROPERTIES).get(QUOTE_PROPERTY, {}).get("value", "")).lower() == "true"


def _default_entity(row: Row, draft: Draft) -> str | None:
    customer = draft.find_row("customers", row["requestorId"]) or {}
    return next(iter(customer.get("legalEntities", ())), None)


def check_carts(world: Sections) -> Iterator[Violation]:
    """Yield the approvals of carts that are open, which would stay in use (J7)."""
    statuses = {row["id"]: row.get("status", OPEN) for row in world.get("carts", ())}
    for index, row in enumerate(world.get(APPROVALS, ())):
        if row["resourceType"] == CART and statuses.get(row["resourceId"]) == OPEN:
            yield f"/{APPROVALS}/{index}/resourceId", "the cart of an approval is CLOSED"


APPROVAL_ROWS = Collection(
    name=APPROVALS,
    description="Approvals of carts and quotes. The cart of one is CLOSED, and the Cart Service does not show it.",
    defaults={
        "status": PENDING,
        "resourceType": CART,
        "action": CHECKOUT,
        "legalEntityId": _default_entity,
    },
    references={
        "requestorId": "customers",
        "approverId": "customers",
        "legalEntityId": "legalEntities",
        "resourceId": TargetByField("resourceType", TARGETS),
    },
    check=check_carts,
    schema=closed_object(
        {
            "id": describe(ID, "Id of the approval.", examples=["64e241ced632aa413a27a318"]),
            "status": describe({"enum": list(STATUSES)}, "Status; PENDING if left out."),
            "resourceType": describe({"enum": [CART, QUOTE]}, "What it is for; CART if left out."),
            "resourceId": describe(CHOSEN_ID, "Id of the cart or the quote."),
            "action": describe({"enum": [CHECKOUT]}, "What is approved; CHECKOUT if left out."),
            "requestorId": describe(CHOSEN_ID, "The customer who wants to order."),
            "approverId": describe(CHOSEN_ID, "The customer who approves it."),
            "legalEntityId": describe(CHOSEN_ID, "Their company; the first one of the requestor if left out."),
            "comment": describe(TEXT, "What the requestor says."),
            "approverComment": describe(TEXT, "What the approver says."),
            "expiryDate": describe(TIME, "When it expires; never, if left out."),
            "details": describe({"type": "object"}, "What is ordered with: currency, addresses, shipping and payment."),
            "resource": describe(
                {"type": "object"}, "Items and prices at the time of the request; those of now if left out."
            ),
            "createdResource": describe(
                closed_object({"id": describe(TEXT, "Id of the order.")}, ("id",)), "The order that was made."
            ),
            "metadata": METADATA,
        },
        ("id", "resourceId", "requestorId", "approverId"),
    ),
)

COLLECTIONS = (APPROVAL_ROWS,)
