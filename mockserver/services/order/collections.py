"""What the service stores: orders."""

from __future__ import annotations

from typing import Any

from ...domain.orders import CREATED, NEXT_STATUSES, ORDERS
from ...store.collection import Collection, Row
from ...store.row_defaults import FIRST_TIME, Draft
from ...store.row_schemas import CURRENCY, ID, METADATA, MIXINS, TEXT, TIME, Schema, closed_object, describe

NUMBER: Schema = {"type": "number"}
OBJECT: Schema = {"type": "object"}
CUSTOMER: Schema = {"type": "object", "required": ["email"], "properties": {"id": ID, "email": TEXT}}
ENTRY: Schema = {
    "type": "object",
    "required": ["amount", "calculatedUnitPrice", "calculatedPrice"],
    "properties": {"amount": {"type": "integer"}, "calculatedUnitPrice": OBJECT, "calculatedPrice": OBJECT},
}
OBJECTS: Schema = {"type": "array", "items": OBJECT}


def _default_history(row: Row, _: Draft) -> list[dict[str, Any]]:
    """Return the present status as the only one that the order has had."""
    return [{"status": row["status"], "timestamp": row["created"]}]


ORDER_ROWS = Collection(
    name=ORDERS,
    description="Orders, as a checkout makes them; in a world, an id, a customer and entries are enough.",
    defaults={"status": CREATED, "created": FIRST_TIME, "entries": [], "history": _default_history},
    references={"customer.id": "customers", "siteCode": "sites", "legalEntityId": "legalEntities"},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the order.", examples=["EON1001"]),
            "status": describe({"enum": list(NEXT_STATUSES)}, "Status; CREATED if left out."),
            "created": describe(TIME, "When the order was made."),
            "lastStatusChange": describe(TIME, "When it got its status."),
            "history": describe(OBJECTS, "The statuses that it has had; the present one if left out."),
            "cartId": describe(TEXT, "The cart that it was made of."),
            "customer": describe(CUSTOMER, "Who ordered: `id` of a customer, none for a visitor, and `email`."),
            "siteCode": describe(ID, "Site."),
            "countryCode": describe(TEXT, "Country whose taxes apply."),
            "currency": CURRENCY,
            "legalEntityId": describe(ID, "The legal entity that the customer bought for."),
            "entries": describe({"type": "array", "items": ENTRY}, "What was ordered."),
            "discounts": describe(OBJECTS, "The coupons."),
            "billingAddress": OBJECT,
            "shippingAddress": OBJECT,
            "payments": OBJECTS,
            "shipping": OBJECT,
            "tax": OBJECT,
            "subTotalPrice": NUMBER,
            "totalPrice": NUMBER,
            "totalAuthorizedAmount": NUMBER,
            "calculatedPrice": OBJECT,
            "deliveryWindow": OBJECT,
            "channel": OBJECT,
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id", "customer"),
    ),
)

COLLECTIONS = (ORDER_ROWS,)
