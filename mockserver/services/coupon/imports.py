"""What recorded calls say about coupons."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, RowImport, Shows

COUPON = RowImport(collection="coupons", ignored=("status", "deleted", "legalEntityRedemptions", "referralCoupon"))
REDEMPTION = RowImport(collection="couponRedemptions", fields={"couponCode": "{code}"})

PUBLIC_FIELDS: PublicFields = {"coupons": ("code", "name", "description")}

IMPORTS: Imports = {
    "GET-coupon-list-specified-coupons": [Shows(COUPON)],
    "GET-coupon-retrieve-coupon": [Shows(COUPON)],
    "POST-coupon-validate-coupon": [],
    "GET-coupon-list-coupon-redemptions": [Shows(REDEMPTION)],
}
