"""What the service stores: the contexts of sessions."""

from __future__ import annotations

from ...domain.shopping_context import AWAITS_CART, SESSION_CONTEXTS
from ...store.collection import Collection
from ...store.row_schemas import BOOLEAN, CHOSEN_ID, COUNTRY, CURRENCY, METADATA, TEXT, closed_object, describe

CONTEXTS = Collection(
    name=SESSION_CONTEXTS,
    description="What sessions have chosen. A session without a row has the defaults of its customer and site.",
    key="sessionId",
    schema=closed_object(
        {
            "sessionId": describe(
                CHOSEN_ID,
                "Id of the session; the token customer:ID has a session of the same name.",
                examples=["customer:jane"],
            ),
            "siteCode": describe(CHOSEN_ID, "Code of the site; the customer's or the default one if left out."),
            "currency": describe(CURRENCY, "Currency; that of the customer or the site if left out."),
            "targetLocation": describe(
                COUNTRY, "Country that goods are sent to; that of the customer's address or of the site if left out."
            ),
            "language": describe(TEXT, "Language, for show."),
            "customerId": describe(CHOSEN_ID, "Number of the customer, once the session has one."),
            "cartId": describe(CHOSEN_ID, "Id of the cart, once the session has one."),
            "context": {
                "description": "Attributes that the client has added.",
                "type": "object",
            },
            AWAITS_CART: describe(
                BOOLEAN, "Whether clients cannot read it before there is a cart, as after an anonymous login."
            ),
            "metadata": METADATA,
        },
        ("sessionId",),
    ),
)

COLLECTIONS = (CONTEXTS,)
