"""What recorded calls say about carts: nothing yet, since a recorded cart belongs to a session that is over."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = dict.fromkeys(
    (
        "POST-cart-create-cart",
        "GET-cart-retrieve-cart-by-criteria",
        "POST-cart-retrieve-carts-by-search",
        "GET-cart-retrieve-cart-by-cartId",
        "PUT-cart-update-cart",
        "DELETE-cart-remove-cart",
        "PUT-cart-refresh-cart",
        "POST-cart-change-cart-site",
        "POST-cart-change-cart-currency",
        "POST-cart-merge-carts",
        "POST-cart-add-multiple-items-to-cart",
        "PUT-cart-update-multiple-items-in-cart",
        "GET-cart-list-cart-items",
        "POST-cart-add-item-to-cart",
        "DELETE-cart-remove-items-from-cart",
        "GET-cart-retrieve-item-details",
        "PUT-cart-update-item-details",
        "DELETE-cart-remove-item-from-cart",
        "POST-cart-apply-discount",
        "DELETE-cart-remove-all-discounts",
        "GET-cart-list-all-discounts",
        "DELETE-cart-remove-discount",
        "GET-cart-validate",
    ),
    (),
)
