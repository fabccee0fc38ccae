"""What the service stores: returns. Names and prices of their items come from the orders."""

from __future__ import annotations

from ...domain.expiry_days import expiry_after
from ...store.clock import parse_timestamp
from ...store.collection import Collection, Row
from ...store.row_defaults import FIRST_TIME, Draft
from ...store.row_schemas import BOOLEAN, ID, METADATA, MIXINS, TEXT, closed_object, describe

RETURNS = "returns"
PENDING, APPROVED, REJECTED, CLOSED = "PENDING", "APPROVED", "REJECTED", "CLOSED"
EXPIRY_PROPERTY = "return.defaultExpiryDate"  # of the Configuration Service

REASON = {
    "type": "object",
    "properties": {"code": describe(TEXT, "Code of the reason."), "details": describe(TEXT, "The reason in words.")},
}
ITEM = {
    "type": "object",
    "required": ["id", "quantity"],
    "properties": {
        "id": describe(ID, "Id of the entry in its order."),
        "quantity": describe({"type": "integer", "minimum": 1}, "How many come back."),
        "reason": describe(REASON, "Why this one comes back."),
    },
}
ORDER = {
    "type": "object",
    "required": ["id", "items"],
    "properties": {
        "id": describe(ID, "Id of the order."),
        "items": describe({"type": "array", "items": ITEM}, "What comes back."),
    },
}
REQUESTOR = {
    "type": "object",
    "properties": {
        "customerId": describe(ID, "Id of the customer."),
        "anonymous": describe(BOOLEAN, "Whether a visitor ordered."),
        "email": describe(TEXT, "Where the visitor is reached."),
    },
}


def _default_expiry(row: Row, _: Draft) -> str:
    return expiry_after(parse_timestamp(row.get("metadata", {}).get("createdAt", FIRST_TIME)))


RETURN_ROWS = Collection(
    name=RETURNS,
    description="Returns of items of orders. Names and prices of the items are those of the orders.",
    defaults={"approvalStatus": PENDING, "received": False, "expiryDate": _default_expiry},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the return.", examples=["88b1779c-a8bf-4b94-b1be-b0edd149bba5"]),
            "approvalStatus": describe(
                {"enum": [PENDING, APPROVED, REJECTED, CLOSED]}, "Whether it is approved; PENDING if left out."
            ),
            "received": describe(BOOLEAN, "Whether the items have arrived; false if left out."),
            "orders": describe({"type": "array", "minItems": 1, "items": ORDER}, "The orders, and what comes back."),
            "reason": describe(REASON, "Why it all comes back."),
            "requestor": describe(REQUESTOR, "The customer whose return it is: `customerId`, or `email` of a visitor."),
            "submitter": describe({"type": "object"}, "Who sent the request: userType, firstName, lastName, email."),
            "approver": describe({"type": "object"}, "Who approves it: `type` USER or GROUP, and `id`."),
            "expiryDate": describe(TEXT, "When it expires; 30 days after it was created, if left out."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id", "orders", "reason", "requestor"),
    ),
)

COLLECTIONS = (RETURN_ROWS,)
