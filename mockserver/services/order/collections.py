"""What the service stores: orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...domain.money import to_decimal, to_number
from ...domain.orders import CREATED, NEXT_STATUSES, ORDERS
from ...store.collection import Collection, Row
from ...store.row_defaults import FIRST_TIME, Draft
from ...store.row_schemas import (
    BOOLEAN,
    CHOSEN_ID,
    CURRENCY,
    ID,
    METADATA,
    MIXINS,
    TEXT,
    TIME,
    Schema,
    closed_object,
    describe,
)

NUMBER: Schema = {"type": "number"}
OBJECT: Schema = {"type": "object"}
OBJECTS: Schema = {"type": "array", "items": OBJECT}
CUSTOMER: Schema = {
    "type": "object",
    "required": ["email"],
    "properties": {
        "id": describe(CHOSEN_ID, "Id of the customer; a visitor has none."),
        "email": describe(TEXT, "Where the confirmation goes."),
    },
}
SHIPMENT: Schema = {
    "type": "object",
    "required": ["shippedDate", "carrier"],
    "properties": {"shippedDate": describe(TIME, "When it was sent."), "carrier": describe(TEXT, "Who carries it.")},
}
ENTRY: Schema = {
    "type": "object",
    "properties": {
        "id": describe(CHOSEN_ID, "Id of the entry in its order; its position, from 0, if left out."),
        "amount": describe({"type": "integer"}, "How many; 1 if left out."),
        "product": describe(OBJECT, "The product; its name is that of the product with this id if left out."),
        "unitPrice": describe(NUMBER, "What one costs; 0 if left out."),
        "calculatedUnitPrice": describe(OBJECT, "What one costs, with tax; `unitPrice` without tax if left out."),
        "calculatedPrice": describe(OBJECT, "What all cost; `unitPrice` times `amount` without tax if left out."),
    },
}


def _default_history(row: Row, _: Draft) -> list[dict[str, Any]]:
    """Return the present status as the only one that the order has had."""
    return [{"status": row["status"], "timestamp": row["created"]}]


def _is_of_cart(row: Row, _: Draft) -> bool:
    """Whether the order names its cart."""
    return "cartId" in row


def complete_entries(
    entries: Sequence[Mapping[str, Any]], find_product: Callable[[str], Mapping[str, Any] | None]
) -> Sequence[Mapping[str, Any]]:
    """Return entries with ids, which count from 0, amounts, prices, and the names of products that are found."""
    completed = [_complete_entry(str(number), entry, find_product) for number, entry in enumerate(entries)]
    return entries if completed == entries else completed


def _complete_entry(
    entry_id: str, entry: Mapping[str, Any], find_product: Callable[[str], Mapping[str, Any] | None]
) -> Mapping[str, Any]:
    amount, unit_price = entry.get("amount", 1), entry.get("unitPrice", 0)
    unit, total = _price_untaxed(unit_price), _price_untaxed(to_number(to_decimal(unit_price) * amount))
    completed: dict[str, Any] = {
        "id": entry_id,
        "amount": amount,
        "calculatedUnitPrice": unit,
        "calculatedPrice": {"price": total, "finalPrice": total},
        **entry,
    }
    product = entry.get("product", {})
    known = find_product(product["id"]) if "id" in product and "name" not in product else None
    if known is not None:
        name = known.get("name", known["id"])  # of a world, whose products may not be complete yet
        text = next(iter(name.values()), "") if isinstance(name, Mapping) else name
        completed["product"] = {**product, "name": text}
    return completed


def _price_untaxed(amount: float) -> dict[str, float]:
    return {"netValue": amount, "grossValue": amount, "taxValue": 0}


def _complete_entries_of_world(entries: Any, _: Row, draft: Draft) -> Any:
    return complete_entries(entries, lambda product_id: draft.find_row("products", product_id))


ORDER_ROWS = Collection(
    name=ORDERS,
    description="Orders, as a checkout makes them; in a world, an id, a customer and entries are enough.",
    defaults={"status": CREATED, "created": FIRST_TIME, "history": _default_history, "checkout": _is_of_cart},
    completions={"entries": _complete_entries_of_world},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the order.", examples=["EON1001"]),
            "status": describe({"enum": list(NEXT_STATUSES)}, "Status; CREATED if left out."),
            "created": describe(TIME, "When the order was made."),
            "completed": describe(TIME, "When it became COMPLETED."),
            "lastStatusChange": describe(TIME, "When it got its status."),
            "history": describe(OBJECTS, "The statuses that it has had; the present one if left out."),
            "cartId": describe(TEXT, "The cart that it was made of."),
            "checkout": describe(BOOLEAN, "Whether it is the only order of its cart; true if it names one."),
            "quoteId": describe(TEXT, "Shown only."),
            "customer": describe(CUSTOMER, "Who ordered: `id` of a customer, none for a visitor, and `email`."),
            "siteCode": describe(CHOSEN_ID, "Site."),
            "countryCode": describe(TEXT, "Country whose taxes apply."),
            "currency": describe(CURRENCY, "Currency of all amounts."),
            "legalEntityId": describe(CHOSEN_ID, "The legal entity that the customer bought for."),
            "entries": describe({"type": "array", "minItems": 1, "items": ENTRY}, "What was ordered."),
            "discounts": describe(OBJECTS, "The coupons."),
            "billingAddress": describe(OBJECT, "Where the invoice goes."),
            "shippingAddress": describe(OBJECT, "Where the goods go."),
            "payments": describe(OBJECTS, "How it is paid for."),
            "shipping": describe(OBJECT, "The way and the costs of the shipping."),
            "shipments": describe(
                {"type": "array", "items": SHIPMENT}, "What has been sent; an order needs one to become SHIPPED."
            ),
            "tax": describe(OBJECT, "The taxes."),
            "subTotalPrice": describe(NUMBER, "What the entries cost before discounts."),
            "totalPrice": describe(NUMBER, "What it costs without the shipping."),
            "totalAuthorizedAmount": describe(NUMBER, "What has to be paid."),
            "calculatedPrice": describe(OBJECT, "What it costs, with taxes, discounts and shipping."),
            "deliveryWindow": describe(OBJECT, "Shown only."),
            "deliveryWindowId": describe(TEXT, "Shown only."),
            "channel": describe(OBJECT, "Shown only."),
            "restriction": describe(TEXT, "Shown only."),
            "feeYrnAggregate": describe(OBJECT, "Shown only."),
            "vendor": describe(OBJECT, "Shown only."),
            "orderType": describe(TEXT, "Shown only."),
            "masterOrder": describe(TEXT, "Shown only."),
            "splitInfo": describe(OBJECT, "Shown only."),
            "subOrders": describe({"type": "array"}, "Shown only."),
            "orderCycle": describe(TEXT, "Shown only."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id", "customer", "entries"),
    ),
)

COLLECTIONS = (ORDER_ROWS,)
