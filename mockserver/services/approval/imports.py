"""What recorded calls say about approvals: nothing, since their carts and addresses are personal data."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = dict.fromkeys(
    (
        "POST-approval-create-approval",
        "GET-approval-list-approvals",
        "GET-approval-retrieve-approval",
        "PATCH-approval-update-approval",
        "DELETE-approval-remove-approval",
        "POST-approval-check-approval",
        "POST-approval-search-users",
    ),
    (),
)
