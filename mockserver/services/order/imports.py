"""What recorded calls say about orders: nothing, since they are full of personal data."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = dict.fromkeys(
    (
        "GET-order-retrieve-orders-storefront",
        "GET-order-retrieve-order-storefront",
        "GET-order-retrieve-transitions",
        "POST-order-update-order-transition-storefront",
        "GET-order-retrieve-legal-entity-orders",
        "GET-order-retrieve-legal-entity-order",
        "GET-order-retrieve-tenant-orders",
        "POST-order-create-order-employee",
        "PUT-order-update-order",
        "PATCH-order-partial-update-order",
        "DELETE-order-remove-order",
        "POST-order-tenant-orders-search",
        "GET-order-retrieve-order-employee",
        "GET-order-retrieve-order-transitions",
        "POST-order-update-order-transition-employee",
        "GET-order-retrieve-historical-transitions-employee",
    ),
    (),
)
