"""What the service stores: carts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...domain.carts import CARTS, CLOSED, OPEN, identify_cart
from ...domain.coupon_rules import COUPONS
from ...store.collection import Collection, Row, Sections, Violation
from ...store.row_defaults import Draft
from ...store.row_removal import delete_referring
from ...store.row_schemas import (
    BOOLEAN,
    COUNTRY,
    CURRENCY,
    ID,
    METADATA,
    MIXINS,
    TEXT,
    Schema,
    closed_object,
    describe,
)

NUMBER: Schema = {"type": "number", "minimum": 0}
OBJECT: Schema = {"type": "object"}


def _default_site(_: Row, draft: Draft) -> str | None:
    """Return the default site, or the first one; no value in a world without sites."""
    sites = draft.rows("sites")
    chosen = [site for site in sites if site.get("default")] or sites
    return chosen[0]["code"] if chosen else None


def _default_currency(row: Row, draft: Draft) -> str:
    """Return the currency of the site."""
    currencies = (site["currency"] for site in draft.rows("sites") if site["code"] == row.get("siteCode"))
    return next(currencies, "EUR")


def _complete_items(items: Sequence[Mapping[str, Any]], _: Row, __: Draft) -> Sequence[Mapping[str, Any]]:
    """Return items with ids, which count from 0, and with a quantity of 1."""
    if all("id" in item and "quantity" in item for item in items):
        return items
    return [{"id": str(number), "quantity": 1, **item} for number, item in enumerate(items)]


def check_owners(world: Sections) -> Iterator[Violation]:
    """Yield the carts that belong to nobody, and the second open cart of somebody (Q1)."""
    earlier: dict[Any, int] = {}
    for index, row in enumerate(world.get(CARTS, ())):
        if "customerId" not in row and "sessionId" not in row:
            yield f"/{CARTS}/{index}", "a cart needs a customerId, or the sessionId of a visitor"
        elif row.get("status") == OPEN and earlier.setdefault(identify_cart(row), index) != index:
            first = world[CARTS][earlier[identify_cart(row)]]["id"]
            yield f"/{CARTS}/{index}", f"cart {first!r} is open too, for the same owner, site, type and legal entity"


PRICE = closed_object(
    {
        "priceId": describe(ID, "Id of the price."),
        "originalAmount": describe(NUMBER, "What one unit costs without a discount of the price."),
        "effectiveAmount": describe(NUMBER, "What one unit costs."),
        "currency": describe(CURRENCY, "Currency of the amounts."),
        "measurementUnit": describe(OBJECT, "The unit that the amounts are for."),
    },
    ("priceId", "originalAmount", "effectiveAmount", "currency"),
)
ITEM = closed_object(
    {
        "id": describe(ID, "Id of the item in its cart; its position, from 0, if left out."),
        "productId": describe(ID, "Id of the product."),
        "itemYrn": describe(TEXT, "Name of the product as the client wrote it; made of the id if left out."),
        "quantity": describe(NUMBER, "How many; 1 if left out."),
        "price": describe(PRICE, "The price that was matched; the one that applies now if left out."),
        "keepAsSeparateLineItem": describe(BOOLEAN, "Whether the same product gets an item of its own when added."),
        "taxCode": describe(TEXT, "Shown only."),
        "mixins": MIXINS,
        "metadata": describe(OBJECT, "The schemas of the mixins."),
    },
    ("productId",),
)

CART_ROWS = Collection(
    name=CARTS,
    description="Carts. A visitor's has a `sessionId` and no `customerId`. There is one open cart for each site, type, "
    "legal entity and owner.",
    defaults={"siteCode": _default_site, "currency": _default_currency, "status": OPEN, "items": [], "discounts": []},
    completions={"items": _complete_items},
    references={
        "siteCode": "sites",
        "customerId": "customers",
        "legalEntityId": "legalEntities",
        "items.productId": "products",
        "discounts.code": COUPONS,
    },
    on_delete={"customerId": delete_referring, "legalEntityId": delete_referring},
    check=check_owners,
    schema=closed_object(
        {
            "id": describe(ID, "Id of the cart."),
            "siteCode": describe(ID, "Site; the default one if left out."),
            "currency": describe(CURRENCY, "Currency; that of the site if left out."),
            "type": describe(TEXT, "Type, such as wishlist; clients find a cart only by its type, or if it has none."),
            "customerId": describe(ID, "The customer whose cart it is."),
            "sessionId": describe(ID, "The session of the visitor whose cart it is."),
            "legalEntityId": describe(ID, "The legal entity that the customer buys for."),
            "status": describe({"enum": [OPEN, CLOSED]}, "CLOSED after the order; OPEN if left out."),
            "items": {"description": "What is in the cart.", "type": "array", "items": ITEM},
            "discounts": {
                "description": "The coupons that were applied, in order.",
                "type": "array",
                "items": closed_object({"code": describe(ID, "Code of the coupon.")}, ("code",)),
            },
            "addresses": {"description": "One BILLING and one SHIPPING address.", "type": "array", "items": OBJECT},
            "zipCode": describe(TEXT, "Postal code that the cart is sent to."),
            "countryCode": describe(
                COUNTRY, "Country whose taxes apply; that of the addresses or the site if left out."
            ),
            "channel": describe(OBJECT, "Where the cart comes from."),
            "deliveryWindow": describe(OBJECT, "When the customer wants the delivery; shown only."),
            "deliveryWindowId": describe(TEXT, "Shown only."),
            "restriction": describe({"type": ["string", "null"]}, "Shown only."),
            "orderId": describe(TEXT, "The order that was made of the cart."),
            "quoteId": describe(TEXT, "Shown only."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (CART_ROWS,)
