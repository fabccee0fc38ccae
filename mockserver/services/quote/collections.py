"""What the service stores: quotes with their history, and the reasons for changing or declining them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...domain.carts import CARTS
from ...domain.quote_items import complete_quote_item
from ...domain.quote_validity import OPEN
from ...store.collection import Collection, Row
from ...store.row_defaults import Draft
from ...store.row_schemas import CURRENCY, ID, LOCALIZED, METADATA, MIXINS, TEXT, TIME, closed_object, describe
from .quote_statuses import STATUSES

QUOTES, REASONS = "quotes", "quoteReasons"

AMOUNT = {"type": "number"}
ITEM = {
    "type": "object",
    "required": ["id", "quantity", "price", "product"],
    "properties": {
        "id": describe(ID, "Id of the item."),
        "quantity": {
            "description": "How much of the product.",
            "type": "object",
            "required": ["quantity"],
            "properties": {
                "quantity": {"type": "number", "exclusiveMinimum": 0, "description": "The number."},
                "unitCode": describe(TEXT, "Code of the unit."),
            },
        },
        "price": {
            "description": "What it costs.",
            "type": "object",
            "properties": {
                "unitPrice": describe(AMOUNT, "Price of one unit."),
                "newUnitPrice": describe(AMOUNT, "The price that the employee offers instead."),
                "totalNetValue": describe(AMOUNT, "Price of all units, without tax."),
                "tax": {
                    "description": "The tax on it.",
                    "type": "object",
                    "properties": {
                        "taxClass": describe(TEXT, "Code of the tax class."),
                        "taxRate": describe(AMOUNT, "Rate in percent."),
                    },
                },
            },
        },
        "product": {
            "description": "The product.",
            "type": "object",
            "properties": {"productId": describe(ID, "Id of the product.")},
        },
    },
}
STATUS = closed_object(
    {
        "value": {"enum": list(STATUSES), "description": "The status itself."},
        "comment": describe(TEXT, "What was said at the last change."),
        "quoteReasonId": describe(ID, "Id of a reason."),
    },
    ("value",),
)


def _complete_items(items: Sequence[Mapping[str, Any]], row: Row, _: Draft) -> Sequence[Mapping[str, Any]]:
    """Return items with all that their prices lack."""
    completed = [complete_quote_item(item, row.get("currency", "")) for item in items]
    return items if completed == list(items) else completed


QUOTE_ROWS = Collection(
    name=QUOTES,
    description="Quotes: what an employee offers to a customer, often for a cart.",
    defaults={"status": {"value": OPEN}, "history": []},
    completions={"items": _complete_items},
    references={"customerId": "customers", "siteCode": "sites", "status.quoteReasonId": REASONS},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the quote.", examples=["5b3188dc-9a5c-4163-8756-4f228c295a59"]),
            "customerId": describe(ID, "Id of the customer."),
            "employeeId": describe(TEXT, "Id of the employee; shown only."),
            "companyName": describe(TEXT, "Name of the company."),
            "legalEntityId": describe(TEXT, "The legal entity that the customer buys for; with one it is B2B."),
            "cartId": describe(TEXT, f"The one of the {CARTS} that it was made of."),
            "orderId": describe(TEXT, "The order that its acceptance made."),
            "siteCode": describe(ID, "Site."),
            "currency": describe(CURRENCY, "Currency of all amounts."),
            "status": describe(STATUS, "Status; OPEN if left out."),
            "validTo": describe(TIME, "When an OPEN quote becomes EXPIRED."),
            "comment": describe(TEXT, "What the employee says."),
            "customerReference": describe(TEXT, "What the customer calls it."),
            "customerComment": describe(TEXT, "What the customer says."),
            "billingAddressId": describe(TEXT, "Id of an address of the customer."),
            "shippingAddressId": describe(TEXT, "Id of an address of the customer."),
            "shipping": describe({"type": "object"}, "Its `value`, methodId, zoneId and shippingTaxCode."),
            "items": describe({"type": "array", "items": ITEM}, "What is offered."),
            "restriction": describe({"type": ["string", "null"]}, "Shown only."),
            "history": describe({"type": "array", "items": {"type": "object"}}, "What was changed; none if left out."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id", "customerId", "siteCode", "currency", "items"),
    ),
)
REASON_ROWS = Collection(
    name=REASONS,
    description="Reasons for changing or declining a quote.",
    defaults={"message": lambda row, _: row["code"]},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the reason."),
            "type": describe({"enum": ["CHANGE", "DECLINE"]}, "What it is a reason for."),
            "code": describe(TEXT, "Code.", examples=["PRICE_TOO_HIGH"]),
            "message": describe(LOCALIZED, "Text by language, or a plain text; the code if left out."),
            "metadata": METADATA,
        },
        ("id", "type", "code"),
    ),
)

COLLECTIONS = (REASON_ROWS, QUOTE_ROWS)
