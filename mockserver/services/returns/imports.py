"""What recorded calls say about returns: nothing, since the orders that they belong to are not imported."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = dict.fromkeys(
    (
        "POST-returns-create-return",
        "GET-returns-list-returns",
        "GET-returns-retrieve-return",
        "PUT-returns-update-return",
        "PATCH-returns-update-return",
        "DELETE-returns-remove-return",
    ),
    (),
)
