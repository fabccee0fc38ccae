"""What the service stores: the points of customers, and what they can be turned into."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_schemas import ID, METADATA, TEXT, TIME, closed_object, describe

POINTS, OPTIONS = "rewardPoints", "redeemOptions"
COUNT = {"type": "integer", "minimum": 0}

ADDED = {
    "type": "object",
    "required": ["id", "points", "usedPoints", "createdAt", "validUntil"],
    "properties": {
        "id": describe(ID, "Id of the entry."),
        "reference-id": describe({"type": ["string", "null"]}, "The order that the points are for."),
        "description": describe(TEXT, "What the points are for."),
        "points": describe(COUNT, "How many were added."),
        "usedPoints": describe(COUNT, "How many of them have been redeemed."),
        "usedWith": describe({"type": "array", "items": ID}, "Ids of the redemptions."),
        "createdAt": describe(TIME, "When they were added."),
        "validUntil": describe(TIME, "The end of their validity, which is outside."),
        "allPointsAfterCreation": describe(COUNT, "All active points then."),
    },
}
REDEEMED = {
    "type": "object",
    "required": ["id", "points", "createdAt"],
    "properties": {
        "id": describe(ID, "Id of the redemption."),
        "description": describe(TEXT, "What they were redeemed for."),
        "points": describe(COUNT, "How many were redeemed."),
        "createdAt": describe(TIME, "When they were redeemed."),
        "allPointsAfterCreation": describe(COUNT, "All active points then."),
    },
}
COUPON = {
    "type": "object",
    "required": ["name", "discountType"],
    "properties": {
        "name": describe(TEXT, "Name of the coupon."),
        "discountType": describe({"enum": ["PERCENT", "ABSOLUTE", "FREE_SHIPPING"]}, "What it does."),
    },
}
POINT_ROWS = Collection(
    name=POINTS,
    description="The reward points of customers: what was added, and what was redeemed.",
    key="customerId",
    defaults={"addedPointsList": [], "redeemedPointsList": []},
    references={"customerId": "customers"},
    schema=closed_object(
        {
            "customerId": describe(ID, "Id of the customer."),
            "addedPointsList": describe({"type": "array", "items": ADDED}, "Points that were added; none if left out."),
            "redeemedPointsList": describe({"type": "array", "items": REDEEMED}, "Redemptions; none if left out."),
            "metadata": METADATA,
        },
        ("customerId",),
    ),
)
OPTION_ROWS = Collection(
    name=OPTIONS,
    description="What customers can turn their points into.",
    defaults={"type": "coupon", "name": lambda row, _: row["id"]},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the option.", examples=["5f905280df6b3b0013b6c541"]),
            "type": describe(TEXT, "What it gives; `coupon` if left out."),
            "name": describe(TEXT, "Name; the id if left out."),
            "description": describe(TEXT, "Description."),
            "points": describe({"type": "integer", "minimum": 1}, "What it costs."),
            "coupon": describe(COUPON, "The coupon, as in `coupons` but without a code."),
            "pointsAfterCoupon": describe({"type": "integer"}, "Shown only."),
            "metadata": METADATA,
        },
        ("id", "points"),
    ),
)

COLLECTIONS = (POINT_ROWS, OPTION_ROWS)
