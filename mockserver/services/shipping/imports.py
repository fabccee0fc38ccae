"""What recorded calls say about shipping zones: nothing yet."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = dict.fromkeys(
    (
        "GET-shipping-list-shipping-zones",
        "POST-shipping-create-shipping-zone",
        "GET-shipping-retrieve-shipping-zone",
        "PUT-shipping-update-shipping-zone",
        "PATCH-shipping-update-shipping-zone",
        "DELETE-shipping-remove-shipping-zone",
        "GET-shipping-list-all-shipping-methods",
        "POST-shipping-create-shipping-method",
        "GET-shipping-retrieve-shipping-method",
        "PUT-shipping-update-shipping-method",
        "PATCH-shipping-update-shipping-method",
        "DELETE-shipping-remove-shipping-method",
        "POST-shipping-calculate-shipping-cost",
        "POST-shipping-calculate-min-shipping-cost",
        "POST-shipping-find-sites",
    ),
    (),
)
