"""What recorded calls say about reward points: the options; the points of customers are personal."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, Removes, RowImport, Shows, Stores

OPTION = RowImport(collection="redeemOptions", fields={"id": ("id", "{redeemOptionId}")}, ignored=("metadata",))

PUBLIC_FIELDS: PublicFields = {"redeemOptions": ("id", "type", "name", "description", "points")}

IMPORTS: Imports = {
    **dict.fromkeys(
        (
            "GET-reward-points-retrieve-rewards-summary",
            "GET-reward-points-fetch-customer-reward-points",
            "POST-reward-points-create-customer-reward-entry",
            "DELETE-reward-points-remove-customer-reward-entry",
            "GET-reward-points-retrieve-customer-reward-summary",
            "POST-reward-points-add-customer-reward-points",
            "POST-reward-points-redeem-customer-points",
            "GET-reward-points-fetch-logged-customer-points",
            "GET-reward-points-retrieve-logged-customer-reward-summary",
            "POST-reward-points-redeem-logged-customer-reward-points-coupon",
        ),
        (),
    ),
    "POST-reward-points-create-redeem-options": [Shows(OPTION)],
    "GET-reward-points-list-redeem-options": [Shows(OPTION)],
    "GET-reward-points-list-logged-customer-redeem-options": [Shows(OPTION)],
    "PUT-reward-points-update-redeem-option": [Stores(OPTION)],
    "DELETE-reward-points-remove-redeem-option": [Removes("redeemOptions", {"id": "{redeemOptionId}"})],
}
