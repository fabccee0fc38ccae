"""What recorded calls say about payment modes: nothing yet, since their configuration has secrets."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = dict.fromkeys(
    (
        "GET-payment-gateway-list-payment-modes",
        "POST-payment-gateway-create-payment-mode",
        "GET-payment-gateway-retrieve-payment-mode",
        "PUT-payment-gateway-update-payment-mode",
        "DELETE-payment-gateway-remove-payment-mode",
        "GET-payment-gateway-list-payment-modes-frontend",
        "GET-payment-gateway-retrieve-payment-mode-frontend",
        "POST-payment-gateway-initialize-payment-frontend",
        "POST-payment-gateway-authorize-payment-frontend",
    ),
    (),
)
