"""What the service stores: coupons and their redemptions."""

from __future__ import annotations

from ...domain.coupon_rules import COUPONS, REDEMPTIONS, UNLIMITED
from ...store.collection import Collection, OnDelete
from ...store.row_defaults import copy_field
from ...store.row_removal import delete_referring, delete_without
from ...store.row_schemas import (
    BOOLEAN,
    CURRENCY,
    ID,
    MIXINS,
    TEXT,
    TIME,
    Schema,
    closed_object,
    describe,
    unique_list,
)

COUNT: Schema = {"type": "integer", "minimum": UNLIMITED}
MONEY = closed_object(
    {
        "amount": describe({"type": "number", "minimum": 0}, "The amount."),
        "currency": describe(CURRENCY, "Currency of the amount."),
    },
    ("amount", "currency"),
)
RESTRICTIONS = closed_object(
    {
        "validFor": unique_list(ID, description="Ids of the only customers who may use it; all if left out."),
        "validFrom": describe(TIME, "From this time on."),
        "validUntil": describe(TIME, "The end, which is outside."),
        "minOrderValue": describe(MONEY, "The least that the items of the cart must cost."),
        "includedCategories": unique_list(ID, description="With `categoryRestricted`: it applies to their products."),
        "excludedCategories": unique_list(ID, description="With `categoryRestricted`: it does not apply to theirs."),
        "segments": unique_list(ID, description="With `segmentRestricted`: segments whose customers may use it."),
    }
)


def _keep_restricted(name: str, flag: str) -> OnDelete:
    """Return a rule that deletes a coupon with the last entry of a restriction, unless its flag is off."""
    delete_unrestricted = delete_without(f"restrictions.{name}")
    return lambda row: delete_unrestricted(row) if row.get(flag) else row


COUPON_ROWS = Collection(
    name=COUPONS,
    description="Coupons, which carts take as discounts. Codes are in upper case.",
    key="code",
    defaults={"name": copy_field("code"), "discountType": "PERCENT"},
    references={
        "restrictions.validFor": "customers",
        "restrictions.includedCategories": "categories",
        "restrictions.excludedCategories": "categories",
        "restrictions.segments": "segments",
    },
    on_delete={
        "restrictions.validFor": delete_without("restrictions.validFor"),
        "restrictions.includedCategories": _keep_restricted("includedCategories", "categoryRestricted"),
        "restrictions.segments": _keep_restricted("segments", "segmentRestricted"),
    },
    schema=closed_object(
        {
            "code": {**describe(ID, "Code that customers enter."), "pattern": "^[^a-z]*$"},
            "name": describe(TEXT, "Name; the code if left out."),
            "description": describe(TEXT, "Description."),
            "discountType": describe(
                {"enum": ["PERCENT", "ABSOLUTE", "FREE_SHIPPING"]}, "What it does; PERCENT if left out."
            ),
            "discountPercentage": describe(
                {"type": "number", "minimum": 0, "maximum": 100}, "Of PERCENT: how much, in percent."
            ),
            "discountAbsolute": describe(MONEY, "Of ABSOLUTE: how much, in carts of this currency."),
            "allowAnonymous": describe(BOOLEAN, "Whether visitors may use it; false if left out."),
            "maxRedemptions": describe(COUNT, "How often it can be used; -1, for no limit, if left out."),
            "maxRedemptionsPerCustomer": describe(
                COUNT, "How often a customer can use it; -1, for no limit, if left out."
            ),
            "redemptionCount": describe(
                {"type": "integer", "minimum": 0}, "How often it has been used; 0 if left out."
            ),
            "discountCalculationType": describe({"enum": ["TOTAL", "SUBTOTAL"]}, "Shown only; SUBTOTAL if left out."),
            "categoryRestricted": describe(BOOLEAN, "Whether it is for products of some categories only."),
            "segmentRestricted": describe(BOOLEAN, "Whether it is for customers of some segments only."),
            "restrictions": describe(RESTRICTIONS, "When, for whom and for what it can be used."),
            "issuedTo": describe(TEXT, "Shown only."),
            "mixins": MIXINS,
            "metadata": describe(
                closed_object(
                    {
                        "version": describe({"type": "integer", "minimum": 0}, "Version, from 0."),
                        "mixins": describe({"type": "object"}, "The schemas of the mixins."),
                    }
                ),
                "Version, from 0, and the schemas of the mixins.",
            ),
        },
        ("code",),
    ),
)
REDEMPTION_ROWS = Collection(
    name=REDEMPTIONS,
    description="Redemptions of coupons. An order makes one for each coupon of its cart.",
    references={"couponCode": COUPONS, "customerNumber": "customers"},
    on_delete={"customerNumber": delete_referring},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the redemption."),
            "couponCode": describe(ID, "Code of the coupon."),
            "customerNumber": describe(ID, "Id of the customer; none for a visitor."),
            "legalEntityId": describe(TEXT, "The legal entity that the customer bought for."),
            "orderCode": describe(TEXT, "Id of the order."),
            "orderTotal": describe(MONEY, "What the order costs."),
            "discount": describe(MONEY, "What the coupon took off."),
            "redeemedAt": describe(TIME, "When it was redeemed."),
        },
        ("id", "couponCode"),
    ),
)

COLLECTIONS = (COUPON_ROWS, REDEMPTION_ROWS)
