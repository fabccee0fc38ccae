"""What the service stores: the tokens with which customers set a new password."""

from __future__ import annotations

from ...domain import password_resets
from ...store.collection import Collection
from ...store.row_schemas import ID, TEXT, TIME, closed_object, describe

RESETS = Collection(
    name=password_resets.PASSWORD_RESETS,
    description="Tokens with which customers set a new password, as the e-mails of the service contain them.",
    key="token",
    references={"customerId": "customers"},
    schema=closed_object(
        {
            "token": describe(ID, "What the e-mail contains."),
            "customerId": describe(ID, "Who asked for it."),
            "email": describe(TEXT, "Where the e-mail went."),
            "expiresAt": describe(TIME, "When the token expires, by the clock of the tenant."),
        },
        ("token", "customerId", "expiresAt"),
    ),
)

COLLECTIONS = (RESETS,)
