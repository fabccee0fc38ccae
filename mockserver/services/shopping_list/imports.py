"""What recorded calls say about shopping lists: nothing, since they show what persons buy."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = dict.fromkeys(
    (
        "POST-shopping-list-create-shopping-list",
        "GET-shopping-list-retrieve-shopping-list",
        "PUT-shopping-list-update-customer-shopping-list",
        "GET-shopping-list-retrieve-customer-shopping-list",
        "DELETE-shopping-list-remove-customer-shopping-list",
    ),
    (),
)
